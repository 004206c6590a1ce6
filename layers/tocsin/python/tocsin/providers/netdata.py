"""Alerts of Netdata Agents, and nodes that Netdata Cloud lost sight of.

Source: netdata/netdata, integrations/cloud-notifications/integrations/webhook.md and
health/notifications/custom; docs/providers/netdata.md has the function that an Agent calls.
"""

from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, number, quoted, web_link

PROVIDER = "netdata"

_UNREACHABLE = "NodeUnreachable"
_STATUSES: dict[str, Status] = {"critical": "firing", "warning": "firing", "clear": "resolved"}
# An alert that is new, gone, or has nothing to look at: neither a problem nor the end of one.
_UNKNOWN = ("removed", "uninitialized", "undefined")
_READ = ("host", "alert", "chart", "status", "severity", "when", "date", "url", "alert_url",
         "message", "info")  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification.

    Understood, and without an alert, are the test of a webhook and statuses that say that
    nothing is known.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"netdata: expected an object, got {kind(payload)}")
    if type(payload.get("status")) is dict:
        return read_one(payload, _reachability)
    if "alert" in payload:
        told, _ = _told(payload)
        is_unknown = type(told) is str and told.lower() in _UNKNOWN
        return [] if is_unknown else read_one(payload, _alert)
    if "token" in payload:
        return []
    raise InvalidPayload("netdata: alert: expected the name of an alert", "alert")


def _told(body: dict[str, Any]) -> tuple[Any, str]:
    """Return the state, and where it stands: Agents say `status`, Cloud says `severity`."""
    field = "status" if "status" in body else "severity"
    return body.get(field), field


def _alert(body: dict[str, Any]) -> Alert:
    told, field = _told(body)
    status = _status(told, field)
    name = wanted_text(body.get("alert"), "alert")
    at = "when" if body.get("when") is not None else "date"
    at_s = moment(body.get(at), at)
    return Alert(
        name=name,
        status=status,
        severity=severity_of(told),
        labels=check_labels(
            {
                "alertname": name,
                # Without it the same alert of two nodes would be one.
                "host": wanted_text(body.get("host"), "host"),
                "chart": optional_text(body.get("chart"), "chart"),
            }
        ),
        annotations=_annotations(body),
        ends_at_s=at_s if status == "resolved" else None,
        observed_at_s=at_s,
        provider=PROVIDER,
        url=web_link(body.get("alert_url")) or web_link(body.get("url")),
        value=number(body.get("value")),
    )


def _status(told: Any, field: str) -> Status:
    if type(told) is not str:
        raise expected("a string", told, field)
    status = _STATUSES.get(told.lower())
    if status is None:
        raise InvalidAlert(f"expected critical, warning or clear, got {quoted(told)}", field)
    return status


def _reachability(body: dict[str, Any]) -> Alert:
    is_reachable = mapping(body["status"]).get("reachable")
    if type(is_reachable) is not bool:
        raise expected("a boolean", is_reachable, "status.reachable")
    host = wanted_text(body.get("host"), "host")
    return Alert(
        name=_UNREACHABLE,
        status="resolved" if is_reachable else "firing",
        severity=severity_of(body.get("severity")),
        labels=check_labels({"alertname": _UNREACHABLE, "host": host}),
        annotations=_annotations(body),
        provider=PROVIDER,
        url=web_link(body.get("url")),
    )


def _annotations(body: dict[str, Any]) -> dict[str, str]:
    said = {"summary": body.get("message"), "description": body.get("info")}
    return annotations(said, body, without=_READ)
