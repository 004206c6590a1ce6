"""When a series of a metric rule fires and ends; what of it is remembered."""

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.watchedrule import Watched, condition, rule
from tocsin.domain.errors import ConfigurationError, Permanent
from tocsin.domain.metricreading import SERIES_LIMIT
from tocsin.domain.metricrule import evaluate
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series, Unanswered

FIRING, RESOLVED = ["firing a"], ["resolved a"]


def test_cpu_of_85_over_5_minutes_twice_in_a_row_fires_once():
    of = rule(
        condition("gte", 85.0, window_s=300.0, metric="cpu_percent"),
        breaches=2, severity="high",
    )  # fmt: skip
    watched = Watched(of)
    assert watched.ticks(85, 84.9, 85, 85, 99, 85) == [[], [], [], FIRING, [], []]
    assert watched.ticks(84) == [RESOLVED]
    assert watched.ticks(90, 90) == [[], FIRING]


@pytest.mark.parametrize(
    ("compare", "breaching", "well"),
    [("gt", 3, 2), ("gte", 2, 1), ("lt", 1, 2), ("lte", 2, 3), ("eq", 2, 3), ("ne", 3, 2)],
)
def test_each_comparison(compare, breaching, well):
    watched = Watched(rule(condition(compare, 2.0)))
    assert watched.ticks(well, breaching, well) == [[], FIRING, RESOLVED]


def test_series_have_alerts_of_their_own():
    watched = Watched(rule())
    assert watched.tick(a=90, b=10, c=99) == ["firing a", "firing c"]
    assert watched.tick(a=90, b=90, c=10) == ["resolved c", "firing b"]
    assert watched.tick(a=90, b=90, c=10) == []


def test_it_fires_once_it_has_breached_for_long_enough():
    watched = Watched(rule(for_s=120.0))
    assert watched.ticks(90, 90, 90, 10) == [[], [], FIRING, RESOLVED]
    assert watched.ticks(90, 90, 10, 90, 90, 90) == [[], [], [], [], [], FIRING]


def test_it_fires_on_for_a_while_after_it_no_longer_breaches():
    watched = Watched(rule(keep_firing_for_s=120.0))
    assert watched.ticks(90, 10, 10, 90, 10, 10, 10) == [FIRING, [], [], [], [], [], RESOLVED]


def test_a_lack_of_data_ends_it_no_sooner_than_a_good_value():
    watched = Watched(rule(keep_firing_for_s=60.0))
    assert watched.ticks(90, None, 90, None, None) == [FIRING, [], [], [], RESOLVED]


def test_while_it_fires_the_threshold_to_resolve_counts():
    watched = Watched(rule(condition(resolve=70.0)))
    assert watched.ticks(80, 90, 80, 71, 70, 80, 86) == [[], FIRING, [], [], RESOLVED, [], FIRING]


def test_a_series_does_not_fire_anew_before_its_cooldown_is_over():
    watched = Watched(rule(cooldown_s=180.0))
    assert watched.ticks(90, 10, 90, 90, 90) == [FIRING, RESOLVED, [], [], FIRING]
    assert watched.ticks(10, 90, 10) == [RESOLVED, [], []]
    assert watched.tick(a=10, b=90) == ["firing b"]
    assert watched.ticks(90) == [["resolved b", "firing a"]]


def test_a_breach_that_passes_does_not_shorten_the_cooldown():
    watched = Watched(rule(cooldown_s=300.0))
    assert watched.ticks(90, 10, 90, 10, 90, 90, 90) == [FIRING, RESOLVED, [], [], [], [], FIRING]


def test_what_the_limit_holds_back_fires_later_the_longest_breach_first():
    watched = Watched(rule(limit=2, limit_window_s=300.0))
    assert watched.tick(a=90, z=90) == ["firing a", "firing z"]
    assert watched.tick(a=90, z=90, d=90) == []
    assert watched.tick(a=90, z=90, d=90, b=90, c=90) == []
    assert watched.tick(a=10, z=10, d=90, b=90, c=90) == ["resolved a", "resolved z"]
    assert watched.tick(d=90, b=90, c=90) == []
    assert watched.tick(d=90, b=90, c=10) == ["firing b", "firing d"]
    assert watched.alerts[0].starts_at_s == watched.at_s
    assert watched.tick(d=90, b=90, c=90, minutes=5) == ["firing c"]


def test_of_those_held_back_the_longest_breach_fires_first():
    watched = Watched(rule(limit=1, limit_window_s=180.0))
    assert watched.tick(a=90) == ["firing a"]
    assert watched.tick(a=90, z=90) == []
    assert watched.tick(a=90, z=90, b=90) == []
    assert all(each.is_held_back for each in watched.state.series.values() if not each.fired_at_s)
    assert watched.tick(a=90, z=90, b=90) == ["firing z"]


def test_nothing_is_remembered_of_what_is_well():
    watched = Watched(rule(breaches=2, cooldown_s=120.0, limit=5, limit_window_s=60.0))
    watched.tick(a=10, b=90)
    assert [each.labels for each in watched.state.series.values()] == [(("host", "b"),)]
    watched.tick(a=10, b=10)
    assert watched.state.is_empty
    watched.tick(b=90)
    watched.tick(b=90)
    assert watched.tick(b=10) == ["resolved b"]
    assert not watched.state.is_empty
    watched.tick(minutes=2)
    assert watched.state.is_empty


def test_a_steady_state_need_not_be_stored_anew():
    for of in (rule(), rule(breaches=2, for_s=1e6), rule(missing="breaching"), rule(limit=1)):
        watched = Watched(of)
        watched.tick(a=90, b=90, c=10)
        watched.tick(a=90, b=90, c=10)
        before = watched.state
        watched.tick(a=91, b=99, c=11)
        assert replace(watched.state, evaluated_at_s=0.0) == replace(before, evaluated_at_s=0.0)


def test_a_late_or_repeated_evaluation_changes_nothing():
    watched = Watched(rule())
    watched.tick(a=90)
    for at_s in (watched.at_s, watched.at_s - 60):
        again = evaluate(watched.rule, watched.state, [()], at_s)
        assert again.state is watched.state
        assert again.alerts == ()


def test_what_no_source_answered_or_is_too_much_is_a_failure():
    state = RuleState(tenant="t", rule="r")
    with pytest.raises(Permanent, match="timed out"):
        evaluate(rule(), state, [Unanswered("timed out")], T0)
    many = tuple(Series((("host", str(index)),), ((T0, 1.0),)) for index in range(SERIES_LIMIT + 1))
    with pytest.raises(Permanent, match="10001 series"):
        evaluate(rule(), state, [many], T0)
    assert evaluate(rule(), state, [many[1:]], T0).alerts == ()
    assert evaluate(rule(by=()), state, [many], T0).alerts == ()
    with pytest.raises(ConfigurationError):
        evaluate(rule(condition(aggregate="mean")), state, [many[:1]], T0)


def test_another_threshold_leaves_an_alert_as_it_is():
    watched = Watched(rule())
    watched.tick(a=90)
    watched.rule = rule(condition(threshold=80.0), severity="critical")
    assert watched.tick(a=90) == []
