"""Which series a metric rule has: missing ones, known ones, and several conditions together."""

from collections import Counter

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.watchedrule import Watched, condition, rule
from tocsin.domain.metricrule import evaluate
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series, labels_of

FIRING, RESOLVED = ["firing a"], ["resolved a"]


@pytest.mark.parametrize(
    ("missing", "firing", "pending"),
    [
        # What becomes of a firing without data; what of one breach, no data, one breach, of two.
        ("missing", RESOLVED, [[], [], []]),
        ("notBreaching", RESOLVED, [[], [], []]),
        ("ignore", [], [[], [], FIRING]),
        ("breaching", [], [[], FIRING, []]),
    ],
)
def test_missing_data(missing, firing, pending):
    watched = Watched(rule(missing=missing))
    assert watched.ticks(90, None) == [FIRING, firing]
    watched = Watched(rule(missing=missing, breaches=2))
    assert watched.ticks(90, None, 90) == pending


def test_what_is_missing_breaches_once_it_was_known():
    watched = Watched(rule(missing="breaching"))
    assert watched.tick(a=10, b=10) == []
    assert watched.tick(a=10) == ["firing b"]
    assert watched.tick(a=10) == []
    assert watched.tick(a=10, b=10) == ["resolved b"]


def test_absent_is_each_known_series_that_is_gone():
    watched = Watched(rule(condition("absent")))
    assert watched.tick(a=1, b=1) == []
    assert watched.tick(a=1) == ["firing b"]
    assert watched.tick(a=None) == ["firing a"]
    assert watched.tick(a=1, b=1) == ["resolved a", "resolved b"]


def test_absent_where_nothing_was_ever_there_is_one_alert_of_what_was_asked_for():
    of = rule(condition("absent", matchers='job="db",env!="dev",zone=~"a|b",x="1",x="2"'))
    watched = Watched(of)
    assert watched.tick() == ["firing"]
    assert watched.alert.labels == {"alertname": "HighCpu", "job": "db"}
    assert watched.tick() == []
    assert watched.tick(a=1) == ["resolved"]
    assert watched.tick() == ["firing a"]


@pytest.mark.parametrize("of", [rule(condition("absent"), by=()), rule(missing="breaching", by=())])
def test_what_is_one_series_whatever_comes_is_missed_for_good(of):
    watched = Watched(of)
    assert watched.tick() == ["firing"]
    assert watched.tick(minutes=3 * 1440) == []
    assert watched.tick(a=1) == ["resolved"]
    assert watched.tick(a=1, minutes=3 * 1440) == []
    assert watched.tick() == ["firing"]


def test_a_series_that_is_gone_for_a_day_is_forgotten():
    watched = Watched(rule(condition("absent")))
    watched.tick(a=1, b=1)
    assert watched.tick(b=1) == ["firing a"]
    assert watched.tick(b=1, minutes=1440) == []
    assert watched.tick(b=1) == ["resolved a"]
    assert watched.alert.annotations["reason"] == "no data for a day"
    assert watched.tick(b=1) == []


def test_what_the_limit_holds_back_is_not_forgotten():
    watched = Watched(rule(condition("absent"), limit=1, limit_window_s=200_000.0))
    watched.tick(a=1, b=1)
    assert watched.tick() == ["firing a"]
    assert watched.tick(minutes=1500) == ["resolved a"]
    assert watched.tick(minutes=1900) == ["firing b"]


def test_an_ignored_gap_of_a_day_ends_an_alert():
    watched = Watched(rule(missing="ignore"))
    watched.tick(a=90)
    assert watched.tick(minutes=1440) == []
    assert watched.tick() == ["resolved a"]
    assert watched.state.is_empty


def test_a_series_that_is_there_is_never_forgotten():
    watched = Watched(rule(condition("absent")))
    for _ in range(50):
        assert watched.tick(a=1, minutes=60) == []
    assert watched.tick() == ["firing a"]


def test_present_is_any_value_at_all():
    watched = Watched(rule(condition("present"), keep_firing_for_s=60.0, missing="ignore"))
    assert watched.ticks(0, None, None) == [FIRING, [], RESOLVED]


def test_all_conditions_are_joined_by_series():
    watched = Watched(rule(condition(), condition("lt", 5.0, metric="idle")))
    assert watched.tick({"a": 9, "b": 1}, a=90, b=10) == []
    assert watched.tick({"a": 1, "b": 1}, a=90, b=10) == ["firing a"]
    assert watched.tick({"a": 9, "b": 1}, a=90, b=90) == ["resolved a", "firing b"]


