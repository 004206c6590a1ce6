"""OTLP/HTTP JSON: an ExportMetricsServiceRequest, of which gauges and cumulative sums are taken.

Sources: opentelemetry.io/docs/specs/otlp, and opentelemetry-proto, metrics/v1/metrics.proto.
docs/metrics.md says what becomes of names, attributes and the other kinds.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from tocsin.domain.errors import InvalidInput, InvalidPayload
from tocsin.providers import limits
from tocsin.providers.metric_points import INVALID, Points, Pushed, finite, series_labels
from tocsin.providers.metric_points import metric_name as checked_name
from tocsin.providers.otlp_names import label_name, metric_name
from tocsin.providers.reading import expected, kind, text

_REJECTED_KINDS = ("histogram", "exponentialHistogram", "summary")
_CUMULATIVE = (2, "AGGREGATION_TEMPORALITY_CUMULATIVE")
# The flag of a data point that says that there was nothing to record.
_NO_RECORDED_VALUE = 1
# They name the sender for Prometheus: `job` and `instance`.
_IDENTIFYING = ("service.name", "service.namespace", "service.instance.id")
# They differ after each start of a process, and would make another series of it.
_FLEETING = ("process.", "telemetry.")
# Numbers from here on cannot be nanoseconds of an epoch that has a point here.
_LAST_NS = 10**19


def parse(payload: dict[str, Any], received_at_s: float) -> Pushed:
    """Read an export request.

    Raises InvalidPayload for what is none, and TooLarge above the limit of points.
    """
    points = Points(received_at_s)
    count = 0
    for resource, path in _each(payload, "resourceMetrics", ""):
        of_resource = _resource_labels(resource, path)
        for scope, scope_path in _each(resource, "scopeMetrics", path):
            for metric, metric_path in _each(scope, "metrics", scope_path):
                count = _read(points, count, metric, of_resource, metric_path)
    return points.pushed(is_otlp=True)


def _each(parent: dict[str, Any], name: str, path: str) -> Iterator[tuple[dict[str, Any], str]]:
    where = f"{path}.{name}" if path else name
    listed = parent.get(name)
    if listed is None:
        return
    if type(listed) is not list:
        raise InvalidPayload(f"OTLP: expected a list, got {kind(listed)}", where)
    for index, each in enumerate(listed):
        if type(each) is not dict:
            raise InvalidPayload(f"OTLP: expected an object, got {kind(each)}", f"{where}[{index}]")
        yield each, f"{where}[{index}]"


def _read(
    points: Points, count: int, metric: dict[str, Any], resource: dict[str, str], path: str
) -> int:
    """Take the data points of one metric; return how many there were up to here."""
    said, data = _data(metric, path)
    refusal = _refusal(said, data)
    for point, where in _each(data, "dataPoints", f"{path}.{said}"):
        try:
            _check(refusal, where)
            _take(points, _name(metric, said, data, path), resource, point, where)
        except InvalidInput as error:
            if error.status != 422:
                raise
            points.reject(count, error)
        count += 1
    return count


def _check(refusal: str, path: str) -> None:
    if refusal:
        raise InvalidInput(refusal, path, code=INVALID)


def _data(metric: dict[str, Any], path: str) -> tuple[str, dict[str, Any]]:
    for name in ("gauge", "sum", *_REJECTED_KINDS):
        if metric.get(name) is not None:
            if type(metric[name]) is not dict:
                raise InvalidPayload(
                    f"OTLP: expected an object, got {kind(metric[name])}", f"{path}.{name}"
                )
            return name, metric[name]
    return "gauge", {}


def _refusal(said: str, data: dict[str, Any]) -> str:
    if said in _REJECTED_KINDS:
        return f"points of the kind {said} are not taken, only gauges and sums"
    if said == "sum" and data.get("aggregationTemporality") not in _CUMULATIVE:
        return "a sum must be cumulative: delta sums are not taken"
    return ""


def _name(metric: dict[str, Any], said: str, data: dict[str, Any], path: str) -> str:
    given = checked_name(metric.get("name"), f"{path}.name")
    is_counter = said == "sum" and data.get("isMonotonic") is True
    unit = text(metric.get("unit"))[: limits.QUOTED_CHARACTERS]
    name = metric_name(given, unit, is_counter=is_counter, is_gauge=said == "gauge")
    return checked_name(name, f"{path}.name")


def _take(
    points: Points, name: str, resource: dict[str, str], point: dict[str, Any], path: str
) -> None:
    flags = point.get("flags")
    if type(flags) is int and flags & _NO_RECORDED_VALUE:
        return
    own = _attributes(point, f"{path}.attributes")
    labels = series_labels({**resource, **own}, f"{path}.attributes")
    value = point.get("asDouble", point.get("asInt"))
    found = finite(value, f"{path}.asDouble" if "asDouble" in point else f"{path}.asInt")
    where = f"{path}.timeUnixNano"
    points.add(name, labels, points.moment(_at_s(point.get("timeUnixNano"), where), where), found)


def _at_s(value: Any, path: str) -> float | None:
    """Read epoch nanoseconds, as text or number; 0 counts as not given."""
    if value is None or value == "":
        return None
    if type(value) is str and value.isdecimal() and value.isascii() and len(value) <= 20:
        value = int(value)
    if type(value) is not int or not 0 <= value < _LAST_NS:
        raise InvalidInput("not a time in nanoseconds", path, code=INVALID)
    return value / 1e9 if value else None


def _resource_labels(holder: dict[str, Any], path: str) -> dict[str, str]:
    """Return `job`, `instance` and what else a resource says for longer than one start."""
    where = f"{path}.resource"
    resource = holder.get("resource")
    if resource is None:
        return {}
    if type(resource) is not dict:
        raise InvalidPayload(f"OTLP: expected an object, got {kind(resource)}", where)
    try:
        named = dict(_named_values(resource, f"{where}.attributes"))
    except InvalidInput as error:
        raise InvalidPayload(f"OTLP: {error.message}", error.path) from error
    others = [
        (name, value)
        for name, value in named.items()
        if name not in _IDENTIFYING and not name.startswith(_FLEETING)
    ]
    labels = _joined(others)
    service, space = named.get("service.name", ""), named.get("service.namespace", "")
    if service:
        labels["job"] = f"{space}/{service}" if space else service
    if named.get("service.instance.id"):
        labels["instance"] = named["service.instance.id"]
    return labels


def _attributes(holder: dict[str, Any], path: str) -> dict[str, str]:
    return _joined(_named_values(holder, path))


def _joined(values: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return labels; the values of names that become one are joined, in the order of the names."""
    labels: dict[str, str] = {}
    for name, value in sorted(values):
        label = label_name(name)
        if label and value:
            labels[label] = f"{labels[label]};{value}" if label in labels else value
    return labels


