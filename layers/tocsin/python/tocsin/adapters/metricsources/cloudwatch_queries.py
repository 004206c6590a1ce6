"""What a rule asks, in CloudWatch's words.

Sources: docs.aws.amazon.com/AmazonCloudWatch/latest, GetMetricData in APIReference, and search
expressions and dynamic labels in monitoring.
"""

import re
from math import ceil, floor
from typing import Any

from tocsin.domain.rule import Query
from tocsin.domain.series import Asked, Labels, Unanswered, labels_of

# The name of any value, where a dimension stands.
ANY = "*"
_SHORT_PERIODS_S = (1, 5, 10, 20, 30)
# Dynamic values that one label may have.
_ANY_LIMIT = 6
# Between the values of several dimensions in the label of one result.
_BETWEEN = " | "
_PLAIN = re.compile(r"[A-Za-z0-9_/]+")
# They would end the texts in which they stand.
_ENDING = frozenset("'\"\\{}")


def period_s(step_s: float) -> int:
    """Return the period that CloudWatch has for a step: none shorter than it."""
    for each in _SHORT_PERIODS_S:
        if step_s <= each:
            return each
    return ceil(step_s / 60) * 60


def periods_of(asked: Asked) -> tuple[int, int, int]:
    """Return when the periods that end within a span begin and end, and how long one is.

    CloudWatch calls a period by its begin, but what it holds is only known at its end; one that is
    not over yet would be a part that looks like a whole. All in epoch seconds; the begin is in it,
    the end is not, and both are where a period begins, since CloudWatch counts periods from there.
    """
    period = period_s(asked.query.step_s)
    first = floor((asked.from_s - period) / period) * period
    return first, floor(asked.to_s / period) * period, period


def to_query(query_id: str, query: Query) -> dict[str, Any] | Unanswered:
    """Return a MetricDataQuery, or why there is none."""
    period = period_s(query.step_s)
    if query.expression:
        return {"Id": query_id, "Expression": query.expression, "Period": period}
    if not query.namespace or not query.metric:
        return Unanswered("the query needs a namespace and a metric, or an expression")
    if is_search(query):
        return _search(query_id, query, period)
    metric = {
        "Namespace": query.namespace,
        "MetricName": query.metric,
        "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
    }
    stat = {"Metric": metric, "Period": period, "Stat": query.statistic}
    return {"Id": query_id, "MetricStat": stat}


def is_search(query: Query) -> bool:
    """Tell whether a dimension may have any value."""
    return not query.expression and any(value == ANY for _, value in query.dimensions)


def labels_for(query_id: str, query: Query, label: str) -> Labels | None:
    """Return the labels of one result; None if its label does not say the dimensions."""
    if query.expression:
        # An expression that makes one series is called by its id.
        return () if label in ("", query_id, query.expression) else (("label", label),)
    if not is_search(query):
        return labels_of(dict(query.dimensions))
    names = _open(query)
    values = label.split(_BETWEEN)
    if len(values) != len(names):
        return None
    return labels_of({**dict(query.dimensions), **dict(zip(names, values, strict=True))})


def _open(query: Query) -> list[str]:
    return [name for name, value in query.dimensions if value == ANY]


def _search(query_id: str, query: Query, period: int) -> dict[str, Any] | Unanswered:
    names = _open(query)
    said = [query.namespace, query.metric, query.statistic]
    said += [part for pair in query.dimensions for part in pair]
    if any(_ENDING & set(each) for each in said):
        return Unanswered("quotes, braces and backslashes cannot be searched for")
    if len(names) > _ANY_LIMIT:
        return Unanswered(f"at most {_ANY_LIMIT} dimensions may have any value")
    schema = ",".join(_plain(each) for each in (query.namespace, *dict(query.dimensions)))
    terms = [f'MetricName="{query.metric}"']
    terms += [f'{_plain(name)}="{value}"' for name, value in query.dimensions if value != ANY]
    searched = f"SEARCH('{{{schema}}} {' '.join(terms)}', '{query.statistic}', {period})"
    label = _BETWEEN.join(f"${{PROP('Dim.{name}')}}" for name in names)
    return {"Id": query_id, "Expression": searched, "Label": label, "Period": period}


def _plain(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else f'"{name}"'
