"""Aggregates of points over a window of time, from which one number remains.

A window holds the points after its beginning and up to its end, as range selectors of Prometheus 3
do. Of several points of one series at one time the one given last counts; values that are not
finite do not count at all.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from math import floor, fsum, isfinite

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.rule import Condition
from tocsin.domain.series import Labels, Point

# The points of each of the series that count as one.
Pool = Sequence[tuple[Point, ...]]
Reduce = Callable[[list[float]], float]


def lookback_s(condition: Condition) -> float:
    """Return how far before its window a condition needs points, in seconds.

    A rate counts from the last point before its window, if there is one in as much time again.
    """
    if condition.aggregate != "rate":
        return 0.0
    return max(condition.window_s, condition.query.step_s)


def measure(condition: Condition, pools: Mapping[Labels, Pool], at_s: float) -> dict[Labels, float]:
    """Return the aggregate over the window that ends at `at_s`, where there is one.

    The points of a pool count together, whichever of its series they are of; `rate` is the sum of
    the rates of the series, since counters cannot be mixed, and `last` the mean of the newest
    points if several are of the same time. A pool without points in the window, or for `rate`
    with fewer than two, has no aggregate. Raises ConfigurationError for an unknown aggregate.
    """
    from_s = at_s - condition.window_s
    if condition.compare == "absent":
        return _reduced(pools, from_s, at_s, _count)
    if condition.aggregate == "rate":
        since_s = from_s - lookback_s(condition)
        rates = {each: _rate(pool, since_s, from_s, at_s) for each, pool in pools.items()}
        return {each: rate for each, rate in rates.items() if rate is not None}
    if condition.aggregate == "last":
        newest = {each: _last(pool, from_s, at_s) for each, pool in pools.items()}
        return {each: value for each, value in newest.items() if value is not None}
    return _reduced(pools, from_s, at_s, reducer(condition.aggregate))


@lru_cache(maxsize=256)
def reducer(aggregate: str) -> Reduce:
    """Return what makes one number of many: avg, min, max, sum, count or a percentile (p95).

    A percentile is interpolated linearly between the two nearest ranks, of which the lowest is
    0 and the highest n - 1. Source: Prometheus, quantile_over_time in promql/quantile.go. Raises
    ConfigurationError for a name that is none of these.
    """
    known = _REDUCERS.get(aggregate)
    if known is not None:
        return known
    try:
        share = float(aggregate[1:]) / 100 if aggregate.startswith("p") else -1.0
    except ValueError:
        share = -1.0
    if not 0.0 <= share <= 1.0:
        raise ConfigurationError(
            f"no aggregate is called {aggregate!r}; there are avg, min, max, sum, count, rate,"
            " last and percentiles such as p95"
        )
    return lambda values: _percentile(values, share)


def _reduced(
    pools: Mapping[Labels, Pool], from_s: float, to_s: float, reduce: Reduce
) -> dict[Labels, float]:
    found = {}
    for identity, pool in pools.items():
        values = _values(pool, from_s, to_s)
        if values:
            found[identity] = reduce(values)
    return found


def _values(pool: Pool, from_s: float, to_s: float) -> list[float]:
    values = [
        value for points in pool for at_s, value in dict(points).items() if from_s < at_s <= to_s
    ]
    if isfinite(sum(values)):
        return values
    # Either one of them is not finite, or only their sum is not.
    return [value for value in values if isfinite(value)]


def _last(pool: Pool, from_s: float, to_s: float) -> float | None:
    newest_s, values = from_s, list[float]()
    for points in pool:
        for at_s, value in dict(points).items():
            if not (newest_s <= at_s <= to_s and from_s < at_s and isfinite(value)):
                continue
            if at_s > newest_s:
                newest_s, values = at_s, []
            values.append(value)
    return _mean(values) if values else None


def _rate(pool: Pool, since_s: float, from_s: float, to_s: float) -> float | None:
    rates = [_rate_of(points, since_s, from_s, to_s) for points in pool]
    found = [rate for rate in rates if rate is not None]
    return _sum(found) if found else None


def _rate_of(points: tuple[Point, ...], since_s: float, from_s: float, to_s: float) -> float | None:
    """Return the increase per second of one counter; where it falls, it began again at 0.

    Nothing is extrapolated to the ends of the window, other than by Prometheus' `rate`: the
    increase is the one that was seen, over the time between the points that it was seen at.
    """
    ordered = sorted(
        (at_s, value)
        for at_s, value in dict(points).items()
        if since_s <= at_s <= to_s and isfinite(value)
    )
    first = sum(at_s <= from_s for at_s, _ in ordered)
    counted = ordered[max(first - 1, 0) :]
    if len(counted) < 2:
        return None
    steps = [after - before if after >= before else after
             for (_, before), (_, after) in pairwise(counted)]  # fmt: skip
    rate = _sum(steps) / (counted[-1][0] - counted[0][0])
    return rate if isfinite(rate) else None


def _sum(values: list[float]) -> float:
    """Add exactly, so that the order does not matter; what no float can hold is the greatest."""
    try:
        return fsum(values)
    except OverflowError:
        return max(-sys.float_info.max, min(sys.float_info.max, sum(values)))


def _mean(values: list[float]) -> float:
    try:
        return fsum(values) / len(values)
    except OverflowError:
        return _sum([value / len(values) for value in values])


def _count(values: list[float]) -> float:
    return float(len(values))


def _percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    below = floor(rank)
    above = min(below + 1, len(ordered) - 1)
    weight = rank - below
    return ordered[below] * (1 - weight) + ordered[above] * weight


_REDUCERS: dict[str, Reduce] = {
    "avg": _mean, "min": min, "max": max, "sum": _sum, "count": _count,
}  # fmt: skip
