"""Escalation from alert to receivers: steps, rounds, and all that stops them."""

import pytest
from msgspec.structs import replace

from tests.builders import route
from tests.integration.payloads import webhook
from tests.pipeline.escalation_world import (
    PAGES,
    REPEATING,
    TICK_S,
    act,
    source_of,
    standings,
    told,
    wait,
    whats,
    who,
    world_of,
)
from tests.pipeline.memory_world import START_S
from tests.pipeline.test_timers import ends, fires, host, send
from tocsin.domain.config import Timing
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.occurrences import occurrences
from tocsin.domain.stepreach import is_of_step


def test_steps_are_taken_one_after_another_never_early_and_one_tick_late_at_most() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 2000)
    (first_s, *first), (second_s, *second) = told(world)
    assert first == ["first", "firing"]
    assert second == ["second", "firing"]
    assert 300 <= first_s <= 300 + TICK_S
    assert first_s + 600 <= second_s <= first_s + 600 + TICK_S
    assert whats(world) == [("step", 1, ""), ("step", 2, "")]


def test_the_end_reaches_everybody_who_was_told_and_nobody_else() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 400)
    send(world, ends("a", START_S, world.now_s))
    wait(world, 2000)
    assert who(world) == [("first", "firing"), ("first", "resolved")]
    assert whats(world)[-1] == ("stopped", 2, "it is over")


def test_whoever_is_not_repeated_in_time_ends_for_the_steps_as_well() -> None:
    world = world_of(replace(PAGES, steps=PAGES.steps[:1]))
    world.send(
        [{"labels": {"alertname": "a", "instance": "a"}, "startsAt": "2020-01-01T00:00:00Z"}],
        "alertmanager-api",
    )
    world.drain()
    for _ in range(3):
        wait(world, 200)
        world.send(
            [{"labels": {"alertname": "a", "instance": "a"}, "startsAt": "2020-01-01T00:00:00Z"}],
            "alertmanager-api",
        )
    wait(world, 1000)
    assert who(world) == [("first", "firing"), ("first", "resolved")]


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_acknowledgement_stops_it_and_taking_it_back_goes_on_from_there(
    *, everywhere: bool
) -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 400)
    act(world, "acknowledge", everywhere=everywhere)
    wait(world, 2000)
    assert who(world) == [("first", "firing")]
    assert all(member.is_acknowledged for _, member in standings(world))
    given_back_s = world.now_s - START_S
    act(world, "unacknowledge", everywhere=everywhere)
    wait(world, 700)
    assert who(world) == [("first", "firing"), ("second", "firing")]
    assert given_back_s + 600 <= told(world)[-1][0] <= given_back_s + 600 + TICK_S
    assert whats(world) == [
        ("step", 1, ""),
        ("stopped", 2, "acknowledged by eve"),
        ("resumed", 2, ""),
        ("step", 2, ""),
    ]


def test_an_acknowledgement_that_comes_with_the_tick_counts() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    world.now_s += 301
    world._run_tick()
    orders = world.outbox.queues["evaluate"].copy()
    world.outbox.queues["evaluate"].clear()
    act(world, "acknowledge")
    world.outbox.queues["evaluate"].extend(orders)
    wait(world, 1000)
    assert who(world) == []


def test_resolved_by_hand_ends_for_the_steps() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 400)
    act(world, "resolve", everywhere=False)
    wait(world, 1000)
    assert who(world) == [("first", "firing"), ("first", "resolved")]


def test_a_new_episode_starts_anew_and_the_steps_hear_of_the_end_between() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 400)
    ended_s = world.now_s
    world.send(webhook(ends("a", START_S, ended_s)))
    world.now_s += 1
    world.send(webhook(fires("a", world.now_s)))
    world.drain()
    wait(world, 400)
    assert who(world) == [("first", "firing"), ("first", "resolved"), ("first", "firing")]
    assert told(world)[-1][0] >= ended_s - START_S + 300


def test_rounds_tell_again_each_once_under_a_key_of_its_own() -> None:
    world = world_of(REPEATING)
    send(world, fires("a", START_S))
    wait(world, 6000)
    assert who(world) == [
        ("first", "firing"),
        ("second", "firing"),
        ("first", "firing"),
        ("second", "firing"),
    ]
    assert set(world.tellings().values()) == {1}
    times = [at_s for at_s, _, _ in told(world)]
    assert times[2] >= times[1] + 1200
    assert times[3] >= times[2] + 600
    assert [each.reason for each in world.receivers.delivered][-1] == "escalation repeated"
    send(world, ends("a", START_S, world.now_s))
    wait(world, 100)
    assert who(world)[4:] == [("first", "resolved"), ("second", "resolved")]


