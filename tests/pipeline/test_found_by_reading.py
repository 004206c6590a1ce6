"""Faults of the router that somebody found who read it."""

import pytest
from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_handling import act, keep_firing
from tests.pipeline.test_suppressed import NIGHT, quiet, said, silence
from tests.pipeline.test_timers import ends, fires, send, told
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.errors import Retryable
from tocsin.domain.handling import ACTIONS_LIMIT, ActionKind
from tocsin.domain.time_interval import TimeInterval

ALWAYS = {"always": (TimeInterval(),)}
REPEATING = Timing(group_wait_s=10, group_interval_s=60, repeat_interval_s=7200)


def test_of_two_routes_with_the_same_matchers_each_keeps_its_own_time() -> None:
    slow = Timing(group_wait_s=30, group_interval_s=300, mute=("always",))
    tree = route(
        routes=(
            route("pager", 'alertname!=""', continues=True, timing=slow),
            route("chat", 'alertname!=""', timing=Timing(group_wait_s=10, group_interval_s=60)),
        )
    )
    receivers = {name: receiver(name) for name in ("oncall", "pager", "chat")}
    world = MemoryWorld(config(route=tree, receivers=receivers, time_intervals=ALWAYS))
    send(world, fires("a", START_S))
    world.pass_time(60)
    assert [
        (at_s, each.receiver.name)
        for (at_s, _, _), each in zip(told(world), world.receivers.delivered, strict=True)
    ] == [(10, "chat")]


def test_an_acknowledgement_outlives_any_number_of_comments() -> None:
    world = quiet(replace(REPEATING, repeat_interval_s=200))
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "acknowledge")
    for number in range(ACTIONS_LIMIT + 1):
        world.now_s += 0.1
        act(world, "comment", name=f"c{number}", text="still at it")
    world.pass_time(300)
    assert [reason for _, reason, _ in told(world)] == ["first notification"]


def test_what_was_resolved_by_hand_stays_so_under_any_number_of_comments() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "resolve")
    for number in range(ACTIONS_LIMIT + 1):
        world.now_s += 0.1
        act(world, "comment", name=f"c{number}", text="post mortem")
    world.pass_time(100)
    world.now_s += 3700
    send(world, fires("a", START_S))
    world.pass_time(100)
    assert said(world) == [("a", "firing"), ("a", "resolved")]


def test_a_snooze_that_ends_behind_a_receiver_that_is_down_is_told() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "snooze", until_s=world.now_s + 120)
    world.pass_time(60)
    world.receivers.failures = [Retryable("it is down", retry_after_s=60)]
    send(world, fires("b", world.now_s))
    world.pass_time(400)
    assert "snooze ended" in [reason for _, reason, _ in told(world)]


@pytest.mark.parametrize("kind", ["resolve", "acknowledge", "snooze"])
def test_what_fires_again_after_somebody_had_it_in_hand_is_told(kind: ActionKind) -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, kind, until_s=world.now_s + 3600)
    world.pass_time(5)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(5)
    send(world, fires("a", world.now_s))
    world.pass_time(100)
    assert said(world) == [("a", "firing"), ("a", "resolved"), ("a", "firing")]


def test_what_fires_again_after_somebody_resolved_it_by_hand_is_told() -> None:
    world = quiet(REPEATING)
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "resolve")
    world.pass_time(5)
    send(world, fires("a", world.now_s))
    world.pass_time(100)
    assert said(world) == [("a", "firing"), ("a", "resolved"), ("a", "firing")]


def test_a_resolve_finds_an_integration_that_its_receiver_has_no_more() -> None:
    both = {name: receiver(name) for name in ("oncall/webhook/0", "oncall/webhook/1")}
    tenant = config(receivers=both, integrations={"oncall": tuple(both)})
    world = MemoryWorld(tenant)
    send(world, fires("a", START_S))
    world.drain()
    first = {"oncall/webhook/0": both["oncall/webhook/0"]}
    less = replace(tenant, version=2, receivers=first, integrations={"oncall": tuple(first)})
    world.configs.apply(less, "", world.now_s)
    world.now_s += 10
    send(world, ends("a", START_S, world.now_s))
    world.settle()
    ended = [
        each.receiver.name
        for each in world.receivers.delivered
        if each.alerts[0].status == "resolved"
    ]
    assert sorted(ended) == ["oncall/webhook/0", "oncall/webhook/1"]


def test_nobody_is_told_again_of_what_they_have_in_hand_since_another_is_silenced() -> None:
    world = quiet(replace(REPEATING, repeat_interval_s=200))
    send(world, fires("a", START_S))
    world.pass_time(20)
    act(world, "acknowledge")
    world.pass_time(10)
    send(world, fires("b", world.now_s))
    world.pass_time(60)
    before = len(world.receivers.delivered)
    silence(world, START_S + 5000, 'instance=~"b.*"')
    world.pass_time(250)
    assert [reason for _, reason, _ in told(world)][before:] == []


def test_a_group_that_is_muted_when_it_would_repeat_does_not_wake_all_the_time() -> None:
    world = quiet(Timing(repeat_interval_s=100))
    send(world, fires("a", START_S))
    world.pass_time(5)
    silence(world, START_S + 5000, 'instance=~"a.*"')
    world.pass_time(120)
    (group,) = world.groups.groups.values()
    assert group.poke_due_at_s is not None
    assert group.poke_due_at_s > world.now_s


@pytest.mark.parametrize("mute", [(), ("night",)])
def test_an_edited_route_is_muted_and_repeats_as_before(mute: tuple[str, ...]) -> None:
    timing = Timing(group_wait_s=10, group_interval_s=60, repeat_interval_s=200, mute=mute)

    def routed(version: int, *matchers: str) -> TenantConfig:
        tree = route(routes=(route("oncall", *matchers, timing=timing),))
        return config(version=version, route=tree, time_intervals=NIGHT)

    world = MemoryWorld(routed(1, 'team="payments"'))
    send(world, fires("a", START_S))
    world.pass_time(30)
    world.configs.apply(routed(2, 'team=~"payments|web"'), "", world.now_s)
    keep_firing(world, 600)
    times = [at_s for at_s, _, _ in told(world)]
    if mute:
        # The night ends after 300 seconds.
        assert 300 <= times[0] <= 361
    assert len(times) == (2 if mute else 3)
