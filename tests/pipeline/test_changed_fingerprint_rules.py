"""Fingerprint rules that change while alerts fire: nothing is orphaned, nobody is paged again."""

from collections import Counter
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import config
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.fingerprint_rules import DELAY_S, FingerprintRule, activated, succeeding
from tocsin.pipeline.changes import unpack_changes
from tocsin.pipeline.envelope import decode

NO_POD = FingerprintRule(exclude=("pod",))
NO_POD_NO_TEAM = FingerprintRule(exclude=("pod", "team"))


def change_rules(world: MemoryWorld, *rules: FingerprintRule, wait: bool = True) -> None:
    old = world.configs.current("acme")
    assert old is not None
    sets = activated(succeeding(rules, old.fingerprints), world.now_s)
    new = msgspec.structs.replace(old, version=old.version + 1, fingerprints=sets)
    world.configs.apply(new, "", world.now_s)
    if wait:
        world.now_s += DELAY_S + 1


def firing(pod: str, **fields: Any) -> dict[str, Any]:
    value = member("db", **fields)
    value["labels"]["pod"] = pod
    return value


def over(pod: str, **fields: Any) -> dict[str, Any]:
    value = {**resolved("db"), **fields}
    value["labels"]["pod"] = pod
    return value


def send(world: MemoryWorld, *alerts: dict[str, Any]) -> None:
    world.send(webhook(*alerts))
    world.drain()


def heard(world: MemoryWorld) -> list[tuple[str, str]]:
    return [
        (alert.labels["pod"], alert.status)
        for notification in world.receivers.delivered
        for alert in notification.news
    ]


def firing_now(world: MemoryWorld) -> list[str]:
    """Return the pods of what is still held to be firing, in any group."""
    return [
        each.alert.labels["pod"]
        for group in world.groups.groups.values()
        for each in group.members.values()
        if each.status == "firing"
    ]


def test_alerts_that_share_a_fingerprint_are_one_and_show_the_latest_labels() -> None:
    world = MemoryWorld(config())
    change_rules(world, NO_POD)
    send(world, firing("a"))
    send(world, firing("b"))
    send(world, over("c"))
    assert heard(world) == [("a", "firing"), ("c", "resolved")]
    assert firing_now(world) == []


def test_a_resolve_closes_what_fired_before_the_rules_changed_exactly_once() -> None:
    world = MemoryWorld(config())
    send(world, firing("a"))
    change_rules(world, NO_POD)
    send(world, over("a"))
    send(world, over("a"))
    world.settle()
    assert heard(world) == [("a", "firing"), ("a", "resolved")]
    assert firing_now(world) == []
    assert world.balance().is_settled


def test_a_repeat_pages_nobody_again_and_the_next_episode_has_the_new_identity() -> None:
    world = MemoryWorld(config())
    send(world, firing("a"))
    change_rules(world, NO_POD)
    send(world, firing("a"))
    world.settle()
    assert heard(world) == [("a", "firing")]
    send(world, over("a"))
    send(world, firing("b", startsAt="2025-11-22T06:30:00.000Z"))
    send(world, firing("c", startsAt="2025-11-22T06:30:00.000Z"))
    assert heard(world)[2:] == [("b", "firing")]
    send(world, over("a", startsAt="2025-11-22T06:30:00.000Z"))
    assert heard(world)[3:] == [("a", "resolved")]
    assert firing_now(world) == []


def test_two_that_fire_apart_are_ended_apart_though_the_new_rules_make_them_one() -> None:
    world = MemoryWorld(config())
    send(world, firing("a"), firing("b"))
    change_rules(world, NO_POD)
    send(world, over("a"))
    assert firing_now(world) == ["b"]
    send(world, over("b"))
    assert Counter(heard(world)) == Counter(
        [("a", "firing"), ("b", "firing"), ("a", "resolved"), ("b", "resolved")]
    )
    assert firing_now(world) == []


def test_rules_that_are_taken_away_leave_nothing_open_and_hide_nothing_new() -> None:
    world = MemoryWorld(config())
    change_rules(world, NO_POD)
    send(world, firing("a"))
    change_rules(world)
    send(world, firing("a"))
    assert heard(world) == [("a", "firing")]
    # Under the former rules this was one with the other; now it must be told.
    send(world, firing("b"))
    assert heard(world)[1:] == [("b", "firing")]
    send(world, over("a"))
    assert firing_now(world) == ["b"]
    send(world, over("b"))
    assert firing_now(world) == []
    assert world.balance().is_settled


