"""Metrics that are pushed: tocsin's own JSON, or OTLP/HTTP JSON where the body is that.

Ours is one object, a list of them, or `{"metrics": [...]}`; docs/metrics.md lists the fields.
"""

from typing import Any

from tocsin.domain.errors import InvalidInput
from tocsin.providers.label_set import texts
from tocsin.providers.metric_points import (
    INVALID,
    Points,
    Pushed,
    finite,
    metric_name,
    series_labels,
)
from tocsin.providers.pushed_members import at, members
from tocsin.providers.reading import expected, moment

_OTLP = "resourceMetrics"


def parse(payload: Any, received_at_s: float) -> Pushed:
    """Read a request of either kind.

    Raises InvalidPayload for what is neither, and TooLarge above the limit of points.
    """
    if type(payload) is dict and _OTLP in payload:
        from tocsin.providers import otlp

        return otlp.parse(payload, received_at_s)
    points = Points(received_at_s)
    for index, (path, member) in enumerate(members(payload, "metrics")):
        _read(points, index, member, path)
    return points.pushed()


def is_otlp(payload: Any) -> bool:
    """Tell which of the two it is."""
    return type(payload) is dict and _OTLP in payload


def _read(points: Points, index: int, member: Any, path: str) -> None:
    """Read one metric with its points; of those, each is good or bad by itself."""
    try:
        if type(member) is not dict:
            raise expected("an object", member, path)
        name = metric_name(member.get("name"), at(path, "name"))
        labels = _labels(member, path)
        if "points" not in member:
            _one(points, name, labels, member, path)
            return
        listed = member["points"]
        if type(listed) is not list or not listed:
            raise expected("a list of points", listed, at(path, "points"))
    except InvalidInput as error:
        points.reject(index, error)
        return
    for place, point in enumerate(listed):
        try:
            _one(points, name, labels, point, f"{at(path, 'points')}[{place}]")
        except InvalidInput as error:
            if error.status != 422:
                raise
            points.reject(index, error)


def _one(points: Points, name: str, labels: dict[str, str], point: Any, path: str) -> None:
    """Take one point: an object with `value` and perhaps `time`, or a pair of time and value."""
    if type(point) is dict:
        time, value = point.get("time"), point.get("value")
        where = (at(path, "time"), at(path, "value"))
    elif type(point) is list and len(point) == 2:
        time, value = point
        where = (f"{path}[0]", f"{path}[1]")
    else:
        raise expected("an object, or a pair of time and value", point, path)
    found = finite(value, where[1])
    points.add(name, labels, points.moment(moment(time, where[0]), where[0]), found)


def _labels(member: dict[str, Any], path: str) -> dict[str, str]:
    given = member.get("labels")
    if given is None:
        return {}
    where = at(path, "labels")
    labels = series_labels(texts(given, where), where)
    if "__name__" in labels:
        message = "the name of a metric stands in `name`"
        raise InvalidInput(message, at(where, "__name__"), code=INVALID)
    return labels