def test_a_step_that_tells_the_routes_own_receiver_repeats_nothing_by_itself() -> None:
    policy = EscalationPolicy(
        name="pages", steps=(EscalationStep(after_s=300, receivers=("oncall",)),)
    )
    timing = Timing(group_wait_s=600, group_interval_s=600, repeat_interval_s=700)
    world = world_of(policy, route=route(policy="pages", timing=timing))
    send(world, fires("a", START_S))
    wait(world, 5000)
    of_step = [each for each in world.receivers.delivered if is_of_step(each.group)]
    assert len(of_step) == 1
    assert len(world.receivers.delivered) > 3


def test_an_acknowledgement_stops_the_rounds() -> None:
    world = world_of(REPEATING)
    send(world, fires("a", START_S))
    wait(world, 1500)
    act(world, "acknowledge")
    wait(world, 4000)
    assert len(told(world)) == 2


def test_receivers_of_one_route_share_the_steps() -> None:
    world = world_of(route=route("both", policy="pages"), integrations={"both": ("oncall", "ann")})
    send(world, fires("a", START_S))
    wait(world, 2000)
    assert [name for name, _ in who(world)] == ["ann", "first", "second"]


def test_routes_that_lead_to_one_policy_share_its_steps() -> None:
    tree = route(
        policy="pages",
        routes=(
            route("ann", 'alertname=~".+"', continues=True, policy="pages"),
            route("oncall", policy="pages"),
        ),
    )
    world = world_of(REPEATING, route=tree)
    send(world, fires("a", START_S))
    wait(world, 3000)
    assert who(world) == [
        ("ann", "firing"),
        *((name, "firing") for name in ("first", "second", "first", "second")),
    ]
    send(world, ends("a", START_S, world.now_s))
    wait(world, 700)
    assert sorted(who(world)[5:]) == [(name, "resolved") for name in ("ann", "first", "second")]


def test_of_routes_at_one_place_each_has_its_policy() -> None:
    children = (
        route("oncall", 'job="node-exporter"', group_by=("alertname", "instance"), continues=True),
        route("oncall", 'job="node-exporter"', group_by=("alertname",), policy="pages"),
    )
    world = world_of(route=route(routes=children))
    send(world, fires("a", START_S))
    wait(world, 1000)
    assert who(world) == [("first", "firing"), ("second", "firing")]


def test_many_alerts_of_a_group_are_told_together() -> None:
    world = world_of()
    send(world, *(fires(f"host{index}", START_S) for index in range(50)))
    wait(world, 400)
    (only,) = [each for each in world.receivers.delivered if each.receiver.name == "first"]
    assert len({host(each) for each in only.news}) == 50


def test_the_books_count_an_alert_once_whatever_its_steps_told() -> None:
    world = world_of(REPEATING)
    send(world, fires("a", START_S))
    wait(world, 6000)
    send(world, ends("a", START_S, world.now_s))
    wait(world, 200)
    balance = world.balance()
    assert balance.is_settled
    assert (balance.accepted, balance.delivered, balance.pending) == (2, 2, 0)


def test_a_route_without_a_policy_reads_no_silences_and_nothing_else() -> None:
    world = world_of(route=route())
    send(world, fires("a", START_S))
    wait(world, 1000)
    assert told(world) == []
    assert source_of(world).climb is None
    assert world.groups.due("resolve", world.now_s + 1e9, 10) == []


def test_the_timeline_tells_each_step_once_and_to_whom() -> None:
    world = world_of(route=route("both", policy="pages"), integrations={"both": ("oncall", "ann")})
    send(world, fires("a", START_S))
    wait(world, 400)
    act(world, "acknowledge")
    member = source_of(world, "oncall")
    found = occurrences(
        world.journal.read("acme", START_S - 3600, world.now_s),
        member.fingerprint,
        {member.episode},
    )
    steps = [each for each in found if each.escalation is not None]
    assert [(each.what, each.reason) for each in steps] == [
        ("escalated", ""),
        ("escalation-stopped", "acknowledged by eve"),
    ]
    assert steps[0].escalation is not None
    assert steps[0].escalation.receivers == ("first",)