def test_a_firing_that_overtakes_the_change_is_not_left_open() -> None:
    world = MemoryWorld(config())
    world.send(webhook(firing("a")))
    world.pump("enrich")
    late = world.outbox.take("evaluate")
    change_rules(world, NO_POD)
    send(world, over("a"))
    world.outbox.queues["evaluate"].extend(late)
    world.drain()
    world.settle()
    assert firing_now(world) == []
    assert heard(world) == []
    assert world.balance().is_settled


def test_a_firing_that_its_own_repeat_overtook_is_told_once_and_ended() -> None:
    world = MemoryWorld(config())
    world.send(webhook(firing("a")))
    world.pump("enrich")
    late = world.outbox.take("evaluate")
    change_rules(world, NO_POD)
    send(world, firing("a"))
    world.outbox.queues["evaluate"].extend(late)
    world.drain()
    send(world, over("a"))
    assert heard(world) == [("a", "firing"), ("a", "resolved")]
    assert firing_now(world) == []
    assert world.balance().is_settled


def test_a_new_episode_waits_for_the_end_of_the_last_one_to_be_told() -> None:
    world = MemoryWorld(config())
    send(world, firing("a"))
    change_rules(world, NO_POD)
    for alert in (over("a"), firing("a", startsAt="2025-11-22T06:30:00.000Z")):
        world.send(webhook(alert))
        world.pump("enrich")
        world.pump("evaluate")
        world.now_s += 1
    world.drain()
    assert heard(world) == [("a", "firing"), ("a", "resolved"), ("a", "firing")]


def test_workers_that_learn_of_the_change_at_different_times_agree() -> None:
    world = MemoryWorld(config())
    change_rules(world, NO_POD, wait=False)
    send(world, firing("a"))
    world.now_s += DELAY_S + 1
    send(world, firing("a"))
    send(world, over("a"))
    assert heard(world) == [("a", "firing"), ("a", "resolved")]
    assert firing_now(world) == []


def test_what_is_one_under_the_new_rules_is_no_repeat_while_it_fires_as_two() -> None:
    world = MemoryWorld(config())
    world.send(webhook(firing("a"), firing("b")))
    world.drain()
    change_rules(world, NO_POD)
    # Same stamps, same fingerprint, one request: dropping one would leave its firing open.
    send(world, over("a"), over("b"))
    assert firing_now(world) == []


def test_without_a_change_of_rules_a_change_carries_nothing_more() -> None:
    world = MemoryWorld(config())
    world.send(webhook(firing("a")))
    world.pump("enrich")
    (message,) = world.outbox.take("evaluate")
    (change,) = unpack_changes(decode(message.body), world.blobs)
    assert change.aliases == ()
    assert b"aliases" not in msgspec.json.encode(change)


def test_going_back_and_forth_between_rules_orphans_nothing() -> None:
    world = MemoryWorld(config())
    send(world, firing("a"))
    for _ in range(5):
        change_rules(world, NO_POD_NO_TEAM)
        change_rules(world, NO_POD)
    send(world, over("a"))
    assert firing_now(world) == []


RULES = st.sampled_from([(), (NO_POD,), (NO_POD_NO_TEAM,)])
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("rules"), RULES),
        st.tuples(st.sampled_from(["fire", "end"]), st.sampled_from("abc")),
    ),
    max_size=14,
)


@given(EVENTS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_changes_when_everything_that_ended_is_ended(events: Any, hasty: bool) -> None:
    world = MemoryWorld(config())
    open_pods: set[str] = set()
    for place, (what, about) in enumerate(events):
        world.now_s += 700
        stamp = f"2025-11-22T06:{place:02d}:00.000Z"
        if what == "rules":
            change_rules(world, *about, wait=not hasty)
        elif what == "fire":
            send(world, firing(about, startsAt=stamp))
            open_pods.add(about)
        else:
            send(world, over(about, startsAt=stamp, endsAt=stamp))
            open_pods.discard(about)
    for pod in sorted(open_pods):
        world.now_s += 10
        stamp = "2025-11-22T07:30:00.000Z"
        send(world, over(pod, startsAt=stamp, endsAt=stamp))
    world.settle()
    assert firing_now(world) == []
    told = Counter(status for _, status in heard(world))
    assert told["firing"] == told["resolved"]
    assert (told["firing"] > 0) == any(what == "fire" for what, _ in events)
    assert world.balance().is_settled
    assert max(world.tellings().values(), default=1) == 1


@pytest.mark.parametrize("crash_at", range(1, 14))
def test_a_crash_anywhere_changes_nothing(crash_at: int) -> None:
    world = MemoryWorld(config())
    send(world, firing("a"), firing("b"))
    change_rules(world, NO_POD)
    world.fault.calls.clear()
    world.fault.at = crash_at
    send(world, over("a"), over("b"))
    world.settle()
    assert firing_now(world) == []
    assert max(world.tellings().values()) == 1
    assert world.balance().is_settled
