"""Webhooks of Rollbar about items: errors that it groups.

Source: docs.rollbar.com/docs/webhooks.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidPayload
from tocsin.providers.fields import mapping, optional_text, unnamed, wanted_id, wanted_object
from tocsin.providers.kept import annotations
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import kind, moment, quoted, text

PROVIDER = "rollbar"

_EVENTS: dict[str, Status] = {
    "new_item": "firing",
    "occurrence": "firing",
    "exp_repeat_item": "firing",
    "item_velocity": "firing",
    "reactivated_item": "firing",
    "reopened_item": "firing",
    "resolved_item": "resolved",
}
_LEVELS: dict[int, Severity] = {
    50: "critical", 40: "high", 30: "warning", 20: "info", 10: "low",
}  # fmt: skip


def parse(payload: Any, _received_at_s: float) -> list[Entry]:
    """Read one event of one item. Understood, and without an alert: deployments."""
    if type(payload) is not dict:
        raise InvalidPayload(f"rollbar: expected an object, got {kind(payload)}")
    name = payload.get("event_name")
    if name == "deploy":
        return []
    status = _EVENTS.get(name) if type(name) is str else None
    if status is None:
        got = quoted(name) if type(name) is str else kind(name)
        message = f"rollbar: event_name: expected {', '.join(_EVENTS)} or deploy, got {got}"
        raise InvalidPayload(message, "event_name")
    return read_one(payload, partial(_read, status))


def _read(status: Status, payload: dict[str, Any]) -> Alert:
    data = wanted_object(payload.get("data"), "data")
    item = wanted_object(data.get("item"), "data.item")
    identity = wanted_id(item.get("id"), "data.item.id")
    title = text(item.get("title")) or f"Rollbar item {identity}"
    began_at_s = moment(item.get("last_activated_timestamp"), "data.item.last_activated_timestamp")
    return Alert(
        name=title[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=_severity(item.get("level")),
        # People can change title and level.
        labels=unnamed({
            "item": identity,
            "project": optional_text(item.get("project_id"), "data.item.project_id"),
            "environment": optional_text(item.get("environment"), "data.item.environment"),
        }),
        annotations=_annotations(payload, title, data, item),
        starts_at_s=began_at_s,
        provider=PROVIDER,
    )  # fmt: skip


def _severity(level: Any) -> Severity:
    if type(level) is int:
        return _LEVELS.get(level, "warning")
    return severity_of(text(level))


def _annotations(
    payload: dict[str, Any], title: str, data: dict[str, Any], item: dict[str, Any]
) -> dict[str, str]:
    occurrence = mapping(data.get("occurrence") or item.get("last_occurrence"))
    said = {
        "summary": title,
        "event": payload.get("event_name"),
        "host": mapping(occurrence.get("server")).get("host"),
    }
    return annotations(said, item, without=("id", "title", "hash"))
