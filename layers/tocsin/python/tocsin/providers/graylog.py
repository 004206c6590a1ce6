"""HTTP notifications of Graylog's event definitions (Graylog 3.1 and later).

Source: go2docs.graylog.org, "Notifications"; Graylog2/graylog2-server,
org/graylog/events/notifications/EventNotificationModelData.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Severity
from tocsin.domain.errors import InvalidPayload
from tocsin.providers.fields import THING_FIELDS, mapping, optional_text, wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import kind, quoted, rfc3339, text
from tocsin.providers.unending import holds_until

PROVIDER = "graylog"

_TEST = "test-dummy-v1"
_PRIORITIES: dict[int, Severity] = {0: "info", 1: "low", 2: "warning", 3: "high", 4: "critical"}
_EVENT_ONLY = ("id", "timestamp", "timestamp_processing", "origin_context", "event_definition_id")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification. Understood, and without an alert: Graylog's test of it."""
    if type(payload) is not dict:
        raise InvalidPayload(f"graylog: expected an object, got {kind(payload)}")
    if type(payload.get("event")) is not dict:
        message = f"graylog: event: expected an object, got {kind(payload.get('event'))}"
        raise InvalidPayload(message, "event")
    if payload.get("event_definition_type") == _TEST:
        return []
    return read_one(payload, partial(_read, received_at_s))


def _read(received_at_s: float, payload: dict[str, Any]) -> Alert:
    event = wanted_object(payload["event"], "event")
    name = wanted_text(payload.get("event_definition_title"), "event_definition_title")
    said = {
        "summary": event.get("message"),
        "description": payload.get("event_definition_description"),
    }
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status="firing",
        severity=_severity(event.get("priority")),
        labels=check_labels(_labels(name, payload, event)),
        annotations=annotations(said, event.get("fields"), event, without=_EVENT_ONLY),
        starts_at_s=rfc3339(event.get("timestamp"), "event.timestamp"),
        # Graylog says each time that a definition applies, and never that it does no more.
        holds_until_s=holds_until(received_at_s),
        provider=PROVIDER,
    )


def _severity(priority: Any) -> Severity:
    return _PRIORITIES.get(priority, "warning") if type(priority) is int else "warning"


def _labels(name: str, payload: dict[str, Any], event: dict[str, Any]) -> dict[str, str]:
    """Return what the event was grouped by, its key, and those custom fields that name a thing.

    `source` is left out: it is the Graylog server that saw it, any one of a cluster.
    """
    fields = mapping(event.get("fields"))
    grouped = mapping(event.get("group_by_fields"))
    definition = payload.get("event_definition_id")
    return {
        **{field: text(fields.get(field)) for field in THING_FIELDS},
        **{
            field: optional_text(value, f"event.group_by_fields.{quoted(field)}")
            for field, value in grouped.items()
        },
        "alertname": name,
        "definition": optional_text(definition, "event_definition_id"),
        "key": optional_text(event.get("key"), "event.key"),
    }
