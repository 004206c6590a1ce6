"""What Uptime Kuma sends to a webhook: heartbeats, and words about certificates and domains.

Source: server/notification-providers/webhook.js, and what calls it, in louislam/uptime-kuma.
"""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text, wanted_id, wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, number, rfc3339, text, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "uptime-kuma"

_DOWN, _UP, _PENDING, _MAINTENANCE = range(4)
_STATUSES: dict[int, Status] = {_DOWN: "firing", _UP: "resolved"}
_TEST = " Testing"
_EXPIRY = " will expire in "


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one notification.

    Understood, and without an alert, are monitors that are pending or under maintenance, and
    the test of a notification.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"uptime-kuma: expected an object, got {kind(payload)}")
    if payload.get("heartbeat") is None:
        return _message(payload, received_at_s)
    if mapping(payload["heartbeat"]).get("status") in (_PENDING, _MAINTENANCE):
        return []
    return read_one(payload, _read)


def _message(payload: dict[str, Any], received_at_s: float) -> list[Entry]:
    said = payload.get("msg")
    if type(said) is not str:
        raise InvalidPayload(
            f"uptime-kuma: heartbeat: expected an object, got {kind(payload.get('heartbeat'))}",
            "heartbeat",
        )
    if said.endswith(_TEST):
        return []
    return read_one(said, partial(_expiry, received_at_s))


def _expiry(received_at_s: float, said: str) -> Alert:
    # The number of days changes, and what it is about does not.
    subject, found, _ = said.partition(_EXPIRY)
    if not found or not subject.strip():
        raise InvalidAlert("expected a heartbeat, or news of an expiry", "msg")
    name = f"{subject.strip()} will expire"
    return Alert(
        name=name,
        status="firing",
        labels=check_labels({"alertname": name}),
        annotations=annotations({"summary": said}),
        holds_until_s=holds_until(received_at_s),
        provider=PROVIDER,
    )


def _read(payload: dict[str, Any]) -> Alert:
    beat = wanted_object(payload.get("heartbeat"), "heartbeat")
    monitor = wanted_object(payload.get("monitor"), "monitor")
    status = _status(beat.get("status"))
    at_s = rfc3339(beat.get("time"), "heartbeat.time")
    name = wanted_text(monitor.get("name"), "monitor.name")
    return Alert(
        name=name,
        status=status,
        severity=_severity(monitor.get("tags")),
        labels=_labels(monitor, name),
        annotations=_annotations(payload, monitor, beat),
        starts_at_s=_starts_at_s(beat, status, at_s),
        ends_at_s=at_s if status == "resolved" else None,
        observed_at_s=at_s,
        provider=PROVIDER,
        url=_public(monitor.get("url")),
        value=number(beat.get("ping")),
    )


def _status(value: Any) -> Status:
    status = _STATUSES.get(value) if type(value) is int else None
    if status is None:
        if type(value) is not int:
            raise expected("a number", value, "heartbeat.status")
        raise InvalidAlert("expected 0 to 3", "heartbeat.status")
    return status


def _starts_at_s(beat: dict[str, Any], status: Status, at_s: float | None) -> float | None:
    if status == "resolved":
        return rfc3339(beat.get("lastDownTime"), "heartbeat.lastDownTime")
    # A beat that repeats the news is not important, and its time is not when it began.
    return at_s if beat.get("important") in (True, 1) else None


def _labels(monitor: dict[str, Any], name: str) -> dict[str, str]:
    return check_labels(
        {
            "alertname": name,
            "monitor_id": wanted_id(monitor.get("id"), "monitor.id"),
            # Each Uptime Kuma counts its monitors from 1.
            "url": _public(monitor.get("url")),
            "hostname": optional_text(monitor.get("hostname"), "monitor.hostname"),
            "port": optional_text(monitor.get("port"), "monitor.port"),
        }
    )


def _public(value: Any) -> str:
    """Return a link without what may be a secret: user, password and query."""
    try:
        parts = urlsplit(web_link(value))
    except ValueError:
        return ""
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}" if host else ""


def _severity(tags: Any) -> Severity:
    """Return what the tag `severity` says; Uptime Kuma itself only knows "down"."""
    for tag in tags if type(tags) is list else ():
        fields = mapping(tag)
        if text(fields.get("name")).strip().lower() == "severity":
            return severity_of(text(fields.get("value")))
    return severity_of("down")


def _annotations(
    payload: dict[str, Any], monitor: dict[str, Any], beat: dict[str, Any]
) -> dict[str, str]:
    said = {
        "summary": payload.get("msg"),
        "description": monitor.get("description"),
        "reason": beat.get("msg"),
        "monitor_type": monitor.get("type"),
    }
    # Uptime Kuma says so itself where it sends passwords and tokens along.
    is_open = monitor.get("includeSensitiveData") is not True
    return annotations(said, beat, monitor if is_open else None, without=_LEFT_OUT)


# What is read already, the body that the monitored service answered with, and a link that a
# signature makes good for whoever has it.
_LEFT_OUT = frozenset(
    ("id", "name", "url", "type", "hostname", "port", "msg", "status", "time", "lastDownTime",
     "monitorID", "includeSensitiveData", "response", "screenshot")
)  # fmt: skip
