"""Opsgenie: bodies of its create-alert API, and what its webhook integration sends.

Source: docs.opsgenie.com/docs/alert-api, and
support.atlassian.com/opsgenie/docs/integrate-opsgenie-with-webhook.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidPayload
from tocsin.providers.fields import mapping, optional_text, unnamed, wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import kind, moment, text
from tocsin.providers.unending import holds_until

PROVIDER = "opsgenie"

# The other actions say who works on an alert and what was said about it. What is deleted is
# never closed.
_NEWS: dict[str, Status] = {
    "create": "firing",
    "updatepriority": "firing",
    "close": "resolved",
    "delete": "resolved",
}
_DEFAULT_PRIORITY = "P3"
_WEBHOOK_TOLD = ("message", "alertId", "tinyId", "createdAt", "updatedAt", "insertedAt", "userId")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one alert to be created, or one webhook about an alert.

    Understood, and without an alert, are acknowledgements, notes and the like.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"opsgenie: expected an object, got {kind(payload)}")
    if "alert" in payload:
        return _webhook(payload)
    if "message" not in payload:
        message = "opsgenie: message: expected an alert to create, or a webhook with action, alert"
        raise InvalidPayload(message, "message")
    return read_one(payload, partial(_created, received_at_s))


def _webhook(payload: dict[str, Any]) -> list[Entry]:
    action = payload.get("action")
    if type(action) is not str or not action:
        message = f"opsgenie: action: expected an action, got {kind(action)}"
        raise InvalidPayload(message, "action")
    status = _NEWS.get(action.lower())
    return [] if status is None else read_one(payload, partial(_told, status))


def _created(received_at_s: float, body: dict[str, Any]) -> Alert:
    message = wanted_text(body["message"], "message")
    alias = optional_text(body.get("alias"), "alias")
    fields = {name: optional_text(body.get(name), name) for name in ("entity", "source")}
    return Alert(
        name=message[:LABEL_NAME_CHARACTERS],
        status="firing",
        severity=severity_of(text(body.get("priority")) or _DEFAULT_PRIORITY),
        labels=unnamed({"alias": alias})
        if alias
        else check_labels({**fields, "alertname": message}),
        annotations=_annotations(message, body),
        # The API closes an alert at another address, with nothing in the body.
        holds_until_s=holds_until(received_at_s),
        provider=PROVIDER,
    )


def _told(status: Status, payload: dict[str, Any]) -> Alert:
    alert = wanted_object(payload["alert"], "alert")
    # Opsgenie gives an alert without an alias its id as alias.
    path = "alert.alias" if alert.get("alias") else "alert.alertId"
    alias = wanted_text(alert.get("alias") or alert.get("alertId"), path)
    message = text(alert.get("message")) or alias
    return Alert(
        name=message[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=severity_of(text(alert.get("priority")) or _DEFAULT_PRIORITY),
        # People can change the message, the entity and the priority while it is open.
        labels=unnamed({"alias": alias}, "alert"),
        annotations=_annotations(message, alert),
        starts_at_s=moment(alert.get("createdAt"), "alert.createdAt"),
        provider=PROVIDER,
    )


def _annotations(message: str, alert: dict[str, Any]) -> dict[str, str]:
    said = {"summary": message, "description": alert.get("description"), "tags": _tags(alert)}
    return annotations(said, alert, mapping(alert.get("details")), without=_WEBHOOK_TOLD)


def _tags(alert: dict[str, Any]) -> str:
    tags = alert.get("tags")
    return ", ".join(tag for tag in tags if type(tag) is str) if type(tags) is list else ""
