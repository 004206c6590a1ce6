"""Metric alerts of Sentry: one incident of one rule.

Source: docs.sentry.io/organization/integrations/integration-platform/webhooks/metric-alerts.
"""

from typing import Any

from tocsin.domain.alert import Alert, Severity, Status
from tocsin.domain.errors import InvalidAlert
from tocsin.providers.fields import optional_text, wanted_id, wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.reading import expected, quoted, rfc3339, text, web_link

_ACTIONS: dict[str, tuple[Status, Severity]] = {
    "critical": ("firing", "critical"),
    "warning": ("firing", "warning"),
    "resolved": ("resolved", "warning"),
}
_RULE = "data.metric_alert.alert_rule"


def read_metric_alert(payload: dict[str, Any]) -> Alert:
    """Read one change of a metric alert. Raises InvalidAlert."""
    status, severity = _state(payload.get("action"))
    data = payload["data"]
    incident = wanted_object(data["metric_alert"], "data.metric_alert")
    rule = wanted_object(incident.get("alert_rule"), _RULE)
    name = wanted_text(rule.get("name"), f"{_RULE}.name")
    ended_at_s = rfc3339(incident.get("date_closed"), "data.metric_alert.date_closed")
    said = {
        "summary": data.get("description_title"),
        "description": data.get("description_text"),
        "query": rule.get("query"),
        "aggregate": rule.get("aggregate"),
        "environment": rule.get("environment"),
    }
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=severity,
        labels=_labels(name, incident),
        annotations=annotations(said),
        starts_at_s=rfc3339(incident.get("date_started"), "data.metric_alert.date_started"),
        ends_at_s=ended_at_s if status == "resolved" else None,
        provider="sentry",
        url=web_link(text(data.get("web_url"))),
    )


def _state(action: Any) -> tuple[Status, Severity]:
    if type(action) is not str:
        raise expected("critical, warning or resolved", action, "action")
    if action not in _ACTIONS:
        raise InvalidAlert(
            f"expected critical, warning or resolved, got {quoted(action)}", "action"
        )
    return _ACTIONS[action]


def _labels(name: str, incident: dict[str, Any]) -> dict[str, str]:
    # A rule that is edited while it fires gets another id; its incident keeps its own.
    organization = incident.get("organization_id")
    return check_labels({
        "alertname": name,
        "incident": wanted_id(incident.get("id"), "data.metric_alert.id"),
        "organization": optional_text(organization, "data.metric_alert.organization_id"),
    })  # fmt: skip
