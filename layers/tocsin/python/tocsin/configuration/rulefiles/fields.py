"""The kinds of values that rule files are made of."""

import math
import re
from collections.abc import Callable
from typing import Annotated, NamedTuple

from pydantic import BeforeValidator, WithJsonSchema

from tocsin.configuration.fields import wrong
from tocsin.domain.alert import SEVERITIES, Severity
from tocsin.domain.duration import parse_duration

# A metric rule of more conditions is no longer read by anybody.
CONDITIONS_LIMIT = 10
COUNT_LIMIT = 1000

_SYMBOLS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "==": "eq", "!=": "ne"}
_OPERATORS = (*_SYMBOLS.values(), "absent", "present")
_AGGREGATE = re.compile(r"avg|min|max|sum|count|rate|last|p(?:100|[0-9]{1,2}(?:\.[0-9]{1,3})?)")
_STATISTIC = re.compile(
    r"Average|Sum|Minimum|Maximum|SampleCount|p(?:100|[0-9]{1,2}(?:\.[0-9]{1,10})?)"
)
_LIMIT = re.compile(r"([1-9][0-9]{0,3})/([0-9a-z]+)")
_WITHIN = re.compile(r"([1-9][0-9]{0,3}) in ([0-9a-z]+)")
_METRIC = re.compile(r"[a-zA-Z_:/][a-zA-Z0-9_:./ %-]{0,254}")
# The more than a day of points that a rule looks at, the more each look costs.
LONGEST_S = 86400.0
# When a limit or a count goes further back, all that began since is remembered.
SHORTEST_S = 1.0


class Within(NamedTuple):
    """A number of things in a span of time, in seconds."""

    number: int
    window_s: float


def _operator(value: object) -> object:
    if isinstance(value, str) and _SYMBOLS.get(value, value) in _OPERATORS:
        return _SYMBOLS.get(value, value)
    raise wrong(f"must be one of {', '.join(_OPERATORS)}, or a sign such as '>='")


def _aggregate(value: object) -> object:
    if isinstance(value, str) and _AGGREGATE.fullmatch(value):
        return value
    raise wrong("must be avg, min, max, sum, count, rate, last or a percentile such as p95")


def _statistic(value: object) -> object:
    if isinstance(value, str) and _STATISTIC.fullmatch(value):
        return value
    raise wrong("must be Average, Sum, Minimum, Maximum, SampleCount or a percentile such as p99")


def _severity(value: object) -> object:
    if value == "medium":
        return "warning"
    if value in SEVERITIES:
        return value
    raise wrong(f"must be one of {', '.join(SEVERITIES)}")


def _number(value: object) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):  # type: ignore[arg-type]
        raise wrong("must be a number")
    return float(value)  # type: ignore[arg-type]


def _within(pattern: re.Pattern[str], example: str) -> Callable[[object], Within]:
    def read(value: object) -> Within:
        found = pattern.fullmatch(value) if isinstance(value, str) else None
        if found is None or int(found[1]) > COUNT_LIMIT:
            raise wrong(f"write it as {example}, with a number from 1 to {COUNT_LIMIT}")
        # `10/h` is `10/1h`.
        span = found[2] if found[2][0].isdigit() else f"1{found[2]}"
        try:
            window_s = parse_duration(span)
        except ValueError as error:
            raise wrong(f"{span!r} is {error}") from error
        if not SHORTEST_S <= window_s <= LONGEST_S:
            raise wrong("the time must be from 1s to 1d")
        return Within(int(found[1]), window_s)

    return read


def _metric(value: object) -> object:
    if isinstance(value, str) and _METRIC.fullmatch(value):
        return value
    raise wrong("not a name of a metric")


def _shown(kind: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "x-kind": kind})


Operator = Annotated[
    str,
    BeforeValidator(_operator),
    WithJsonSchema({"type": "string", "enum": [*_OPERATORS, *_SYMBOLS]}),
]
Aggregate = Annotated[str, BeforeValidator(_aggregate), _shown("aggregate")]
Statistic = Annotated[str, BeforeValidator(_statistic), _shown("statistic")]
SeverityWord = Annotated[
    Severity,
    BeforeValidator(_severity),
    WithJsonSchema({"type": "string", "enum": [*SEVERITIES, "medium"]}),
]
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Limit = Annotated[Within, BeforeValidator(_within(_LIMIT, "10/h or 5/10m")), _shown("N/duration")]
CountWithin = Annotated[
    Within, BeforeValidator(_within(_WITHIN, "5 in 10m")), _shown("N in duration")
]
MetricName = Annotated[str, BeforeValidator(_metric), _shown("metric")]
