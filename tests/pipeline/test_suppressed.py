"""What may not be told for a while: it is told when that ends, or it is said why not."""

from typing import Any

import pytest

from tests.builders import config, route
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import ends, fires, host, iso, send, told
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.silence import Silence
from tocsin.domain.time_interval import TimeInterval

TIMING = Timing(group_wait_s=10, group_interval_s=60)
CLUSTER_DOWN = InhibitRule(
    source_matchers=(parse_matcher('alertname="ClusterDown"'),),
    target_matchers=(parse_matcher('alertname!="ClusterDown"'),),
    equal=("cluster",),
)


def quiet(timing: Timing = TIMING, **fields: Any) -> MemoryWorld:
    return MemoryWorld(configured(timing, **fields))


def configured(timing: Timing = TIMING, **fields: Any) -> TenantConfig:
    return config(route=route(timing=timing, group_by=("alertname",)), **fields)


def silence(world: MemoryWorld, until_s: float, *matchers: str, name: str = "s1") -> None:
    (known, *_) = [*(each for each in world.silences.all("acme") if each.id == name), None]
    wanted = Silence(
        id=name,
        matchers=tuple(map(parse_matcher, matchers)),
        starts_at_s=START_S,
        ends_at_s=until_s,
        updated_at_s=world.now_s,
        version=known.version if known else 0,
    )
    world.silences.write("acme", [wanted], until_s)


def down(world: MemoryWorld, status: str = "firing") -> dict[str, Any]:
    alert = fires("lb", START_S)
    alert["labels"]["alertname"] = "ClusterDown"
    if status == "resolved":
        return {**alert, "status": "resolved", "endsAt": iso(world.now_s)}
    return alert


def reasons(world: MemoryWorld) -> dict[str, int]:
    return world.balance().suppressed


def said(world: MemoryWorld) -> list[tuple[str, str]]:
    return [(host(a), a.status) for each in world.receivers.delivered for a in each.news]


# START_S is 05:40 UTC.
NIGHT = {"night": (TimeInterval(times=((0, 5 * 60 + 45),)),)}


class TestSilences:
    def test_nothing_is_told_until_it_ends_and_then_at_the_next_look(self) -> None:
        world = quiet()
        silence(world, START_S + 100, 'team="payments"')
        send(world, fires("a", START_S))
        world.pass_time(100)
        assert told(world) == []
        world.pass_time(60)
        assert told(world) == [(130, "first notification", [("a", "firing")])]

    def test_it_is_told_soon_after_somebody_ends_the_silence(self) -> None:
        world = quiet()
        silence(world, START_S + 7200, 'team="payments"')
        send(world, fires("a", START_S))
        world.pass_time(200)
        silence(world, world.now_s, 'team="payments"')
        world.pass_time(60)
        assert len(told(world)) == 1

    def test_what_ends_meanwhile_was_suppressed_by_name(self) -> None:
        world = quiet()
        silence(world, START_S + 1000, 'team="payments"')
        send(world, fires("a", START_S))
        world.pass_time(30)
        send(world, ends("a", START_S, world.now_s))
        world.pass_time(200)
        assert told(world) == []
        assert reasons(world) == {"silenced by s1; resolved before anybody was told": 2}
        assert world.balance().is_settled

    def test_the_end_of_what_was_told_is_told_though_silenced(self) -> None:
        world = quiet()
        send(world, fires("a", START_S))
        world.pass_time(30)
        silence(world, START_S + 1000, 'team="payments"')
        send(world, ends("a", START_S, world.now_s))
        world.pass_time(100)
        assert said(world) == [("a", "firing"), ("a", "resolved")]

    def test_only_what_matches_is_kept_back_and_not_shown_beside(self) -> None:
        world = quiet()
        send(world, fires("a", START_S), fires("b", START_S))
        world.pass_time(30)
        silence(world, START_S + 1000, 'instance=~"a[.].*"')
        send(world, fires("c", world.now_s))
        world.pass_time(100)
        assert told(world)[1][2] == [("b", "firing"), ("c", "firing")]

    def test_nothing_silenced_is_repeated(self) -> None:
        world = quiet(Timing(group_wait_s=10, group_interval_s=60, repeat_interval_s=100))
        send(world, fires("a", START_S))
        world.pass_time(30)
        silence(world, START_S + 400, 'team="payments"')
        for _ in range(5):
            send(world, fires("a", START_S))
            world.pass_time(100)
        assert [at_s for at_s, _, _ in told(world)] == [10, 430]

    def test_without_timers_what_is_silenced_is_looked_at_every_minute(self) -> None:
        world = quiet(Timing())
        silence(world, START_S + 100, 'team="payments"')
        send(world, fires("a", START_S))
        world.pass_time(200)
        (only,) = told(world)
        assert 100 <= only[0] <= 161


