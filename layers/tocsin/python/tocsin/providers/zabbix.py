"""Problems of Zabbix, from the webhook media type that docs/providers/zabbix.md describes.

Zabbix has no body of its own: a media type's script sends its parameters, whose values are
macros. Source: zabbix.com/documentation/current/en/manual: appendix/macros/supported_by_location
and config/notifications/media/webhook.
"""

from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry
from tocsin.providers.reading import kind, moment, number, quoted, web_link

PROVIDER = "zabbix"

# The second name is the one that media types for other tools give to the same macro.
_EVENT = ("event_id", "id")
_TRIGGER = ("trigger_id", "triggerId")
_NAME = ("event_name", "name")
_HOST = ("host", "service")
_STATUS = ("event_value", "status")
_SEVERITY = ("event_nseverity", "severity")
_LINK = ("zabbix_url", "url")
_READ = frozenset(
    (*_EVENT, *_TRIGGER, *_NAME, *_HOST, *_STATUS, *_SEVERITY, *_LINK, "event_source",
     "event_timestamp", "recovery_timestamp", "update_status", "value")
)  # fmt: skip

_STATUSES: dict[str, Status] = {
    "1": "firing", "problem": "firing",
    "0": "resolved", "ok": "resolved", "resolved": "resolved",
}  # fmt: skip
_SEVERITIES: dict[str, Severity] = {
    "0": "warning", "1": "info", "2": "warning", "3": "warning", "4": "high", "5": "critical",
}  # fmt: skip

_TRIGGERS = "0"
_FOUND_HOSTS = ("1", "2")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification about a problem of a trigger.

    Understood, and without an alert, are updates of a problem that goes on (acknowledged,
    commented, suppressed), discovered and registered hosts, and the test of a media type.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"zabbix: expected an object, got {kind(payload)}")
    if not any(name in payload for name in (*_EVENT, *_TRIGGER)):
        raise InvalidPayload("zabbix: event_id: expected the id of an event", "event_id")
    try:
        return _read(payload)
    except InvalidAlert as error:
        return [error.with_traceback(None)]


def _read(body: dict[str, Any]) -> list[Entry]:
    if _is_test(body) or _said(body, "event_source") in _FOUND_HOSTS:
        return []
    source = _said(body, "event_source") or _TRIGGERS
    if source != _TRIGGERS:
        raise InvalidAlert(f"expected 0, a trigger, got {quoted(source)}", "event_source")
    status = _status(body)
    return [] if status == "firing" and _is_update(body) else [_alert(body, status)]


def _said(body: dict[str, Any], *names: str) -> str:
    """Return the first of these parameters whose macro has a value, and "" if none has."""
    for name in names:
        value = optional_text(body.get(name), name).strip()
        if value and not _is_macro(value):
            return value
    return ""


def _is_macro(value: str) -> bool:
    # What a macro stands for where it has no value.
    return (value.startswith("{") and value.endswith("}")) or value == "*UNKNOWN*"


def _is_test(body: dict[str, Any]) -> bool:
    """Tell whether the status is a macro still: so it is if a media type is tested."""
    told = [value for name in _STATUS if type(value := body.get(name)) is str and value.strip()]
    return bool(told) and all(_is_macro(value.strip()) for value in told)


def _is_update(body: dict[str, Any]) -> bool:
    return _said(body, "update_status") == "1" or _said(body, "update_action") != ""


def _status(body: dict[str, Any]) -> Status:
    word = _said(body, *_STATUS)
    status = _STATUSES.get(word.lower())
    if status is None:
        raise InvalidAlert(f"expected 1 or 0, got {quoted(word)}", "event_value")
    return status


def _alert(body: dict[str, Any], status: Status) -> Alert:
    labels = _labels(body)
    starts_at_s = _at_s(body, "event_timestamp")
    ends_at_s = _at_s(body, "recovery_timestamp") if status == "resolved" else None
    return Alert(
        name=labels["alertname"],
        status=status,
        severity=_severity(_said(body, *_SEVERITY)),
        labels=labels,
        annotations=_annotations(body),
        starts_at_s=starts_at_s,
        ends_at_s=ends_at_s,
        observed_at_s=ends_at_s if status == "resolved" else starts_at_s,
        provider=PROVIDER,
        url=_link(body, labels),
        value=number(_said(body, "item_value")),
    )


def _labels(body: dict[str, Any]) -> dict[str, str]:
    event, trigger = _said(body, *_EVENT), _said(body, *_TRIGGER)
    if not event and not trigger:
        raise InvalidAlert("expected the id of an event", "event_id")
    name = _said(body, *_NAME)
    if not name:
        raise InvalidAlert("expected the name of an event", "event_name")
    return check_labels(
        # A trigger can have several problems at once, each with its own recovery. Zabbix
        # gives the id of the problem, not that of the recovery, to both.
        {"alertname": name, "host": _said(body, *_HOST), "trigger_id": trigger, "event_id": event}
    )


def _severity(word: str) -> Severity:
    return _SEVERITIES.get(word) or severity_of(word)


def _at_s(body: dict[str, Any], name: str) -> float | None:
    return moment(_said(body, name), name)


def _annotations(body: dict[str, Any]) -> dict[str, str]:
    known = {
        name: value
        for name, value in body.items()
        if name not in _READ and not (type(value) is str and _is_macro(value.strip()))
    }
    # The address and the key are the script's, and no news to anybody.
    return annotations({}, known, without=("tocsin_url", "tocsin_key"))


def _link(body: dict[str, Any], labels: dict[str, str]) -> str:
    base = web_link(_said(body, *_LINK)).rstrip("/")
    trigger, event = labels.get("trigger_id", ""), labels.get("event_id", "")
    if not base or not trigger.isdecimal() or not event.isdecimal():
        return base
    return f"{base}/tr_events.php?triggerid={trigger}&eventid={event}"
