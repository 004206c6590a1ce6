"""What metric rules cost: the short form of `python -m benchmarks.rules`, with room for noise."""

from benchmarks.rules import BUDGET_PE, BUDGET_REMEMBERED_PE, growth, metric_rules, tick_s
from benchmarks.unit import unit_s

# Measuring coverage slows these lines several times, and orjson, which is the unit, not at all;
# what grows with the square of the series is above this all the same.
_NOISE = 6


def test_a_rule_costs_no_more_among_many():
    assert max(growth((50, 150, 500), 10)) < 2


def test_a_series_that_is_well_costs_little_and_one_that_is_remembered_not_much_more():
    unit, series = unit_s(), 5000
    assert tick_s(metric_rules(1), series, 0) / series / unit < _NOISE * BUDGET_PE
    assert tick_s(metric_rules(1), series, series) / series / unit < _NOISE * BUDGET_REMEMBERED_PE
