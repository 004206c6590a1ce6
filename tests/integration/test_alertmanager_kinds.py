"""An Alertmanager's file with many integrations on one machine: who is told, and of which ends."""

import json
from urllib.parse import urlsplit

import pytest

from cli.localcloud.polling import wait_until
from cli.localcloud.ports import free_port
from cli.vendors.localserver import Answer, local_server
from cli.vendors.mailserver import mail_server
from tests.integration.onemachine import LOOK_EVERY_S, OneMachine
from tests.integration.test_alertmanager_mode import alert

KEY = "0123456789abcdef0123456789abcdef"
# Mattermost says 200, the others 202.
STATUS = {"/hooks": 200, "/webhook": 200}


@pytest.fixture
def vendor():
    with local_server() as server:
        server.respond = lambda asked: Answer(STATUS.get(first(asked.path), 202), body=b"ok")
        yield server


@pytest.fixture
def mailbox():
    with mail_server() as server:
        yield server


@pytest.fixture
def machine(tmp_path, vendor, mailbox):
    (tmp_path / "key").write_text(f"{KEY}\n")
    url = vendor.url.removesuffix("/hook/secret")
    machine = OneMachine(tmp_path, free_port(), configuration(url, mailbox.port))
    machine.start()
    yield machine
    machine.kill()


def first(path):
    """Return the first step of a path: whom the request is for."""
    return f"/{urlsplit(path).path.split('/')[1]}"


def configuration(url, port):
    return {
        "global": {
            "smtp_smarthost": f"127.0.0.1:{port}",
            "smtp_from": "Alertmanager <am@example.com>",
            "smtp_require_tls": False,
            "pagerduty_url": f"{url}/pagerduty",
            "opsgenie_api_url": url,
            "opsgenie_api_key_file": "key",
        },
        "route": {
            "receiver": "all",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
        },
        "receivers": [
            {
                "name": "all",
                "webhook_configs": [{"url": f"{url}/webhook"}],
                "email_configs": [{"to": "ann@example.com"}],
                "pagerduty_configs": [{"routing_key": KEY, "severity": "critical"}],
                "opsgenie_configs": [{"responders": [{"type": "team", "name": "Database"}]}],
                "msteamsv2_configs": [{"webhook_url": f"{url}/teams"}],
                "mattermost_configs": [{"webhook_url": f"{url}/hooks/{KEY}", "channel": "ops"}],
                "victorops_configs": [{"api_key": KEY, "routing_key": "x"}],
            }
        ],
    }


def test_each_integration_is_told_and_of_the_end_as_it_says(machine, vendor, mailbox):
    assert machine.post([alert()]) == 200
    wait_until(lambda: len(vendor.requests) >= 5 and mailbox.taken, "all", 20, LOOK_EVERY_S)
    told = {first(each.path): each for each in vendor.requests}
    assert set(told) == {"/webhook", "/pagerduty", "/v2", "/teams", "/hooks"}
    event = json.loads(told["/pagerduty"].body)
    assert (event["routing_key"], event["event_action"]) == (KEY, "trigger")
    assert told["/v2"].headers["authorization"] == f"GenieKey {KEY}"
    assert json.loads(told["/v2"].body)["responders"] == [{"type": "team", "name": "Database"}]
    assert json.loads(told["/hooks"].body)["channel"] == "ops"
    assert b'Alertmanager" <am@example.com>' in mailbox.taken[0].content

    vendor.requests.clear()
    assert machine.post([alert(endsAt="2020-01-01T00:00:00Z")]) == 200
    wait_until(lambda: len(vendor.requests) >= 5, "the end", 20, LOOK_EVERY_S)
    ended = {first(each.path): each for each in vendor.requests}
    assert json.loads(ended["/pagerduty"].body)["event_action"] == "resolve"
    assert urlsplit(ended["/v2"].path).path.endswith("/close")
    # Alertmanager's mail says nothing of ends unless it is asked to.
    assert len(mailbox.taken) == 1


def test_what_is_not_delivered_is_said_at_the_start_without_its_key(machine):
    assert "victorops_configs[0]: not delivered by tocsin yet" in machine.log
    assert "pagerduty_configs[0].severity: not taken" in machine.log
    assert KEY not in machine.log
