"""An Alertmanager on one machine: a real process, a real port, a real webhook."""

import signal
from contextlib import closing
from sqlite3 import connect
from time import time

import pytest

from cli.localcloud.http import call
from cli.localcloud.polling import wait_until
from cli.localcloud.ports import free_port
from cli.localcloud.receiver import LocalReceiver
from cli.onemachine.stores import FILE
from tests.integration.onemachine import LOOK_EVERY_S, OneMachine


@pytest.fixture
def receiver():
    with LocalReceiver() as receiver:
        yield receiver


@pytest.fixture
def machine(tmp_path, receiver):
    machine = OneMachine(tmp_path, free_port(), configuration(receiver))
    yield machine
    if machine.process is not None:
        machine.kill()


def configuration(receiver, **route):
    return {
        "route": {
            "receiver": "hook",
            "group_by": ["alertname"],
            "group_wait": "0s",
            "group_interval": "1s",
            **route,
        },
        "receivers": [{"name": "hook", "webhook_configs": [{"url": f"{receiver.url}/webhook"}]}],
    }


def alert(name="HighLatency", **fields):
    return {"labels": {"alertname": name, "instance": "db-1", **fields.pop("labels", {})}, **fields}


def told(receiver):
    """Return what arrived: the status and the instance of each alert, in order."""
    return [
        (each["status"], each["labels"]["instance"])
        for arrival in receiver.arrivals
        for each in arrival.alerts
    ]


def arrived(receiver, count):
    wait_until(lambda: len(told(receiver)) >= count, f"{count} alerts", 10, LOOK_EVERY_S)


def at_rest(machine):
    """Wait until what was told is written down."""
    under_way = "SELECT count(*) FROM groups WHERE lease_owner != '' OR intent IS NOT NULL"

    def is_at_rest():
        with closing(connect(machine.directory / "state" / FILE)) as state:
            return state.execute(under_way).fetchone() == (0,)

    wait_until(is_at_rest, "everything is written down", 10, LOOK_EVERY_S)


def quiet(receiver, machine):
    """Wait until all that was accepted before has passed: a later alert comes after it."""
    name = f"Marker{len(receiver.arrivals)}"
    assert machine.post([alert(name, labels={"instance": "marker"})]) == 200

    def is_told():
        return any(
            each["labels"]["alertname"] == name
            for arrival in receiver.arrivals
            for each in arrival.alerts
        )

    wait_until(is_told, "the marker", 10, LOOK_EVERY_S)


def test_an_alert_is_told_once_in_alertmanagers_words(machine, receiver):
    machine.start()
    annotations = {"summary": "slow"}
    assert machine.post([alert(annotations=annotations, startsAt="2026-01-02T03:04:05Z")]) == 200
    arrived(receiver, 1)
    (arrival,) = receiver.arrivals
    body = arrival.body
    assert (body["version"], body["status"], body["receiver"]) == ("4", "firing", "hook")
    assert body["groupKey"] == '{}:{alertname="HighLatency"}'
    assert body["externalURL"] == machine.url
    (sent,) = body["alerts"]
    assert sent["labels"] == {"alertname": "HighLatency", "instance": "db-1"}
    assert sent["annotations"] == annotations
    assert sent["startsAt"].startswith("2026-01-02T03:04:05")


def test_what_was_accepted_survives_kill_9_and_is_told_exactly_once(machine, receiver):
    # Without a wait it may be on its way to the receiver when the process dies, and is then
    # sent again, since nobody can know whether it arrived.
    machine.configure(configuration(receiver, group_wait="1s"))
    machine.start()
    assert machine.post([alert()]) == 200
    machine.kill()
    machine.start()
    arrived(receiver, 1)
    at_rest(machine)
    machine.kill()
    machine.start()
    machine.post([alert()])
    quiet(receiver, machine)
    assert told(receiver).count(("firing", "db-1")) == 1


def test_two_alerts_of_one_group_share_a_notification(machine, receiver):
    machine.configure(configuration(receiver, group_wait="300ms"))
    machine.start()
    machine.post([alert()])
    machine.post([alert(labels={"instance": "db-2"})])
    arrived(receiver, 2)
    (arrival,) = receiver.arrivals
    assert told(receiver) == [("firing", "db-1"), ("firing", "db-2")]
    assert arrival.body["commonLabels"] == {"alertname": "HighLatency"}


def test_what_was_sent_is_seen_at_once(machine):
    machine.start()
    for number in range(20):
        machine.post([alert(labels={"instance": f"db-{number}"})])
        found = machine.get("/api/v2/alerts", filter=f'instance="db-{number}"')
        assert [each["labels"]["instance"] for each in found] == [f"db-{number}"]
    assert len(machine.get("/api/v2/alerts/groups")[0]["alerts"]) == 20


def test_a_silence_survives_kill_9(machine, receiver):
    machine.start()
    silence_id = machine.silence("instance", "db-1")
    machine.kill()
    machine.start()
    assert [each["id"] for each in machine.get("/api/v2/silences")] == [silence_id]
    machine.post([alert()])
    quiet(receiver, machine)
    assert told(receiver) == [("firing", "marker")]
    (shown,) = machine.get("/api/v2/alerts", filter="instance=db-1")
    assert shown["status"] == {
        "inhibitedBy": [],
        "mutedBy": [],
        "silencedBy": [silence_id],
        "state": "suppressed",
    }


