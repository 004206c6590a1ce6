"""Snitches of Dead Man's Snitch that did not report, reported an error, or reported again.

Source: deadmanssnitch.com/docs/integrations/webhooks.
"""

from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, quoted, rfc3339

PROVIDER = "dead-mans-snitch"

_STATUSES: dict[str, Status] = {
    "snitch.missing": "firing",
    "snitch.errored": "firing",
    "snitch.reporting": "resolved",
}
# Nobody says that the problem is over: the snitch only waits for its next check-in.
_PAUSED = "snitch.paused"
_SEVERITY = "severity:"


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one event of one snitch. Understood, and without an alert, is one that is paused."""
    if type(payload) is not dict:
        raise InvalidPayload(f"dead-mans-snitch: expected an object, got {kind(payload)}")
    if "type" not in payload:
        raise InvalidPayload("dead-mans-snitch: type: expected the type of an event", "type")
    return [] if payload["type"] == _PAUSED else read_one(payload, _read)


def _read(body: dict[str, Any]) -> Alert:
    status = _status(body["type"])
    snitch = wanted_object(wanted_object(body.get("data"), "data").get("snitch"), "data.snitch")
    name = wanted_text(snitch.get("name"), "data.snitch.name")
    token = wanted_text(snitch.get("token"), "data.snitch.token")
    at_s = rfc3339(body.get("timestamp"), "timestamp")
    tags = _tags(snitch.get("tags"))
    return Alert(
        name=name,
        status=status,
        severity=_severity(tags),
        labels=check_labels({"alertname": name, "snitch": token}),
        annotations=_annotations(snitch, name, tags),
        starts_at_s=at_s if status == "firing" else None,
        ends_at_s=at_s if status == "resolved" else None,
        # "They can and will arrive out of order."
        observed_at_s=at_s,
        provider=PROVIDER,
    )


def _status(word: Any) -> Status:
    if type(word) is not str:
        raise expected("a string", word, "type")
    status = _STATUSES.get(word)
    if status is None:
        known = ", ".join((*_STATUSES, _PAUSED))
        raise InvalidAlert(f"expected one of {known}, got {quoted(word)}", "type")
    return status


def _tags(tags: Any) -> list[str]:
    return [tag for tag in tags if type(tag) is str] if type(tags) is list else []


def _severity(tags: list[str]) -> Severity:
    """Return what a tag such as `severity:high` says; without one a silence is critical."""
    for tag in tags:
        if tag.lower().startswith(_SEVERITY):
            return severity_of(tag[len(_SEVERITY) :])
    return "critical"


def _annotations(snitch: dict[str, Any], name: str, tags: list[str]) -> dict[str, str]:
    said = {
        "summary": f"{name} is {snitch['status']}" if type(snitch.get("status")) is str else name,
        "description": snitch.get("notes"),
        "tags": ", ".join(tags),
    }
    return annotations(said, snitch, without=("token", "name", "notes"))