def test_any_condition_is_enough():
    watched = Watched(rule(condition(), condition("lt", 5.0, metric="idle"), combine="any"))
    assert watched.tick({"a": 9, "b": 1, "c": 9}, a=90, b=10, c=10) == ["firing a", "firing b"]
    assert watched.tick({"b": 9}, a=10, b=10) == ["resolved a", "resolved b"]


def test_of_all_one_without_data_leaves_it_open_and_of_any_does_not():
    second = condition("lt", 5.0, metric="idle")
    watched = Watched(rule(condition(), second, missing="ignore"))
    assert watched.tick({"a": 1}, a=90) == ["firing a"]
    assert watched.tick({}, a=90) == []
    assert watched.tick({}, a=10) == ["resolved a"]
    watched = Watched(rule(condition(), second, missing="ignore", combine="any"))
    assert watched.tick({"a": 1}) == ["firing a"]
    assert watched.tick({}) == []
    assert watched.tick({}, a=10) == ["resolved a"]


@pytest.mark.parametrize("combine", ["all", "any"])
def test_a_condition_without_labels_speaks_for_all_series(combine):
    second = condition(metric="load", threshold=3.0)
    watched = Watched(rule(condition(), second, combine=combine))
    expected = ["firing a"] if combine == "all" else ["firing a", "firing b"]
    assert watched.tick({"all": 4}, a=90, b=10) == expected
    assert watched.tick({"all": 1}, a=10, b=10) == [f"resolved {each[-1]}" for each in expected]


def test_what_had_no_label_gives_way_to_series_that_have():
    watched = Watched(rule(condition(), condition(metric="load"), combine="any"))
    assert watched.tick({"all": 90}) == ["firing"]
    assert watched.tick({"all": 90}, a=10) == ["resolved", "firing a"]


def test_series_with_the_same_labels_by_count_as_one():
    of = rule(by=("dc",))
    series = tuple(
        Series(labels_of({"dc": dc, "host": host}), ((T0, value),))
        for dc, host, value in [("x", "a", 80.0), ("x", "b", 100.0), ("y", "c", 10.0)]
    )
    (told,) = evaluate(of, RuleState(tenant="t", rule="r"), [series], T0).alerts
    assert (told.labels, told.value) == ({"alertname": "HighCpu", "dc": "x"}, 90.0)


def test_a_label_without_a_value_is_no_label():
    series = [
        Series(labels, ((T0, value),)) for labels, value in [((), 80.0), ((("dc", ""),), 100.0)]
    ]
    (told,) = evaluate(rule(by=("dc",)), RuleState(tenant="t", rule="r"), [series], T0).alerts
    assert (told.labels, told.value) == ({"alertname": "HighCpu"}, 90.0)


def test_the_known_series_are_bounded():
    of, state = rule(condition("absent")), RuleState(tenant="t", rule="r")
    for tick in range(3):
        at_s = T0 + 3600 * tick
        series = tuple(
            Series((("pod", f"{tick}-{index}"),), ((at_s, 1.0),)) for index in range(6000)
        )
        state = evaluate(replace(of, for_s=1e5), state, [series], at_s).state
        phases = Counter(each.phase for each in state.series.values())
        assert phases == ({"ok": 6000}, {"ok": 4000, "pending": 6000}, {"pending": 10000})[tick]


def test_an_edited_rule_ends_what_is_none_of_its_series_any_more():
    watched = Watched(rule(missing="breaching"))
    watched.tick(a=90, b=10)
    watched.rule = replace(watched.rule, by=("dc",))
    assert watched.tick(a=90, b=90) == ["resolved a", "firing"]
    assert watched.alerts[0].annotations["reason"] == "the rule changed"
    assert watched.tick() == []


def test_what_an_edited_rule_gives_the_labels_of_an_ended_alert_fires_later():
    of = rule(labels={"team": "db"})
    series = [(Series(labels_of({"host": "a", "team": "db"}), ((T0 + 30, 90.0),)),)]
    first = evaluate(of, RuleState(tenant="t", rule="r"), series, T0 + 50)
    second = evaluate(rule(), first.state, series, T0 + 60)
    third = evaluate(rule(), second.state, series, T0 + 70)
    told = [[each.status for each in found.alerts] for found in (first, second, third)]
    assert told == [["firing"], ["resolved"], ["firing"]]
    assert first.alerts[0].labels == second.alerts[0].labels == third.alerts[0].labels


def test_what_is_missing_before_and_after_an_edit_is_one_alert():
    watched = Watched(rule(condition("absent", matchers='job="db"')))
    assert watched.tick() == ["firing"]
    watched.rule = rule(condition("absent", matchers='job="db"', metric="other"))
    assert watched.tick() == []
    assert watched.tick(a=1) == ["resolved"]