def test_a_wait_goes_on_through_a_restart(machine, receiver):
    machine.configure(configuration(receiver, group_wait="2s"))
    machine.start()
    machine.post([alert()])
    began_s = time()
    machine.kill()
    machine.start()
    arrived(receiver, 1)
    assert told(receiver) == [("firing", "db-1")]
    assert receiver.arrivals[0].at_s - began_s > 1.8


def test_what_was_told_is_not_told_again_after_a_restart_but_repeated_in_its_time(
    machine, receiver
):
    machine.configure(configuration(receiver, group_interval="200ms", repeat_interval="3s"))
    machine.start()
    machine.post([alert()])
    arrived(receiver, 1)
    at_rest(machine)
    machine.kill()
    machine.start()
    machine.post([alert()])
    arrived(receiver, 2)
    first, second = receiver.arrivals
    assert second.at_s - first.at_s >= 2.9


def test_a_resolve_is_told_after_a_restart(machine, receiver):
    machine.start()
    machine.post([alert()])
    arrived(receiver, 1)
    assert machine.stop() == 0
    machine.start()
    machine.post([alert(endsAt="2026-01-02T03:04:05Z")])
    arrived(receiver, 2)
    assert told(receiver) == [("firing", "db-1"), ("resolved", "db-1")]


def test_what_nobody_repeats_is_resolved_at_its_time(machine, receiver):
    from datetime import UTC, datetime, timedelta

    machine.start()
    ends = (datetime.now(UTC) + timedelta(seconds=1.2)).isoformat()
    machine.post([alert(endsAt=ends)])
    arrived(receiver, 2)
    assert told(receiver) == [("firing", "db-1"), ("resolved", "db-1")]
    late_s = receiver.arrivals[1].at_s - datetime.fromisoformat(ends).timestamp()
    assert 0 <= late_s < 1.5


def test_a_receiver_that_fails_is_tried_again(machine, receiver):
    receiver.answer(503)
    machine.start()
    machine.post([alert()])
    arrived(receiver, 2)
    assert [each.status for each in receiver.arrivals] == [503, 200]


def test_what_a_receiver_refused_is_told_when_it_no_longer_does(machine, receiver):
    receiver.answer(404)
    machine.start()
    machine.post([alert()])
    wait_until(lambda: "given up" in machine.log, "a dead letter", 10, LOOK_EVERY_S)
    machine.kill()
    with closing(connect(machine.directory / "state" / FILE)) as state, state:
        # As if five minutes had passed.
        assert state.execute("UPDATE letters SET again_at_s = again_at_s - 300").rowcount == 1
    machine.start()
    arrived(receiver, 2)
    quiet(receiver, machine)
    assert told(receiver)[:2] == [("firing", "db-1")] * 2
    assert [each.status for each in receiver.arrivals[:2]] == [404, 200]
    assert told(receiver).count(("firing", "db-1")) == 2


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_well(machine, number):
    machine.start()
    assert machine.stop(number) == 0
    assert "Stopped" in machine.log


def test_a_directory_has_one_process_and_a_port_too(machine, tmp_path):
    machine.start()
    other = machine.launch()
    assert other.wait(20) == 1
    assert "is in use by another process" in machine.log
    elsewhere = machine.launch("--storage.path", str(tmp_path / "other"))
    assert elsewhere.wait(20) == 1
    assert f"cannot listen on 127.0.0.1:{machine.port}" in machine.log


def test_a_wrong_file_is_said_and_keeps_what_there_is(machine, receiver):
    machine.file.write_text("{")
    assert machine.launch().wait(20) == 1
    assert "alertmanager.json" in machine.log
    machine.configure(configuration(receiver))
    machine.start()
    machine.file.write_text("{")
    assert call("POST", f"{machine.url}/-/reload").status == 500
    machine.post([alert()])
    arrived(receiver, 1)


@pytest.mark.parametrize("way", ["signal", "request"])
def test_a_changed_file_is_read_again_when_asked(machine, receiver, way):
    machine.start()
    changed = configuration(receiver)
    changed["receivers"][0]["webhook_configs"][0]["url"] = f"{receiver.url}/webhook/new"
    machine.configure(changed)
    if way == "signal":
        machine.process.send_signal(signal.SIGHUP)
        told_so = "Completed loading of configuration file"
        wait_until(lambda: machine.log.count(told_so) == 2, told_so, 10, LOOK_EVERY_S)
    else:
        assert call("POST", f"{machine.url}/-/reload").status == 200
    machine.post([alert()])
    arrived(receiver, 1)
    assert receiver.arrivals[0].path == "/webhook/new"


def test_flags_of_an_alertmanager_are_taken(machine):
    machine.prefix = "/am"
    machine.start(
        "--cluster.listen-address=", "--data.retention=24h", "--alerts.gc-interval", "10m",
        "--web.route-prefix=/am/", "--log.level=debug",
    )  # fmt: skip
    assert call("GET", f"{machine.url}/am/-/ready").status == 200
    assert machine.log.count("no effect") == 1
    assert "--alerts.gc-interval" in machine.log
