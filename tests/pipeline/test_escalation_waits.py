"""Steps that must wait, and whom a step reaches."""

from typing import Any

from msgspec.structs import replace

from tests.builders import route
from tests.pipeline.escalation_world import (
    TICK_S,
    act,
    escalating,
    records,
    told,
    wait,
    whats,
    who,
    world_of,
)
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_suppressed import silence
from tests.pipeline.test_timers import fires, send
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.oncall import Layer, Override, Schedule
from tocsin.domain.time_interval import TimeInterval


def test_a_snoozed_step_waits_for_the_end_of_the_snooze() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 100)
    until_s = world.now_s + 2000
    act(world, "snooze", until_s=until_s)
    wait(world, 3000)
    assert who(world)[0] == ("first", "firing")
    assert 0 <= told(world)[0][0] - (until_s - START_S) <= TICK_S
    assert whats(world)[0] == ("deferred", 1, "snoozed by eve")


def test_a_step_that_was_put_off_is_taken_when_the_snooze_is_made_shorter() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 100)
    act(world, "snooze", until_s=world.now_s + 7200)
    wait(world, 400)
    assert whats(world) == [("deferred", 1, "snoozed by eve")]
    until_s = world.now_s + 60
    act(world, "snooze", until_s=until_s)
    wait(world, 120)
    assert who(world) == [("first", "firing")]
    assert 0 <= told(world)[0][0] - (until_s - START_S) <= TICK_S


def test_a_step_that_was_put_off_waits_longer_when_the_snooze_is_made_longer() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 100)
    act(world, "snooze", until_s=world.now_s + 300)
    wait(world, 250)
    until_s = world.now_s + 1000
    act(world, "snooze", until_s=until_s)
    wait(world, 1100)
    assert who(world)[0] == ("first", "firing")
    assert 0 <= told(world)[0][0] - (until_s - START_S) <= TICK_S
    assert [what for what, _, _ in whats(world)].count("deferred") == 1


def test_a_silenced_step_waits_and_is_taken_when_the_silence_is_over() -> None:
    world = world_of()
    silence(world, START_S + 2000, 'alertname=~".+"')
    send(world, fires("a", START_S))
    wait(world, 3000)
    at_s, *first = told(world)[0]
    assert first == ["first", "firing"]
    assert 2000 <= at_s <= 2000 + 300 + TICK_S
    assert [what for what, _, _ in whats(world)].count("deferred") == 1
    assert "silenced by s1" in whats(world)[0][2]


def test_an_inhibited_step_waits() -> None:
    rule = InhibitRule(
        source_matchers=(parse_matcher('alertname="Down"'),),
        target_matchers=(parse_matcher('alertname!="Down"'),),
    )
    down = route("oncall", 'alertname="Down"', policy="")
    world = world_of(route=route(policy="pages", routes=(down,)), inhibit_rules=(rule,))
    cause = fires("lb", START_S)
    cause["labels"]["alertname"] = "Down"
    send(world, cause, fires("a", START_S))
    wait(world, 1000)
    assert told(world) == []
    over = {**cause, "status": "resolved", "endsAt": "2026-01-01T00:00:00Z"}
    send(world, over)
    wait(world, 400)
    assert who(world) == [("first", "firing")]


def test_a_step_waits_for_the_end_of_its_routes_mute_interval() -> None:
    muted = route("oncall", 'alertname=~".+"', policy="pages", timing=Timing(mute=("always",)))
    always = {"always": (TimeInterval(),)}
    world = world_of(route=route(routes=(muted,)), time_intervals=always)
    send(world, fires("a", START_S))
    wait(world, 1000)
    assert told(world) == []
    assert "always" in whats(world)[0][2]


def on_call_config(**fields: Any) -> TenantConfig:
    policy = EscalationPolicy(
        name="pages",
        steps=(
            EscalationStep(after_s=60, schedules=("database",)),
            EscalationStep(after_s=600, receivers=("second",)),
        ),
    )
    layer = Layer(name="week", people=("ann", "bob"), starts="2025-01-06T09:00")
    schedule = Schedule(
        name="database",
        time_zone="Europe/Berlin",
        layers=(layer,),
        overrides=(Override(person="bob", from_s=0, until_s=START_S + 10_000),),
    )
    people = {"ann": ("ann",), "bob": ("bob", "first")}
    return escalating(policy, schedules={"database": schedule}, people=people, **fields)


def test_a_step_tells_whoever_is_on_call_then_at_all_their_receivers() -> None:
    world = MemoryWorld(on_call_config())
    send(world, fires("a", START_S))
    wait(world, 200)
    assert sorted(who(world)) == [("bob", "firing"), ("first", "firing")]
    (record,) = records(world)
    assert (record.people, record.receivers) == (("bob",), ("bob", "first"))


def test_a_step_that_reaches_nobody_is_recorded_and_the_next_one_is_taken_at_once() -> None:
    given = on_call_config()
    empty = {"database": replace(given.schedules["database"], overrides=(), layers=())}
    world = MemoryWorld(replace(given, schedules=empty))
    send(world, fires("a", START_S))
    wait(world, 200)
    assert who(world) == [("second", "firing")]
    assert whats(world)[0] == ("step", 1, "nobody is on call in database; it reaches nobody")


def test_a_schedule_in_an_unknown_time_zone_keeps_no_step_back() -> None:
    given = on_call_config()
    lost = {"database": replace(given.schedules["database"], time_zone="No/Where", overrides=())}
    world = MemoryWorld(replace(given, schedules=lost))
    send(world, fires("a", START_S))
    wait(world, 200)
    assert who(world) == [("second", "firing")]
    assert "no time zone" in whats(world)[0][2]
