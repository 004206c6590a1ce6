"""What people do about an alert on one machine: a real process, and one that is killed."""

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner

from cli.commands.alert import command
from cli.localcloud.http import Answer, call
from cli.localcloud.polling import wait_until
from cli.localcloud.ports import free_port
from cli.localcloud.receiver import LocalReceiver
from tests.integration.onemachine import OneMachine
from tests.integration.test_alertmanager_mode import (
    alert,
    arrived,
    configuration,
    told,
)


@pytest.fixture
def receiver():
    with LocalReceiver() as receiver:
        yield receiver


@pytest.fixture
def machine(tmp_path, receiver):
    machine = OneMachine(tmp_path, free_port(), configuration(receiver))
    machine.start()
    yield machine
    machine.kill()


def name_of(machine: OneMachine) -> str:
    (found,) = machine.get("/api/v2/alerts", filter='instance="db-1"')
    fingerprint: str = found["fingerprint"]
    return fingerprint


def act(machine: OneMachine, name: str, action: str, **body: Any) -> Answer:
    headers = {"content-type": "application/json"}
    url = f"{machine.url}/v1/alerts/{name}/{action}"
    return call("POST", url, json.dumps(body).encode(), headers)


def test_an_action_holds_at_once_and_through_kill_9(machine, receiver):
    machine.post([alert()])
    arrived(receiver, 1)
    name = name_of(machine)
    answer = act(machine, name, "acknowledge", by="ann", text="on it")
    assert answer.status == 202
    machine.kill()
    machine.start()
    shown = machine.get(f"/v1/alerts/{name}")
    assert shown["alert"]["state"] == "acknowledged"
    assert shown["alert"]["handling"]["acknowledged_by"] == "ann"


def test_what_is_resolved_by_hand_ends_and_its_story_is_told(machine, receiver):
    machine.post([alert()])
    arrived(receiver, 1)
    name = name_of(machine)
    assert act(machine, name, "resolve").status == 202
    shown = machine.get(f"/v1/alerts/{name}")
    assert shown["alert"]["state"] == "resolved"
    arrived(receiver, 2)
    assert ("resolved", "db-1") in told(receiver)
    # Nobody signs in here.
    (done,) = shown["alert"]["handling"]["actions"]
    assert (done["kind"], done["by"]) == ("resolve", "unknown")
    assert act(machine, name, "acknowledge").status == 409


def test_the_command_line_does_it_without_a_key(machine, receiver):
    machine.post([alert()])
    arrived(receiver, 1)
    name = name_of(machine)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(command, [*arguments, "--url", machine.url])
        assert result.exit_code == 0, result.output
        return result.output

    run("ack", name, "--by", "ann", "--text", "on it")
    run("assign", name, "bob", "--by", "ann")
    run("snooze", name, "--for", "1h", "--by", "ann")
    shown = run("show", name)
    assert shown.startswith("snoozed  warning  HighLatency  assigned to bob")
    assert "on it" in shown
    run("resolve", name, "--by", "bob")
    assert run("show", name).startswith("resolved")


def test_what_is_wrong_is_refused_in_tocsins_words(machine):
    unknown = call("GET", f"{machine.url}/v1/alerts/{'0' * 16}")
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "unknown_alert")
    assert call("POST", f"{machine.url}/v1/alerts/{'0' * 16}/resolve").status == 415
    assert call("DELETE", f"{machine.url}/v1/alerts/{'0' * 16}").status == 405


def test_a_link_of_a_message_works_through_kill_9_and_only_when_it_is_pressed(tmp_path, receiver):
    chat = [{"api_url": f"{receiver.url}/slack", "channel": "#ops"}]
    tree = {"receiver": "chat", "group_wait": "0s"}
    said = {"route": tree, "receivers": [{"name": "chat", "slack_configs": chat}]}
    machine = OneMachine(tmp_path, free_port(), said)
    base = "http://alerts.example.com/am"
    machine.start(f"--web.external-url={base}", "--web.route-prefix=/")
    try:
        machine.post([alert()])
        wait_until(lambda: receiver.arrivals, "a message", 20)
        body = json.dumps(receiver.arrivals[0].body)
        path = re.findall(rf"<{base}(/v1/actions/[^|]+)\|Acknowledge>", body)[0]
        machine.kill()
        machine.start(f"--web.external-url={base}", "--web.route-prefix=/")
        name = name_of(machine)
        for method in ("GET", "HEAD"):
            assert call(method, machine.url + path).status == 200
        assert machine.get(f"/v1/alerts/{name}")["alert"]["state"] == "firing"
        assert call("POST", machine.url + path, b"").status == 200
        found = machine.get(f"/v1/alerts/{name}")["alert"]
        assert found["handling"]["acknowledged_by"] == "link of receiver chat"
        assert call("POST", machine.url + path[:-1], b"").status == 404
    finally:
        machine.kill()
    assert (tmp_path / "state/action.key").stat().st_mode & 0o777 == 0o600
