"""What a metric rule asks, and when it is due."""

from itertools import pairwise

from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.watchedrule import condition, rule
from tocsin.domain.metricrule import asked
from tocsin.domain.metricschedule import is_due


def test_what_is_asked_is_the_window_and_for_a_rate_as_much_before():
    of = rule(condition(), condition(aggregate="rate", metric="n"), condition(metric="n"))
    spans = [(each.query.metric, T0 - each.from_s, T0 - each.to_s) for each in asked(of, T0)]
    assert spans == [("cpu", 60, 0), ("n", 120, 0), ("n", 120, 0)]


def due_minutes(of, minutes=2880, tick_s=60.0):
    return [index for index in range(minutes) if is_due(of, 60.0 * index, tick_s)]


def test_a_rule_is_due_once_in_its_interval():
    assert due_minutes(rule(every_s=60.0), 10) == list(range(10))
    assert due_minutes(rule(every_s=10.0), 10) == list(range(10))
    for every_s in (120.0, 300.0, 3600.0, 86_400.0):
        found = due_minutes(rule(every_s=every_s))
        assert len(found) == 2880 * 60 / every_s
        assert {after - each for each, after in pairwise(found)} <= {every_s / 60}


def test_an_interval_that_is_no_multiple_of_a_minute_is_kept_on_average():
    assert len(due_minutes(rule(every_s=90.0), 300)) == 200


def test_rules_that_are_due_rarely_are_spread_over_the_minutes():
    rules = [replace(rule(every_s=600.0), name=f"r{index}") for index in range(1000)]
    counts = [sum(is_due(each, 60.0 * minute) for each in rules) for minute in range(10)]
    assert sum(counts) == 1000
    assert min(counts) > 50


def test_a_finer_clock_asks_no_more_often():
    of = rule(every_s=300.0)
    assert sum(is_due(of, float(second), 1.0) for second in range(3600)) == 12
