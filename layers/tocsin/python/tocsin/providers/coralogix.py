"""The generic outbound webhook of Coralogix, with the body that it offers.

Source: coralogix.com/docs/user-guides/alerting/outbound-webhooks, generic outbound webhooks.
"""

from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, number, quoted, text, web_link

PROVIDER = "coralogix"

_ACTIONS: dict[str, Status] = {
    "trigger": "firing",
    "triggered": "firing",
    "resolve": "resolved",
    "resolved": "resolved",
}
_GROUPS = (("Group-by Field1", "Group-by Value1"), ("Group-by Field2", "Group-by Value2"))
_TOLD = ("name", "uuid", "icon_url", "alert_url", "text", "timestamp", "timestampMs",
         "timestampISO", "dedupKey")  # fmt: skip


def parse(payload: Any, _received_at_s: float) -> list[Entry]:
    """Read one alert that was triggered or resolved."""
    if type(payload) is not dict:
        raise InvalidPayload(f"coralogix: expected an object, got {kind(payload)}")
    if "alert_action" not in payload:
        message = "coralogix: alert_action: expected trigger or resolve, got nothing"
        raise InvalidPayload(message, "alert_action")
    return read_one(payload, _read)


def _read(payload: dict[str, Any]) -> Alert:
    status = _status(payload["alert_action"])
    name = wanted_text(payload.get("name"), "name")
    fields = _fields(payload.get("fields"))
    at_s = moment(fields.get("timestampMs"), "fields.timestampMs")
    said = {"summary": fields.get("text"), "description": payload.get("description")}
    rest = {key: value for key, value in payload.items() if not _is_unfilled(value)}
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=_severity(fields),
        labels=check_labels(_labels(name, payload, fields)),
        annotations=annotations(said, rest, fields, without=_TOLD),
        starts_at_s=at_s if status == "firing" else None,
        provider=PROVIDER,
        url=web_link(payload.get("alert_url")) or web_link(payload.get("log_url")),
        value=number(fields.get("hitCount")),
    )


def _status(word: Any) -> Status:
    if type(word) is not str:
        raise expected("trigger or resolve", word, "alert_action")
    status = _ACTIONS.get(word.lower())
    if status is None:
        raise InvalidAlert(f"expected trigger or resolve, got {quoted(word)}", "alert_action")
    return status


def _fields(listed: Any) -> dict[str, Any]:
    """Return the list of keys and values as an object, without placeholders left as they were."""
    if listed is None:
        return {}
    if type(listed) is not list:
        raise expected("a list", listed, "fields")
    pairs = [(mapping(field).get("key"), mapping(field).get("value")) for field in listed]
    return {key: value for key, value in pairs if type(key) is str and not _is_unfilled(value)}


def _is_unfilled(value: Any) -> bool:
    # "$SERVICE": what an alert of this type does not have stays as the template has it.
    name = text(value)[1:]
    return text(value).startswith("$") and name.replace("_", "").isalnum() and name.isupper()


def _labels(name: str, payload: dict[str, Any], fields: dict[str, Any]) -> dict[str, str]:
    """Return the key by which Coralogix itself tells alerts and groups apart.

    A body without it has the alert's id and what it was grouped by.
    """
    key = text(fields.get("dedupKey"))
    if key:
        return {"alertname": name, "dedup_key": key}
    labels = {text(fields.get(field)): text(fields.get(value)) for field, value in _GROUPS}
    labels.pop("", None)
    alert = text(fields.get("alertUniqueIdentifier")) or text(payload.get("alert_id"))
    return {**labels, "alertname": name, "alert": alert}


def _severity(fields: dict[str, Any]) -> Severity:
    return severity_of(text(fields.get("priority")), severity_of(text(fields.get("severity"))))
