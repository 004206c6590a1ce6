"""An end is not the end of all while something fires that is only not shown."""

import json

import pytest
from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_suppressed import silence
from tocsin.adapters.receivers import opsgenie, ownbody, pagerduty
from tocsin.adapters.receivers.slackapp import calls
from tocsin.domain.channels import Opsgenie, SlackApp
from tocsin.domain.config import Timing
from tocsin.domain.group import Thread
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

KEY = Secret(value="k")
APP = SlackApp(token=KEY, channel="#ops")


def heard(world: MemoryWorld) -> list[str]:
    return [each.reason for each in world.receivers.delivered]


def acts(notification: Notification) -> tuple[str, str, str, str]:
    """Return what kinds of receivers do that keep something open for a group."""
    event = json.loads(pagerduty.render(notification, "k" * 32, ""))
    path, _ = opsgenie.render(notification, "")
    said = json.loads(ownbody.render(notification, ""))
    assert notification.thread is not None
    thread = Thread(notification.thread.key, "C1/1.5/#ops")
    first, *_ = calls(replace(notification, thread=thread), APP, "")
    return (
        event["event_action"],
        path.partition("?")[0].rpartition("/")[2],
        said["type"],
        first.method,
    )


def world(**fields: object) -> MemoryWorld:
    timing = Timing(group_interval_s=30.0)
    people = receiver(settings=Opsgenie(api_key=KEY, url="https://og.example"), **fields)
    made = MemoryWorld(config(receivers={"oncall": people}, route=route(timing=timing)))
    made.send(webhook(member("h0"), member("h1")))
    made.pass_time(90.0)
    return made


def test_an_incident_stays_open_while_something_of_it_is_only_silenced() -> None:
    made = world()
    silence(made, made.now_s + 600.0, 'instance=~"h0.*"')
    made.pass_time(10.0)
    made.send(webhook(resolved("h1")))
    made.pass_time(120.0)
    assert heard(made) == ["first notification", "some alerts resolved"]
    last = made.receivers.delivered[-1]
    assert [each.status for each in last.alerts] == ["resolved"]
    assert acts(last) == ("trigger", "notes", "notification.firing", "chat.postMessage")
    made.send(webhook(resolved("h0")))
    made.pass_time(120.0)
    assert heard(made)[2:] == ["all alerts resolved"]
    assert acts(made.receivers.delivered[-1]) == (
        "resolve", "close", "notification.resolved", "chat.update",
    )  # fmt: skip


@pytest.mark.parametrize("most", [1, 2])
def test_an_incident_stays_open_while_something_of_it_finds_no_room(most: int) -> None:
    made = world(max_alerts=most)
    made.send(webhook(resolved("h1")))
    made.pass_time(120.0)
    assert heard(made)[-1] == "some alerts resolved"
    assert acts(made.receivers.delivered[-1])[0] == "trigger"
    made.send(webhook(resolved("h0")))
    made.pass_time(120.0)
    assert acts(made.receivers.delivered[-1])[0] == "resolve"
