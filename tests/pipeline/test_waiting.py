"""Who asks about an alert hears that its notification waits, for what, and until when."""

from typing import Any

from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import HOSTS
from tests.pipeline.test_digest import world as paced_world
from tests.pipeline.test_onealert import alerts, configured, story
from tocsin.domain.errors import Retryable, Throttled
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.wire import rfc3339
from tocsin.runtime.lifecycle.showing import shown_alert


def shown(world: MemoryWorld, host: str) -> dict[str, Any]:
    """Return what the API says of a host's alert in the only group that has it."""
    alert_config = configured(world)
    (labels,) = {
        tuple(each.alert.labels.items())
        for group in world.groups.groups.values()
        for each in group.members.values()
        if each.alert.labels["instance"].startswith(f"{host}.")
    }
    name = alertmanager_fingerprint(dict(labels))
    found = alerts(world).find(alert_config, name, world.now_s, lambda: True)
    (group,) = shown_alert(found, alert_config, story(world, found=found))["groups"]
    return group


def one() -> MemoryWorld:
    return MemoryWorld(config(receivers={"oncall": receiver()}, route=route()))


def test_what_failed_waits_for_a_retry_and_then_for_nothing() -> None:
    world = one()
    world.receivers.failures = [Retryable("HTTP 503", 90.0)]
    world.send(webhook(member("h0")))
    failed_at_s = world.now_s
    world.drain()
    found = shown(world, "h0")
    assert found["told"] is None
    assert found["waiting"] == {"for": "retry", "until": rfc3339(failed_at_s + 90.0)}
    world.pass_time(240.0)
    found = shown(world, "h0")
    assert (found["told"]["outcome"], found["waiting"]) == ("delivered", None)


def test_who_comes_while_a_receiver_is_left_alone_waits_for_it() -> None:
    by_host = route(group_by=("instance",))
    world = MemoryWorld(config(receivers={"oncall": receiver()}, route=by_host))
    world.receivers.failures = [Throttled("HTTP 429", 300.0)]
    world.send(webhook(member("h0")))
    world.drain()
    world.send(webhook(member("h1")))
    world.drain()
    waiting = shown(world, "h1")["waiting"]
    assert waiting["for"] == "receiver"
    assert waiting["until"] > rfc3339(world.now_s + 290.0)


def test_what_was_handed_to_a_digest_is_not_said_to_be_told() -> None:
    world = paced_world()
    world.send(webhook(*map(member, HOSTS)))
    world.drain()
    found = shown(world, HOSTS[-1])
    assert (found["told"]["outcome"], found["waiting"]["for"]) == ("digested", "digest")
    assert found["waiting"]["until"] > rfc3339(world.now_s)
    world.pass_time(180.0)
    found = shown(world, HOSTS[-1])
    assert (found["told"]["outcome"], found["waiting"]) == ("digested", None)


def test_what_waits_for_its_turn_says_so() -> None:
    world = one()
    world.receivers.failures = [Retryable("HTTP 503")]
    world.send(webhook(member("h0")))
    world.drain()
    (group,) = world.groups.groups.values()
    assert group.intent is not None
    waits = replace(group.intent, paced_since_s=world.now_s)
    world.groups.groups[group.key] = replace(group, intent=waits)
    assert shown(world, "h0")["waiting"]["for"] == "pace"
