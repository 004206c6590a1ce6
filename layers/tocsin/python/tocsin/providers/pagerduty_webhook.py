"""Webhooks that PagerDuty sends, version 3: changes of incidents.

Source: developer.pagerduty.com/docs/webhooks-overview.
"""

from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, unnamed, wanted_id, wanted_object
from tocsin.providers.kept import annotations
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry
from tocsin.providers.reading import expected, kind, quoted, rfc3339, text, web_link

PROVIDER = "pagerduty"

# The other types say who works on an incident and what was said about it, or speak of services.
# PagerDuty adds types over time.
_NEWS: dict[str, Status] = {
    "incident.triggered": "firing",
    "incident.reopened": "firing",
    "incident.unacknowledged": "firing",
    "incident.priority_updated": "firing",
    "incident.resolved": "resolved",
}
_STATUSES = ("triggered", "acknowledged", "resolved")
_URGENCIES: dict[str, Severity] = {"high": "high", "low": "low"}


def parse(event: Any) -> list[Entry]:
    """Read the event of one webhook; one that changes no incident's state holds no alert."""
    if type(event) is not dict:
        raise InvalidPayload(f"pagerduty: event: expected an object, got {kind(event)}", "event")
    name = event.get("event_type")
    if type(name) is not str or not name:
        message = f"pagerduty: event.event_type: expected a type of event, got {kind(name)}"
        raise InvalidPayload(message, "event.event_type")
    status = _NEWS.get(name)
    if status is None:
        return []
    try:
        return _read(event, name, status)
    except InvalidAlert as error:
        return [error.with_traceback(None)]


def _read(event: dict[str, Any], name: str, status: Status) -> list[Entry]:
    incident = wanted_object(event.get("data"), "event.data")
    if status == "firing" and _status(incident) == "resolved":
        # A priority can be changed afterwards, too.
        return []
    at_s = rfc3339(event.get("occurred_at"), "event.occurred_at")
    began_at_s = rfc3339(incident.get("created_at"), "event.data.created_at")
    identity = wanted_id(incident.get("id"), "event.data.id")
    title = text(incident.get("title")) or text(incident.get("summary"))
    return [
        Alert(
            name=(title or f"PagerDuty incident {identity}")[:LABEL_NAME_CHARACTERS],
            status=status,
            severity=_severity(incident),
            # People can change all else of an incident while it is open: title, service, priority.
            labels=unnamed({"incident": identity}, "event.data"),
            annotations=_annotations(incident, title),
            starts_at_s=at_s if name == "incident.reopened" else began_at_s,
            ends_at_s=at_s if status == "resolved" else None,
            observed_at_s=at_s,
            provider=PROVIDER,
            url=web_link(incident.get("html_url")),
        )
    ]


def _status(incident: dict[str, Any]) -> str:
    word = incident.get("status")
    wanted = "triggered, acknowledged or resolved"
    if type(word) is not str:
        raise expected(wanted, word, "event.data.status")
    if word not in _STATUSES:
        raise InvalidAlert(f"expected {wanted}, got {quoted(word)}", "event.data.status")
    return word


def _severity(incident: dict[str, Any]) -> Severity:
    """Return what the priority says; its names are free, so else what the urgency says."""
    priority = mapping(incident.get("priority"))
    word = text(priority.get("summary")) or text(priority.get("name"))
    return severity_of(word, _URGENCIES.get(text(incident.get("urgency")), "warning"))


def _annotations(incident: dict[str, Any], title: str) -> dict[str, str]:
    said = {
        "summary": title,
        "service": mapping(incident.get("service")).get("summary"),
        "priority": mapping(incident.get("priority")).get("summary"),
    }
    return annotations(said, incident, without=("id", "type", "self", "html_url", "title"))