class TestInhibition:
    def test_a_target_is_not_told_while_its_source_fires_and_then_is(self) -> None:
        world = quiet(inhibit_rules=(CLUSTER_DOWN,))
        send(world, down(world), fires("a", START_S))
        world.pass_time(100)
        assert said(world) == [("lb", "firing")]
        send(world, down(world, "resolved"))
        world.pass_time(130)
        assert said(world) == [("lb", "firing"), ("lb", "resolved"), ("a", "firing")]

    def test_a_source_that_comes_in_the_wait_is_in_time(self) -> None:
        world = quiet(inhibit_rules=(CLUSTER_DOWN,))
        send(world, fires("a", START_S))
        world.pass_time(8)
        send(world, down(world))
        world.pass_time(30)
        assert said(world) == [("lb", "firing")]

    def test_another_cluster_is_another_matter(self) -> None:
        world = quiet(inhibit_rules=(CLUSTER_DOWN,))
        other = fires("a", START_S)
        other["labels"]["cluster"] = "elsewhere"
        send(world, down(world), other)
        world.pass_time(30)
        assert sorted(said(world)) == [("a", "firing"), ("lb", "firing")]

    def test_the_end_of_what_was_told_before_is_told(self) -> None:
        world = quiet(inhibit_rules=(CLUSTER_DOWN,))
        send(world, fires("a", START_S))
        world.pass_time(30)
        send(world, down(world), ends("a", START_S, world.now_s))
        world.pass_time(100)
        assert ("a", "resolved") in said(world)

    def test_what_ended_was_suppressed_by_name(self) -> None:
        world = quiet(inhibit_rules=(CLUSTER_DOWN,))
        send(world, down(world), fires("a", START_S))
        world.pass_time(30)
        send(world, ends("a", START_S, world.now_s))
        world.pass_time(100)
        (reason,) = reasons(world)
        assert reason.startswith("inhibited by ")
        assert world.balance().is_settled


class TestTimeIntervals:
    def test_a_muted_route_speaks_at_the_first_look_after(self) -> None:
        timing = Timing(group_wait_s=10, group_interval_s=60, mute=("night",))
        world = quiet(timing, time_intervals=NIGHT)
        send(world, fires("a", START_S), fires("b", START_S))
        world.pass_time(100)
        send(world, ends("b", START_S, world.now_s))
        world.pass_time(300)
        assert told(world) == [(310, "first notification", [("a", "firing")])]
        assert "muted in the time interval night; resolved before anybody was told" in reasons(
            world
        )

    def test_a_route_that_is_active_in_an_interval_is_silent_outside(self) -> None:
        timing = Timing(group_wait_s=10, group_interval_s=60, active=("night",))
        world = quiet(timing, time_intervals=NIGHT)
        world.pass_time(400, step_s=10)
        send(world, fires("a", world.now_s))
        world.pass_time(200)
        assert told(world) == []

    def test_a_machine_that_lacks_the_time_zone_tells_rather_than_not(self) -> None:
        lost = {"night": (TimeInterval(times=((0, 1440),), location="Nowhere/Atlantis"),)}
        for timing in (Timing(mute=("night",)), Timing(active=("night",))):
            world = quiet(timing, time_intervals=lost)
            send(world, fires("a", START_S))
            world.pass_time(10)
            assert len(told(world)) == 1

    def test_the_end_of_what_was_told_waits_for_the_interval_to_end(self) -> None:
        day = {"dawn": (TimeInterval(times=((5 * 60 + 41, 5 * 60 + 45),)),)}
        timing = Timing(group_wait_s=10, group_interval_s=60, mute=("dawn",))
        world = quiet(timing, time_intervals=day)
        send(world, fires("a", START_S))
        world.pass_time(90)
        send(world, ends("a", START_S, world.now_s))
        world.pass_time(400)
        assert [at_s for at_s, _, _ in told(world)] == [10, 310]


def _story(fault: Fault) -> MemoryWorld:
    world = MemoryWorld(configured(inhibit_rules=(CLUSTER_DOWN,)), fault)
    silence(world, START_S + 100, 'instance=~"b[.].*"')
    send(world, fires("a", START_S), fires("b", START_S))
    world.pass_time(30, step_s=10, tick_s=10)
    send(world, down(world), fires("c", START_S))
    world.pass_time(200, step_s=10, tick_s=10)
    send(world, down(world, "resolved"), ends("a", START_S, world.now_s))
    world.pass_time(600, step_s=10, tick_s=10)
    return world


CALLS = len(_story(Fault()).fault.calls)


def _may_repeat(fault: Fault) -> bool:
    """Tell whether the worker died when it had told, and had not written that down."""
    calls = fault.calls[: fault.at]
    if calls[-1] == "receivers.send":
        return fault.when == "after"
    since = [*reversed(calls)].index("receivers.send") if "receivers.send" in calls else 0
    told_last = calls[len(calls) - since :] if since else []
    return told_last[:-1].count("groups.settle") == 0 and calls[-1] in (
        "groups.settle",
        "breakers.write",
    )


# Tracing would double the time, and other tests go through nearly all of these lines.
@pytest.mark.no_cover
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("crash_at", range(1, CALLS + 1))
def test_a_crash_anywhere_loses_nothing_and_tells_nothing_twice(crash_at: int, when: str) -> None:
    world = _story(Fault(crash_at, when))
    world.settle()
    believed = {pair[0]: pair[1] for pair in said(world)}
    assert believed == {"a": "resolved", "b": "firing", "c": "firing", "lb": "resolved"}
    assert max(world.tellings().values()) <= (2 if _may_repeat(world.fault) else 1)
    assert world.balance().is_settled
