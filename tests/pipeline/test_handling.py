"""What people do about an alert, and what that changes for those who are told."""

from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from tests.integration.payloads import member
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_suppressed import quiet, reasons, said
from tests.pipeline.test_timers import ends, fires, send, told
from tocsin.domain.config import Timing
from tocsin.domain.episode import REST_S
from tocsin.domain.group import Group, Member
from tocsin.domain.handling import Action, ActionKind, Handling, handled
from tocsin.domain.journal import ActionRecord
from tocsin.pipeline.actions import Order, pack_orders

REPEATING = Timing(group_wait_s=10, group_interval_s=60, repeat_interval_s=200)


def only(world: MemoryWorld) -> tuple[Group, Member]:
    (group,) = world.groups.groups.values()
    (member,) = group.members.values()
    return group, member


def act(world: MemoryWorld, kind: ActionKind, name: str = "", **fields: object) -> Action:
    group, member = only(world)
    action = Action(
        id=name or f"{kind}-{world.now_s}",
        kind=kind,
        fingerprint=member.fingerprint,
        episode=fields.pop("episode", member.episode),  # type: ignore[arg-type]
        by="ann",
        at_s=world.now_s,
        **fields,  # type: ignore[arg-type]
    )
    message = pack_orders("acme", [Order(group.key, action)], world.now_s, world.blobs)
    world.outbox.send("evaluate", [message])
    world.pump("evaluate")
    return action


def done(world: MemoryWorld) -> list[tuple[str, str]]:
    records = world.journal.read("acme", START_S - 1, world.now_s + 1)
    return [(r.action.kind, r.reason) for r in records if isinstance(r, ActionRecord)]


def keep_firing(world: MemoryWorld, for_s: float) -> None:
    for _ in range(int(for_s // 50)):
        send(world, fires("a", START_S))
        world.pass_time(50)


def test_what_is_acknowledged_is_not_repeated_and_its_end_is_told() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "acknowledge")
    keep_firing(world, 1000)
    assert said(world) == [("a", "firing")]
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(100)
    assert said(world)[1:] == [("a", "resolved")]


def test_taken_back_it_is_repeated_again() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "acknowledge")
    keep_firing(world, 300)
    act(world, "unacknowledge")
    keep_firing(world, 100)
    assert [reason for _, reason, _ in told(world)][1:] == ["repeat interval elapsed"]


def test_what_somebody_has_in_hand_before_the_wait_is_over_is_told_nobody() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    act(world, "acknowledge")
    world.pass_time(200)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(100)
    assert told(world) == []
    assert reasons(world) == {"acknowledged by ann; resolved before anybody was told": 2}


def test_an_acknowledgement_is_bound_to_its_episode() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "acknowledge")
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(100)
    send(world, fires("a", world.now_s))
    world.pass_time(100)
    assert said(world) == [("a", "firing"), ("a", "resolved"), ("a", "firing")]
    _, member = only(world)
    assert member.handling is None


def test_an_action_for_a_former_episode_changes_nothing_and_says_so() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    act(world, "acknowledge", episode=17)
    assert only(world)[1].handling is None
    assert done(world) == [("acknowledge", "another episode by now")]


def test_what_is_put_off_is_told_again_when_that_ends() -> None:
    world = quiet(Timing(group_wait_s=10, group_interval_s=60))
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "snooze", until_s=START_S + 400)
    keep_firing(world, 600)
    assert [(at_s, reason) for at_s, reason, _ in told(world)] == [
        (10, "first notification"),
        (430, "snooze ended"),
    ]


def test_what_is_put_off_before_it_was_told_is_told_then() -> None:
    world = quiet(Timing(group_wait_s=10, group_interval_s=60))
    send(world, fires("a", START_S))
    act(world, "snooze", until_s=START_S + 200)
    keep_firing(world, 400)
    assert [(at_s, reason) for at_s, reason, _ in told(world)] == [(250, "first notification")]


def test_what_is_resolved_by_hand_ends_and_does_not_come_back_with_a_repeat() -> None:
    world = quiet(Timing(group_wait_s=10, group_interval_s=60))
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "resolve", text="disk replaced")
    keep_firing(world, 300)
    assert said(world) == [("a", "firing"), ("a", "resolved")]
    assert world.balance().is_settled
    send(world, ends("a", START_S, world.now_s))
    begins_s = world.now_s + 1
    world.pass_time(100)
    send(world, fires("a", begins_s))
    world.pass_time(100)
    assert said(world)[2:] == [("a", "firing")]


def test_a_new_start_is_a_new_episode_though_nobody_said_that_the_old_one_was_over() -> None:
    world = quiet(Timing(group_wait_s=10, group_interval_s=60))
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "resolve")
    world.pass_time(100)
    send(world, fires("a", world.now_s))
    world.pass_time(100)
    assert said(world)[2:] == [("a", "firing")]


def test_a_second_sender_of_the_same_alert_does_not_bring_it_back() -> None:
    # Two Prometheus that watch one thing see it begin at different moments.
    world = quiet(Timing(group_wait_s=10, group_interval_s=60))
    send(world, fires("a", START_S), fires("a", START_S + 7))
    world.pass_time(20)
    act(world, "resolve")
    # For so long enrich drops repeats by itself.
    world.pass_time(3700)
    send(world, fires("a", START_S + 7))
    send(world, fires("a", START_S))
    world.pass_time(100)
    assert said(world) == [("a", "firing"), ("a", "resolved")]


def without_start() -> dict[str, Any]:
    return {name: value for name, value in member("a").items() if name != "startsAt"}


def test_who_does_not_say_when_it_began_is_heard_again_after_a_gap() -> None:
    world = quiet(Timing(group_wait_s=10, group_interval_s=60))
    send(world, without_start())
    world.pass_time(20)
    act(world, "resolve")
    world.pass_time(100)
    for _ in range(3):
        send(world, without_start())
        world.pass_time(REST_S - 100)
    assert said(world) == [("a", "firing"), ("a", "resolved")]
    world.pass_time(200)
    send(world, without_start())
    world.pass_time(100)
    assert said(world)[2:] == [("a", "firing")]


def test_what_is_over_cannot_be_acknowledged_but_commented() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    send(world, ends("a", START_S, world.now_s))
    act(world, "acknowledge")
    act(world, "comment", text="it was the switch")
    assert done(world) == [("acknowledge", "over already"), ("comment", "")]


def test_a_redelivered_action_is_one_action() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    for _ in range(3):
        act(world, "comment", "once", text="hm")
    assert len(done(world)) == 1


ACTIONS = [
    Action(id=name, kind=kind, fingerprint="f", episode=1, by=by, at_s=at_s, **fields)
    for name, kind, by, at_s, fields in (
        ("1", "acknowledge", "ann", 1.0, {}),
        ("2", "unacknowledge", "bob", 2.0, {}),
        ("3", "assign", "ann", 3.0, {"assignee": "cid"}),
        ("4", "acknowledge", "cid", 4.0, {}),
        ("5", "snooze", "cid", 5.0, {"until_s": 9.0}),
    )
]


@pytest.mark.parametrize("order", permutations(range(len(ACTIONS))))
def test_actions_come_to_the_same_in_any_order(order: tuple[int, ...]) -> None:
    state: Handling | None = None
    for place in order:
        state = handled(state, ACTIONS[place])
    assert state is not None
    assert handled(state, ACTIONS[0]) is None
    assert replace(state, actions=()) == Handling(
        acknowledged_by="cid", assignee="cid", snoozed_by="cid", snoozed_until_s=9.0
    )
