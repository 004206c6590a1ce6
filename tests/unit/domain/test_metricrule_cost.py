"""What metric rules cost: the short form of `python -m benchmarks.rules`, with room for noise."""

from benchmarks.rules import BUDGET_PE, BUDGET_REMEMBERED_PE, growth, metric_rules, tick_s, unit_s


def test_a_rule_costs_no_more_among_many():
    assert max(growth((50, 150, 500), 10)) < 2


def test_a_series_that_is_well_costs_little_and_one_that_is_remembered_not_much_more():
    unit, series = unit_s(), 5000
    assert tick_s(metric_rules(1), series, 0) / series / unit < 2 * BUDGET_PE
    assert tick_s(metric_rules(1), series, series) / series / unit < 2 * BUDGET_REMEMBERED_PE
