"""What the kinds of rules over alerts tell, case by case."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.alertrule_world import World, ends, fires, statuses
from tocsin.domain.alertcondition import UNSEEN_S
from tocsin.domain.alertrulememory import LATE_S
from tocsin.domain.matchers import parse_matcher


def test_count_fires_at_its_threshold_and_ends_when_the_window_has_passed() -> None:
    world = World(threshold=3)
    assert world.take(fires("A"), fires("B", T0 + 10)) == []
    [made] = world.take(fires("C", T0 + 20))
    assert (made.status, made.provider, made.name, made.value) == ("firing", "tocsin", "Rule", 3)
    assert world.look(T0 + 59) == []
    [over] = world.look(T0 + 60)
    assert over.status == "resolved"
    assert (over.labels, over.starts_at_s) == (made.labels, made.starts_at_s)
    assert over.ends_at_s == T0 + 60
    assert over.annotations["reason"] == "fewer within the window"


def test_count_counts_runs_and_not_repeats_or_ends() -> None:
    world = World(threshold=2)
    assert world.take(fires("A"), fires("A", T0 + 1), ends("A", T0 + 2)) == []
    assert statuses(world.take(fires("A", T0 + 3))) == ["firing"]


def test_what_came_too_late_for_its_window_is_told_and_ended_at_the_next_look() -> None:
    world = World(threshold=2)
    late = T0 + 300
    assert statuses(world.take(fires("A"), fires("B", T0 + 10), at_s=late)) == ["firing"]
    assert world.take(fires("C", T0 + 20), at_s=late + 1) == []
    assert statuses(world.look(late + 2)) == ["resolved"]
    # It was told of: what adds to the same burst makes no second alert.
    assert world.take(fires("D", T0 + 15), at_s=late + 3) == []


def test_what_is_late_beyond_measure_counts_for_nothing() -> None:
    world = World(threshold=1)
    assert world.take(fires("A"), at_s=T0 + 60 + LATE_S) == []
    assert world.state.is_empty


def test_the_order_of_an_alert_counts_and_not_when_it_was_learned() -> None:
    world = World(kind="correlation", threshold=1)
    assert world.take(ends("A", T0, order_at_s=T0 + 50), fires("A", T0 + 40, order_at_s=T0)) == []
    [made] = world.take(fires("A", T0 + 5, order_at_s=T0 + 60), at_s=T0 + 41)
    assert made.status == "firing"


def test_an_end_counts_where_its_alert_fired_under_another_severity() -> None:
    world = World(
        kind="correlation",
        threshold=2,
        by=("severity",),
        matchers=(parse_matcher("severity=warning"),),
    )
    world.take(fires("A"), fires("B"))
    over = ends("A", T0 + 1)
    changed = replace(over, labels={**over.labels, "severity": "critical"})
    assert statuses(world.take(changed)) == ["resolved"]


def test_a_firing_that_comes_again_is_known_for_as_long_as_it_would_count() -> None:
    world = World(kind="correlation", threshold=1)
    first, over = fires("A"), ends("A", T0 + 1)
    world.take(first, over)
    world.take(fires("B", T0 + 900), ends("B", T0 + 901))
    assert world.take(first, at_s=T0 + 60 + LATE_S - 1) == []


def test_each_set_of_values_counts_by_itself_and_names_itself() -> None:
    world = World(threshold=2, by=("zone",), labels={"team": "db", "zone": "of the rule"})
    in_zone = [fires(name, labels={"zone": zone}) for name, zone in ("Aa", "Ab", "Bb")]
    [made] = world.take(*in_zone)
    assert made.labels == {"alertname": "Rule", "team": "db", "zone": "b"}


def test_correlation_makes_one_incident_of_different_alerts() -> None:
    world = World(kind="correlation", threshold=3)
    assert world.take(fires("A"), ends("A", T0 + 1), fires("A", T0 + 2), fires("B", T0 + 3)) == []
    [made] = world.take(fires("C", T0 + 30))
    assert made.value == 3
    # One that joins it holds it up when another ends.
    assert world.take(fires("D", T0 + 80)) == []
    assert world.take(ends("A", T0 + 81)) == []
    # One that began long after them does not belong to it.
    assert world.take(fires("E", T0 + 300)) == []
    assert statuses(world.take(ends("B", T0 + 301))) == ["resolved"]


def test_correlation_wants_them_to_have_begun_within_the_window() -> None:
    world = World(kind="correlation", threshold=2)
    assert world.take(fires("A"), fires("B", T0 + 60)) == []
    assert statuses(world.take(fires("C", T0 + 119))) == ["firing"]


def test_an_incident_takes_in_what_began_before_it_and_was_late() -> None:
    world = World(kind="correlation", threshold=2)
    world.take(fires("A"), fires("B", T0 + 10))
    assert world.take(fires("D", T0 - 30), at_s=T0 + 11) == []
    assert world.take(ends("A", T0 + 12)) == []
    assert statuses(world.take(ends("D", T0 + 13))) == ["resolved"]


def test_what_began_a_window_later_is_of_no_incident() -> None:
    world = World(kind="correlation", threshold=2)
    world.take(fires("A"), fires("B", T0 + 10), fires("C", T0 + 70))
    assert statuses(world.take(ends("A", T0 + 71))) == ["resolved"]


def test_an_incident_remembers_alerts_that_fire_for_days() -> None:
    world = World(kind="correlation", threshold=2)
    world.take(fires("A"), fires("B"))
    assert world.look(T0 + 3 * 86400) == []
    assert world.take(ends("B", T0 + 3 * 86400 + 1)) != []


def test_absence_is_told_after_the_window_and_ends_when_one_fires_again() -> None:
    world = World(kind="absent")
    world.take(fires("Watchdog"))
    assert world.look(T0 + 1000) == []
    assert world.take(ends("Watchdog", T0 + 1001)) == []
    assert world.look(T0 + 1060) == []
    assert statuses(world.look(T0 + 1061)) == ["firing"]
    assert world.look(T0 + 5000) == []
    assert statuses(world.take(fires("Watchdog", T0 + 5001))) == ["resolved"]


def test_one_of_several_heartbeats_is_enough() -> None:
    world = World(kind="absent")
    world.take(fires("A"), fires("B"), ends("A", T0 + 1))
    assert world.look(T0 + 1000) == []


def test_a_rule_that_never_saw_its_heartbeat_counts_from_its_first_look() -> None:
    world = World(kind="absent")
    assert world.look(T0) == []
    assert world.look(T0 + UNSEEN_S + 59) == []
    [made] = world.look(T0 + UNSEEN_S + 60)
    assert (made.status, made.value) == ("firing", 60)


def test_a_repeat_shows_a_heartbeat_that_fired_before_its_rule_was_made() -> None:
    world = World(kind="absent")
    world.look(T0)
    repeat = fires("Watchdog", T0 + 100, order_at_s=T0 - 9000, repeats=True)
    world.take(repeat)
    known = world.state
    assert world.look(T0 + 9000) == []
    # What is known to fire costs no write when it is repeated.
    world.take(replace(repeat, at_s=T0 + 200, source="other"))
    assert world.state is known


@pytest.mark.parametrize("kind", ["count", "correlation", "flapping"])
def test_a_repeat_begins_nothing(kind: Any) -> None:
    world = World(kind=kind)
    assert world.take(fires("A", repeats=True)) == []
    assert world.state.is_empty


def test_each_heartbeat_that_was_seen_may_be_missed() -> None:
    world = World(kind="absent", by=("host",))
    assert world.look(T0) == []
    assert world.state.is_empty
    world.take(*(fires("Up", labels={"host": host}) for host in "ab"))
    world.take(ends("Up", T0 + 10, labels={"host": "b"}))
    [made] = world.look(T0 + 70)
    assert made.labels["host"] == "b"


def test_flapping_is_of_one_alert_and_ends_when_it_was_quiet() -> None:
    world = World(kind="flapping", threshold=4)
    assert world.take(fires("A"), ends("A", T0 + 1), fires("B", T0 + 2), ends("B", T0 + 3)) == []
    [made] = world.take(fires("A", T0 + 20), ends("A", T0 + 30))
    assert made.value == 4
    assert made.annotations["alerts"].startswith("A (")
    # One change in a window is not flapping, yet not quiet; and the unrest of another is.
    assert world.take(fires("A", T0 + 80)) == []
    assert world.look(T0 + 100) == []
    assert world.take(fires("B", T0 + 139)) == []
    assert statuses(world.look(T0 + 140)) == ["resolved"]


def test_another_alert_that_begins_to_flap_keeps_it_up() -> None:
    world = World(kind="flapping", threshold=3)
    world.take(fires("A"), ends("A", T0 + 1), fires("A", T0 + 2))
    assert world.take(fires("B", T0 + 40), ends("B", T0 + 41), fires("B", T0 + 42)) == []
    assert world.look(T0 + 70) == []
    assert statuses(world.look(T0 + 102)) == ["resolved"]


def test_what_flapped_long_ago_ends_by_the_clock_and_not_by_what_is_as_late() -> None:
    world = World(kind="flapping", threshold=3)
    late = T0 + 300
    restless = [fires("A"), ends("A", T0 + 1), fires("A", T0 + 2)]
    assert statuses(world.take(*restless, at_s=late)) == ["firing"]
    assert world.take(ends("A", T0 + 3), at_s=late + 1) == []
    assert statuses(world.look(late + 2)) == ["resolved"]
