"""Aggregates over windows: what counts, and what does not."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.rule import Condition, Query
from tocsin.domain.windows import lookback_s, measure, reducer

AT = 1000.0


def condition(aggregate, window_s=60.0, compare="gt", **query):
    return Condition(
        query=Query(metric="m", **query), compare=compare, aggregate=aggregate, window_s=window_s
    )


def value(aggregate, *pool, **fields):
    return measure(condition(aggregate, **fields), {(): list(pool)}, AT).get(())


def points(*values, every=10.0, until=AT):
    """Return points of which the last is at `until`."""
    count = len(values)
    return tuple((until - every * (count - 1 - index), each) for index, each in enumerate(values))


@pytest.mark.parametrize(
    ("aggregate", "expected"),
    [("avg", 2.5), ("min", 1), ("max", 4), ("sum", 10), ("count", 4), ("last", 4), ("p50", 2.5),
     ("p0", 1), ("p100", 4), ("p25", 1.75), ("p99.9", 3.997)],
)  # fmt: skip
def test_each_aggregate(aggregate, expected):
    assert value(aggregate, points(3, 1, 2, 4)) == pytest.approx(expected)


def test_the_beginning_of_a_window_is_outside_and_its_end_inside():
    assert value("count", ((AT - 60, 1.0), (AT - 59.9, 1.0), (AT, 1.0), (AT + 0.1, 1.0))) == 2


def test_a_window_without_points_has_no_value():
    for aggregate in ("avg", "sum", "count", "last", "rate", "p95"):
        assert value(aggregate, ()) is None
        assert value(aggregate, points(1.0, 2.0, until=AT - 60)) is None


@pytest.mark.parametrize("bad", [nan, inf, -inf])
@pytest.mark.parametrize("aggregate", ["avg", "min", "max", "sum", "last", "p95"])
def test_what_is_not_finite_does_not_count(aggregate, bad):
    assert value(aggregate, ((AT - 2, 5.0), (AT - 1, bad))) == 5
    assert value(aggregate, ((AT - 1, bad),)) is None


def test_a_nan_time_is_in_no_window():
    assert value("count", ((nan, 1.0), (AT, 2.0))) == 1
    assert value("rate", ((nan, 1.0), (AT - 10, 1.0), (AT, 2.0))) == pytest.approx(0.1)


def test_numbers_too_great_to_add_do_not_break_anything():
    great = points(1.7e308, 1.7e308, 1.7e308)
    assert value("avg", great) == pytest.approx(1.7e308)
    assert value("sum", great) > 1.7e308
    assert value("max", great) == 1.7e308
    assert value("rate", points(-1.7e308, 1.7e308)) is None


def test_of_two_points_at_one_time_the_last_given_counts():
    assert value("sum", ((AT, 1.0), (AT - 1, 5.0), (AT, 2.0))) == 7
    assert value("last", ((AT, 1.0), (AT, 2.0))) == 2


def test_the_order_of_points_does_not_matter():
    ordered = points(1, 5, 2, 7)
    for aggregate in ("avg", "last", "rate", "p95"):
        assert value(aggregate, ordered) == value(aggregate, ordered[::-1])


def test_points_of_several_series_count_together():
    assert value("avg", points(1.0, 2.0, 3.0), points(10.0)) == 4
    assert value("count", points(1.0, 2.0, 3.0), points(10.0)) == 4
    assert value("last", points(1.0, 2.0), points(4.0)) == 3
    assert value("last", points(1.0, 2.0), points(4.0, until=AT - 1)) == 2


def test_a_rate_is_per_second_from_the_last_point_before_the_window():
    counter = points(0, 30, 60, every=40.0)
    assert value("rate", counter) == pytest.approx(60 / 80)
    assert value("rate", counter, window_s=20.0) == pytest.approx(30 / 40)


def test_a_counter_that_falls_began_again():
    assert value("rate", points(100, 110, 5, 15)) == pytest.approx((10 + 5 + 10) / 30)


def test_the_rate_of_several_counters_is_the_sum_of_theirs():
    assert value("rate", points(0, 10), points(100, 120), points(7)) == pytest.approx(3)


def test_a_rate_needs_two_points_one_of_them_in_the_window():
    assert value("rate", points(5)) is None
    assert value("rate", points(5, 6, until=AT - 60)) is None
    assert value("rate", ((AT - 121, 5.0), (AT, 6.0))) is None
    assert value("rate", ((AT - 120, 5.0), (AT, 6.0))) == pytest.approx(1 / 120)


def test_a_rate_looks_back_a_window_or_a_step():
    assert lookback_s(condition("rate", 300.0)) == 300
    assert lookback_s(condition("rate", 60.0, step_s=300.0)) == 300
    assert lookback_s(condition("avg", 300.0)) == 0


@pytest.mark.parametrize("name", ["p", "p101", "p-1", "pnan", "median", "", "avg2", "P95"])
def test_an_unknown_aggregate_is_the_operators_fault(name):
    with pytest.raises(ConfigurationError, match="there are avg, min"):
        reducer(name)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=20), st.floats(0, 100))
def test_a_percentile_is_a_line_through_the_sorted_values(values, percent):
    found = reducer(f"p{percent!r}")(list(values))
    ordered = sorted(values)
    assert ordered[0] <= found + 1e-9 * abs(found)
    assert found <= ordered[-1] + 1e-9 * abs(found)
    if len(values) > 1:
        position = percent / 100 * (len(values) - 1)
        low = min(int(position), len(values) - 2)
        expected = ordered[low] + (ordered[low + 1] - ordered[low]) * (position - low)
        assert found == pytest.approx(expected, abs=1e-6)
