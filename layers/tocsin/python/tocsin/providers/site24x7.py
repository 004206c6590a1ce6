"""What Site24x7 sends to a webhook with its incident parameters, as JSON or as a form.

Source: site24x7.com/help/admin/third-party-integration/webhooks.html.
"""

from typing import Any

from tocsin.domain.alert import Alert, Severity, Status
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import wanted_id, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, quoted, rfc3339, web_link

PROVIDER = "site24x7"

_SEVERITIES: dict[str, Severity] = {
    "DOWN": "critical", "CRITICAL": "critical", "TROUBLE": "warning", "UP": "info",
}  # fmt: skip
# While these last Site24x7 does not look, so nothing is known to be over.
_QUIET = ("MAINTENANCE", "SUSPENDED")
_READ = (
    "STATUS", "MONITORNAME", "MONITOR_ID", "INCIDENT_REASON", "INCIDENT_DETAILS",
    "INCIDENT_TIME", "INCIDENT_TIME_ISO", "OUTAGE_TIME_UNIX_FORMAT", "MONITOR_DASHBOARD_LINK",
)  # fmt: skip


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one change of state of one monitor.

    Understood, and without an alert, are monitors under maintenance and suspended ones.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"site24x7: expected an object, got {kind(payload)}")
    if "STATUS" not in payload:
        message = "site24x7: STATUS: expected the state of a monitor; send the incident parameters"
        raise InvalidPayload(message, "STATUS")
    status = payload["STATUS"]
    if type(status) is str and status.strip().upper() in _QUIET:
        return []
    return read_one(payload, _read)


def _read(body: dict[str, Any]) -> Alert:
    word = _word(body["STATUS"])
    status: Status = "resolved" if word == "UP" else "firing"
    name = wanted_text(body.get("MONITORNAME"), "MONITORNAME")
    monitor = wanted_id(body.get("MONITOR_ID"), "MONITOR_ID")
    at_s = _at_s(body)
    return Alert(
        name=name,
        status=status,
        severity=_SEVERITIES[word],
        labels=check_labels({"alertname": name, "monitor_id": monitor}),
        annotations=_annotations(body),
        starts_at_s=at_s if status == "firing" else None,
        ends_at_s=at_s if status == "resolved" else None,
        provider=PROVIDER,
        url=web_link(body.get("MONITOR_DASHBOARD_LINK")) or web_link(body.get("MONITORURL")),
    )


def _word(value: Any) -> str:
    if type(value) is not str:
        raise expected("a string", value, "STATUS")
    word = value.strip().upper()
    if word not in _SEVERITIES:
        raise InvalidAlert(f"expected DOWN, CRITICAL, TROUBLE or UP, got {quoted(value)}", "STATUS")
    return word


def _at_s(body: dict[str, Any]) -> float | None:
    at_s = rfc3339(body.get("INCIDENT_TIME_ISO"), "INCIDENT_TIME_ISO")
    if at_s is not None:
        return at_s
    return moment(body.get("OUTAGE_TIME_UNIX_FORMAT"), "OUTAGE_TIME_UNIX_FORMAT")


def _annotations(body: dict[str, Any]) -> dict[str, str]:
    said = {
        "summary": body.get("INCIDENT_REASON"),
        "description": body.get("INCIDENT_DETAILS"),
        "tags": _joined(body.get("TAGS")),
        "group_tags": _joined(body.get("GROUP_TAGS")),
    }
    return annotations(said, body, without=_READ)


def _joined(tags: Any) -> str:
    return ", ".join(tag for tag in tags if type(tag) is str) if type(tags) is list else ""