def _named_values(holder: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    listed = holder.get("attributes")
    if listed is None:
        return
    if type(listed) is not list:
        raise expected("a list", listed, path)
    if len(listed) > limits.LABELS_PER_ALERT:
        raise InvalidInput(f"more than {limits.LABELS_PER_ALERT} attributes", path, code=INVALID)
    for index, each in enumerate(listed):
        if type(each) is not dict or type(each.get("key")) is not str:
            raise expected("an attribute with a key", each, f"{path}[{index}]")
        yield each["key"], _text(each.get("value"), f"{path}[{index}].value")


_SCALARS = ("stringValue", "boolValue", "intValue", "doubleValue", "bytesValue")


def _text(value: Any, path: str) -> str:
    """Return an AnyValue as text: lists and maps as JSON."""
    if value is None:
        return ""
    if type(value) is not dict:
        raise expected("an object", value, path)
    for name in _SCALARS:
        if name in value:
            return _scalar(value[name])
    return orjson.dumps(_plain(value, 8)).decode() if value else ""


def _scalar(value: Any) -> str:
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) in (str, int, float):
        return str(value)
    return ""


def _plain(value: Any, levels: int) -> Any:
    """Return an AnyValue as JSON would say it; what is deeper than `levels` is left out."""
    if type(value) is not dict or not levels:
        return None
    for inner in value.values():
        if type(inner) is not dict:
            return inner if type(inner) in (str, int, float, bool) else None
        listed = inner.get("values")
        if type(listed) is not list:
            return None
        if "kvlistValue" in value:
            pairs = [each for each in listed if type(each) is dict]
            return {
                _scalar(each.get("key")): _plain(each.get("value"), levels - 1) for each in pairs
            }
        return [_plain(each, levels - 1) for each in listed]
    return None
