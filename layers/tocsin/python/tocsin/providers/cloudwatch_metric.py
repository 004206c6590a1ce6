"""The metrics behind a CloudWatch alarm as labels: namespace, metric and dimensions."""

from typing import Any

from tocsin.providers.reading import text


def trigger_labels(trigger: Any) -> dict[str, str]:
    """Return the labels of the `Trigger` of a notification; empty ones for a composite alarm."""
    if type(trigger) is not dict:
        return {}
    metrics = trigger.get("Metrics")
    if type(metrics) is not list:
        return _labels(trigger)
    return _shared([_labels(found) for found in _members(metrics, "MetricStat", "Metric")])


def configuration_labels(configuration: dict[str, Any]) -> dict[str, str]:
    """Return the labels of the `configuration` of an event; {} for a composite alarm."""
    metrics = configuration.get("metrics")
    if type(metrics) is not list:
        return {}
    return _shared([_labels(found) for found in _members(metrics, "metricStat", "metric")])


def pairs(value: Any) -> dict[str, str]:
    """Return names and texts, from an object or from a list of objects with name and value.

    Events hold dimensions as the former, notifications as the latter.
    """
    if type(value) is dict:
        return {name: found for name, found in value.items() if type(found) is str}
    if type(value) is not list:
        return {}
    read = {}
    for item in value:
        if type(item) is dict:
            fields = {field.lower(): found for field, found in item.items()}
            name = fields.get("name", fields.get("key"))
            found = fields.get("value")
            if type(name) is str and type(found) is str:
                read[name] = found
    return read


def _labels(metric: dict[str, Any]) -> dict[str, str]:
    fields = {name[:1].lower() + name[1:]: value for name, value in metric.items()}
    return {
        **pairs(fields.get("dimensions")),
        "namespace": text(fields.get("namespace")),
        "metric": text(fields.get("metricName", fields.get("name"))),
    }


def _members(metrics: list[Any], statistic: str, metric: str) -> list[dict[str, Any]]:
    found = []
    for entry in metrics:
        inner = entry.get(statistic) if type(entry) is dict else None
        inner = inner.get(metric) if type(inner) is dict else None
        if type(inner) is dict:
            found.append(inner)
    return found


def _shared(metrics: list[dict[str, str]]) -> dict[str, str]:
    """Return what all metrics of an expression have in common: that is what the alarm is about."""
    if not metrics:
        return {}
    first, *others = metrics
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }
