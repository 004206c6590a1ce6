"""What CloudWatch says, page after page, put together by query.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataResult.html.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from tocsin.adapters.metricsources.cloudwatch_queries import is_search, labels_for, period_s
from tocsin.domain.series import POINTS_LIMIT, SERIES_LIMIT, Answer, Asked, Series, Unanswered

# Codes of messages that say that more was found than is returned.
_CUT = "Exceeded"
_WHOLE = "Complete"


class Results:
    """The results of one call and its further pages."""

    def __init__(self) -> None:
        self._points: dict[tuple[str, str], dict[float, float]] = {}
        self._status: dict[tuple[str, str], str] = {}
        self._is_cut: set[str] = set()
        self._is_ambiguous: set[str] = set()
        self._is_all_cut = False

    def add(self, page: Mapping[str, Any]) -> None:
        """Take one page."""
        self._is_all_cut |= _says_cut(page)
        keys = set[tuple[str, str]]()
        for each in page.get("MetricDataResults", ()):
            key = (each["Id"], each.get("Label", ""))
            if key in keys:
                # On another page it would be the rest of the same.
                self._is_ambiguous.add(each["Id"])
            keys.add(key)
            points = self._points.setdefault(key, {})
            values = zip(each.get("Timestamps", ()), each.get("Values", ()), strict=False)
            points.update((at.timestamp(), float(value)) for at, value in values)
            self._status[key] = each.get("StatusCode", _WHOLE)
            if _says_cut(each):
                self._is_cut.add(each["Id"])

    def answer(self, query_id: str, asked: Asked) -> Answer:
        """Return the answer to one query, of all pages; a point stands at the end of its period."""
        query = asked.query
        keys = [key for key in self._points if key[0] == query_id]
        for key in keys:
            if self._status[key] != _WHOLE:
                return Unanswered(f"CloudWatch did not give all of it ({self._status[key]})")
        may_be_cut = query.expression != "" or is_search(query)
        if query_id in self._is_cut or (self._is_all_cut and may_be_cut):
            return Unanswered("CloudWatch found more metrics than it returns at once")
        if query_id in self._is_ambiguous:
            return Unanswered("several series of the answer have the same label")
        found = [
            _series(query_id, asked, label, self._points[query_id, label]) for _, label in keys
        ]
        known = [each for each in found if each is not None]
        if len(known) < len(found):
            return Unanswered("CloudWatch did not say the dimensions of a metric")
        return _checked([each for each in known if each.points])


def _says_cut(holder: Mapping[str, Any]) -> bool:
    return any(_CUT in each.get("Code", "") for each in holder.get("Messages") or ())


def _series(
    query_id: str, asked: Asked, label: str, points: Mapping[float, float]
) -> Series | None:
    labels = labels_for(query_id, asked.query, label)
    if labels is None:
        return None
    period = period_s(asked.query.step_s)
    ended = ((began_s + period, each) for began_s, each in sorted(points.items()))
    return Series(
        labels,
        tuple(
            (at_s, each)
            for at_s, each in ended
            if asked.from_s <= at_s <= asked.to_s and isfinite(each)
        ),
    )


def _checked(series: Sequence[Series]) -> Answer:
    if len(series) > SERIES_LIMIT:
        return Unanswered(f"the answer has more than {SERIES_LIMIT} series")
    if sum(len(each.points) for each in series) > POINTS_LIMIT:
        return Unanswered(f"the answer has more than {POINTS_LIMIT} points")
    return tuple(sorted(series, key=lambda each: each.labels))
