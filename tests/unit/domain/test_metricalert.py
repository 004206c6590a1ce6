"""What the alerts of metric rules say, and that their end is of the same identity."""

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.watchedrule import Watched, condition, rule
from tocsin.domain.metricalert import number
from tocsin.domain.metricrule import evaluate, retire
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Series, labels_of


def test_without_data_an_alert_ends_for_that_reason():
    watched = Watched(rule())
    watched.ticks(90, None)
    assert watched.alert.annotations["reason"] == "no data"
    assert watched.alert.value is None
    watched.ticks(90, 10)
    assert watched.alert.annotations["reason"] == "no longer breaches"


def test_labels_that_the_rule_sets_do_not_tell_series_apart():
    of = rule(labels={"host": "any", "team": "db"})
    series = tuple(
        Series(labels_of({"__name__": name, "alertname": "x", "host": name, "dc": "", "os": "l"}),
               ((T0, 90.0),))
        for name in "ab"
    )  # fmt: skip
    (told,) = evaluate(of, RuleState(tenant="t", rule="r"), [series], T0).alerts
    assert told.labels == {"alertname": "HighCpu", "host": "any", "team": "db", "os": "l"}


def test_an_alert_ends_with_the_labels_and_severity_that_it_fired_with():
    watched = Watched(rule(labels={"team": "db"}, severity="high"))
    watched.tick(a=90)
    fired = watched.alert
    watched.rule = replace(watched.rule, labels={"team": "web"}, severity="low")
    assert watched.tick(a=10) == ["resolved a"]
    assert (watched.alert.labels, watched.alert.severity) == (fired.labels, "high")
    assert watched.alert.starts_at_s == fired.starts_at_s


def test_a_rule_may_name_its_alerts_otherwise():
    watched = Watched(rule(labels={"alertname": "CpuHigh"}))
    watched.tick(a=90)
    assert (watched.alert.name, watched.alert.labels["alertname"]) == ("CpuHigh", "CpuHigh")
    (ended,) = retire("HighCpu", watched.state, watched.at_s + 60, "off").alerts
    assert (ended.name, ended.labels) == ("CpuHigh", watched.alert.labels)


def test_a_rule_that_is_gone_ends_all_its_alerts():
    watched = Watched(rule(labels={"team": "db"}, severity="high", breaches=1, limit=9))
    watched.tick(b=90, a=90)
    evaluated = retire("HighCpu", watched.state, watched.at_s + 90, "the rule was removed")
    assert [each.labels["host"] for each in evaluated.alerts] == ["a", "b"]
    ended = evaluated.alerts[0]
    assert ended.labels == {"alertname": "HighCpu", "host": "a", "team": "db"}
    assert (ended.status, ended.severity, ended.provider) == ("resolved", "high", "tocsin")
    assert (ended.starts_at_s, ended.ends_at_s) == (watched.at_s, watched.at_s + 90)
    assert ended.annotations == {"duration": "1m30s", "reason": "the rule was removed"}
    assert evaluated.state.is_empty
    assert retire("HighCpu", evaluated.state, watched.at_s, "again").alerts == ()


def test_what_only_waits_ends_without_a_word():
    watched = Watched(rule(for_s=600.0))
    watched.tick(a=90)
    assert retire("HighCpu", watched.state, watched.at_s + 60, "off").alerts == ()


def test_an_alert_says_what_happened():
    first = condition("gte", 85.0, metric="cpu", matchers='env="prod"', aggregate="p95")
    second = condition("lt", 0.5, metric="idle", window_s=300.0)
    annotations = {
        "summary": "{{ $labels.host }} at {{$value}} %, {{ $labels.none }}{{ .Other }}",
        "window": "mine",
    }
    watched = Watched(rule(first, second, annotations=annotations, link="https://wiki/cpu"))
    watched.tick({"a{{ $value }}": 0.25}, **{"a{{ $value }}": 90})
    told = watched.alert
    assert told.annotations == {
        "summary": "a{{ $value }} at 90 %, {{ .Other }}",
        "window": "mine",
        "condition": 'p95 of cpu{env="prod"} over 1m >= 85 and avg of idle over 5m < 0.5',
        "value": "90, 0.25",
        "threshold": "85, 0.5",
    }
    assert (told.name, told.value, told.url) == ("HighCpu", 90.0, "https://wiki/cpu")
    assert told.starts_at_s == told.observed_at_s == watched.at_s
    assert told.holds_until_s is None


def test_the_end_of_an_alert_says_how_long_it_was_and_what_is_now():
    watched = Watched(rule(annotations={"summary": "{{ $value }}"}))
    watched.tick(a=90)
    watched.tick(a=90, minutes=2)
    watched.tick(a=12.5)
    ended = watched.alert
    assert (ended.status, ended.value) == ("resolved", 12.5)
    assert (ended.starts_at_s, ended.ends_at_s) == (T0 + 60, T0 + 240)
    assert ended.annotations["duration"] == "3m"
    assert ended.annotations["summary"] == ended.annotations["value"] == "12.5"


@pytest.mark.parametrize(
    ("value", "written"),
    [(90, "90"), (90.0, "90"), (0.1 + 0.2, "0.3"), (-2.5, "-2.5"), (1234567.25, "1234567.25"),
     (1e300, "1e+300"), (None, "no data")],
)  # fmt: skip
def test_numbers_are_written_for_people(value, written):
    assert number(value) == written


def test_of_any_the_value_is_that_of_the_condition_that_breaches():
    watched = Watched(rule(condition(), condition("lt", 5.0, metric="idle"), combine="any"))
    watched.tick({"a": 1}, a=10)
    assert watched.alert.value == 1.0
    assert watched.alert.annotations["value"] == "10, 1"
