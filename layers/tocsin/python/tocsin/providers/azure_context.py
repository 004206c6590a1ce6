"""The part of an Azure Monitor alert that differs between kinds of alerts: `alertContext`.

Source: learn.microsoft.com/azure/azure-monitor/alerts: alerts-common-schema, and for service
health activity-log-alerts-webhook.
"""

from typing import Any

from tocsin.providers.fields import mapping
from tocsin.providers.reading import number, text, web_link

# Of an entry about Azure's own health. What follows a stage of these is not a new problem.
_OVER = ("resolved", "complete", "canceled", "rca")


def identity_of(context: dict[str, Any]) -> dict[str, str]:
    """Return labels for the time series, the labels of a Prometheus rule or the operation."""
    labels = {
        name: value for name, value in mapping(context.get("labels")).items() if type(value) is str
    }
    for condition in _conditions(context):
        labels |= _dimensions(condition.get("dimensions"))
    labels |= _dimensions(context.get("Dimensions"))
    labels.pop("", None)
    source, operation = text(context.get("eventSource")), text(context.get("operationName"))
    if source == "ServiceHealth":
        tracking_id = mapping(context.get("properties")).get("trackingId")
        return {**labels, "tracking_id": text(tracking_id)}
    # The health of a resource has one operation for its beginning and another for its end.
    return labels if source == "ResourceHealth" else {**labels, "operation": operation}


def is_over(context: dict[str, Any]) -> bool:
    """Tell whether an entry about Azure's health says that all is well again.

    Such an entry is Fired like every other: it is its properties that say what happened.
    """
    properties = mapping(context.get("properties"))
    source = text(context.get("eventSource"))
    if source == "ServiceHealth":
        return text(properties.get("stage")).lower() in _OVER
    return source == "ResourceHealth" and properties.get("currentHealthStatus") == "Available"


def annotations_of(context: dict[str, Any]) -> dict[str, Any]:
    """Return what the context says in words."""
    (first, *_) = [*_conditions(context), {}]
    properties = mapping(context.get("properties"))
    return {
        "summary": mapping(context.get("annotations")).get("summary") or properties.get("title"),
        "metric": first.get("metricName"),
        "operator": first.get("operator"),
        "threshold": first.get("threshold"),
        "search_query": first.get("searchQuery") or context.get("SearchQuery"),
        "expression": context.get("expression"),
        "stage": properties.get("stage"),
        "health": properties.get("currentHealthStatus"),
    }


def value_of(context: dict[str, Any]) -> float | None:
    """Return what was measured, if there is one condition; of several none is the one."""
    conditions = _conditions(context)
    if len(conditions) == 1:
        return number(conditions[0].get("metricValue"))
    return number(context.get("expressionValue", context.get("ResultCount")))


def link_of(context: dict[str, Any]) -> str:
    """Return a link to what a search found, or ""."""
    for fields in (*_conditions(context), context):
        for name in ("linkToFilteredSearchResultsUI", "linkToSearchResultsUI",
                     "LinkToFilteredSearchResultsUI", "LinkToSearchResults"):  # fmt: skip
            if link := web_link(fields.get(name)):
                return link
    return ""


def _conditions(context: dict[str, Any]) -> list[dict[str, Any]]:
    found = mapping(context.get("condition")).get("allOf")
    if type(found) is not list:
        return []
    return [condition for condition in found if type(condition) is dict]


def _dimensions(listed: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for dimension in listed if type(listed) is list else ():
        name, value = mapping(dimension).get("name"), mapping(dimension).get("value")
        if type(name) is str and type(value) is str:
            found[name] = value
    return found
