"""What evaluate tells the rules over alerts, and that no crash keeps it from them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_handling import act, only
from tests.pipeline.test_timers import iso
from tocsin.domain.alertrule import take
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.handling import Action
from tocsin.domain.happening import SeenChange
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.rule import AlertRule
from tocsin.domain.rulestate import RuleState
from tocsin.pipeline.actions import Order, pack_orders
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.happenings import unpack_happenings

REPEATING = "alertmanager-api"
ALL = AlertRule(name="Burst", kind="count", window_s=3600, threshold=1000)
HEARTBEAT = AlertRule(name="Silence", kind="absent")
LATER = {"startsAt": "2025-11-22T06:00:00Z"}


def world_of(*rules: AlertRule, fault: Fault | None = None, **fields: Any) -> MemoryWorld:
    return MemoryWorld(config(rules=rules, **fields), fault)


def push(world: MemoryWorld, *hosts: str, starts_at_s: float = START_S) -> None:
    """Push alerts as Prometheus does, which time out unless they are pushed again."""
    starts_at = iso(starts_at_s)
    alerts = [{"labels": member(host)["labels"], "startsAt": starts_at} for host in hosts]
    world.send(json.dumps(alerts).encode(), REPEATING)
    world.drain()


def messages(world: MemoryWorld) -> list[list[SeenChange]]:
    envelopes = [decode(message.body) for message in world.outbox.take("rules")]
    assert all(each.kind == "happenings" for each in envelopes)
    return [unpack_happenings(each, world.blobs) for each in envelopes]


def seen(world: MemoryWorld) -> list[SeenChange]:
    return [each for message in messages(world) for each in message]


def facts(happenings: list[SeenChange]) -> list[tuple[str, str]]:
    return [(each.labels["instance"][0], each.status) for each in happenings]


def test_what_begins_and_ends_is_told_once_and_its_repeats_are_not() -> None:
    world = world_of(ALL)
    world.send(webhook(member("a"), member("b")))
    world.drain()
    [first] = messages(world)
    assert sorted(facts(first)) == [("a", "firing"), ("b", "firing")]
    assert first[0].labels["provider"] == "alertmanager"
    assert first[0].labels["severity"] == "warning"
    world.now_s += 200
    world.send(webhook(member("a"), resolved("b")))
    world.drain()
    assert facts(seen(world)) == [("b", "resolved")]
    world.send(webhook(member("b", **LATER)))
    world.drain()
    assert facts(seen(world)) == [("b", "firing")]


def test_it_is_told_once_for_all_groups() -> None:
    routes = (route("chat", continues=True), route("oncall"))
    receivers = {name: receiver(name) for name in ("oncall", "chat")}
    world = world_of(ALL, route=route(routes=routes), receivers=receivers)
    world.send(webhook(member("a")))
    world.drain()
    assert len(world.groups.groups) == 2
    assert facts(seen(world)) == [("a", "firing")]


@pytest.mark.parametrize(
    "rules", [(), (AlertRule(name="Db", kind="count", matchers=(parse_matcher("team=db"),)),)]
)
def test_where_no_rule_is_concerned_nothing_is_sent(rules: tuple[AlertRule, ...]) -> None:
    undisturbed = world_of()
    world = world_of(*rules)
    for each in (undisturbed, world):
        each.send(webhook(member("a")))
        each.drain()
    assert seen(world) == []
    assert world.fault.calls == undisturbed.fault.calls


def test_what_times_out_has_ended() -> None:
    world = world_of(ALL)
    push(world, "a")
    world.settle()
    first, second = seen(world)
    assert (first.status, second.status) == ("firing", "resolved")
    assert second.fingerprint == first.fingerprint
    assert second.order_at_s >= first.order_at_s


def test_what_is_resolved_by_hand_has_ended_and_other_actions_end_nothing() -> None:
    world = world_of(ALL)
    world.send(webhook(member("a")))
    world.drain()
    world.now_s += 100
    act(world, "acknowledge")
    assert facts(seen(world)) == [("a", "firing")]
    world.now_s += 10
    act(world, "resolve")
    assert facts(seen(world)) == [("a", "resolved")]


def test_a_repeat_is_told_to_rules_that_look_for_absence() -> None:
    world = world_of(HEARTBEAT, ALL)
    push(world, "a")
    assert [each.repeats for each in seen(world)] == [False]
    world.now_s += 200
    push(world, "a")
    [repeat] = seen(world)
    assert (repeat.status, repeat.repeats) == ("firing", True)
    other = world_of(ALL)
    push(other, "a")
    other.now_s += 200
    push(other, "a")
    assert [each.repeats for each in seen(other)] == [False]


def test_on_one_machine_repeats_show_when_the_time_of_an_alert_is_over() -> None:
    world = MemoryWorld(config(rules=(HEARTBEAT,)), is_one_process=True)
    push(world, "a")
    seen(world)
    for _ in range(8):
        world.pass_time(50, tick_s=30)
        push(world, "a")
    found = seen(world)
    assert found
    assert {(each.status, each.repeats) for each in found} == {("firing", True)}


def test_the_group_of_an_escalation_step_tells_nothing_a_second_time() -> None:
    policies = {
        "page": EscalationPolicy(
            name="page", steps=(EscalationStep(after_s=60, receivers=("boss",)),)
        )
    }
    receivers = {name: receiver(name) for name in ("oncall", "boss")}
    world = world_of(ALL, route=route(policy="page"), receivers=receivers, policies=policies)
    world.send(webhook(member("a")))
    world.drain()
    world.settle()
    assert len(world.groups.groups) == 2
    world.send(webhook(resolved("a")))
    world.drain()
    assert facts(seen(world)) == [("a", "firing"), ("a", "resolved")]


def _fire(world: MemoryWorld) -> None:
    world.send(webhook(member("a"), member("b")))
    world.drain()


def _fire_and_resolve(world: MemoryWorld) -> None:
    _fire(world)
    world.send(webhook(resolved("a")))
    world.drain()


def _time_out(world: MemoryWorld) -> None:
    push(world, "a", "b")
    world.settle()


def _change_many_times_at_once(world: MemoryWorld) -> None:
    for hour in range(6, 10):
        world.send(webhook(member("a", startsAt=f"2025-11-22T0{hour}:00:00Z")))
        world.now_s += 1
        world.send(webhook(resolved("a", startsAt=f"2025-11-22T0{hour}:00:00Z")))
        world.now_s += 1
    world.drain()


def _time_out_and_fire_again(world: MemoryWorld) -> None:
    push(world, "a", "b")
    world.settle()
    push(world, "a", starts_at_s=world.now_s)


SCENARIOS = [
    _fire,
    _fire_and_resolve,
    _time_out,
    _change_many_times_at_once,
    _time_out_and_fire_again,
]


def _run(scenario: Callable[[MemoryWorld], None], fault: Fault | None = None) -> MemoryWorld:
    world = world_of(ALL, fault=fault)
    scenario(world)
    world.settle()
    return world


def _as_ruled(happenings: list[SeenChange], world: MemoryWorld) -> list[tuple[str, str]]:
    """Return the changes as a rule knows them that saw all of this, in its order."""
    state = RuleState(tenant="acme", rule=ALL.name)
    for each in happenings:
        state = take(ALL, state, [each], world.now_s).state
    [keyed] = state.keyed.values()
    return [(each.fingerprint, each.status) for each in keyed.happenings]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_a_crash_at_any_call_keeps_nothing_from_the_rules(
    scenario: Callable[[MemoryWorld], None], when: str
) -> None:
    undisturbed = _run(scenario)
    calls = undisturbed.fault.calls
    expected = _as_ruled(seen(undisturbed), undisturbed)
    for at, name in enumerate(calls, start=1):
        world = _run(scenario, Fault(at, when))
        assert _as_ruled(seen(world), world) == expected, f"{when} call {at}, {name}"


def test_every_one_of_many_changes_in_one_batch_is_told() -> None:
    world = _run(_change_many_times_at_once)
    told = facts(sorted(seen(world), key=lambda each: each.order_at_s))
    assert told == [("a", "firing"), ("a", "resolved")] * 4


def test_a_time_out_whose_worker_died_is_told_although_the_alert_is_back() -> None:
    world = world_of(ALL)
    push(world, "a", "b")
    seen(world)
    world.now_s += 400
    world._run_tick()
    lost = list(world.outbox.queues["evaluate"])
    world.pump("evaluate")
    # That worker died after its commit: nobody heard, and its message comes back late.
    assert len(seen(world)) == 2
    world.now_s += 100
    push(world, "a", starts_at_s=world.now_s)
    back = seen(world)
    assert facts(sorted(back, key=lambda each: each.order_at_s)) == [
        ("a", "resolved"),
        ("a", "firing"),
    ]
    world.outbox.queues["evaluate"] += lost
    world.drain()
    assert facts(seen(world)) == [("b", "resolved")]


def test_a_resolve_by_hand_whose_worker_died_is_told_again() -> None:
    world = world_of(ALL)
    world.send(webhook(member("a")))
    world.drain()
    group, one = only(world)
    action = Action(
        id="r1",
        kind="resolve",
        fingerprint=one.fingerprint,
        episode=one.episode,
        by="ann",
        at_s=world.now_s,
    )
    message = pack_orders("acme", [Order(group.key, action)], world.now_s, world.blobs)
    ends = []
    for _ in range(2):
        world.outbox.send("evaluate", [message])
        world.pump("evaluate")
        ends.append([each for each in seen(world) if each.status == "resolved"])
        world.now_s += 300
    assert ends[0] == ends[1]
    assert len(ends[0]) == 1
