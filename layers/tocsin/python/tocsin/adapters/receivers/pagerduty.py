"""PagerDuty: one incident for each group, by the Events API v2.

Sources: developer.pagerduty.com/docs/events-api-v2/overview and .../trigger-events. Of answers it
says: 202 is accepted, 400 is for good, 429 and 5xx are to be tried again. What is triggered once
more under the key of an open incident is added to it and pages nobody; what is acknowledged pages
nobody, whatever is triggered under its key; what is resolved that is not open is passed over. So
each try may be repeated.
"""

from typing import Any

import msgspec

from tocsin.adapters.receivers.described import (
    described,
    link,
    links,
    notes,
    written_out,
)
from tocsin.adapters.receivers.incident import incident_key
from tocsin.adapters.receivers.message import Message, Shown, message_of
from tocsin.adapters.receivers.posting import JSON, Request, Tools, post, settings_of
from tocsin.domain.alert import Severity
from tocsin.domain.channels import PagerDuty
from tocsin.domain.plaintext import cut, one_line
from tocsin.domain.wire import rfc3339
from tocsin.domain.wording.words import Words
from tocsin.ports import Notification

SUMMARY_LIMIT = 1024
# 512 KB, of which it is not said whether they are 500 or 512 of 1024.
LIMIT_BYTES = 512_000
# How many alerts are shown; fewer where so many do not fit. One always does.
_SHOWN_ALERTS = (50, 10, 1)
_SHOWN_LABELS = 40
_SHOWN_LINKS = 10
_TEXT_LIMIT = 500

_SEVERITIES: dict[Severity, str] = {
    "critical": "critical",
    "high": "error",
    "warning": "warning",
    "info": "info",
    "low": "info",
}
# Labels that say what PagerDuty's format asks for, the best first.
_SOURCE = ("instance", "host", "hostname", "node", "device", "pod", "service", "job")
_COMPONENT = ("service", "job", "container", "app", "mountpoint")
_GROUP = ("cluster", "namespace", "region", "environment", "env")


def send(notification: Notification, tools: Tools) -> str:
    """Trigger, acknowledge or resolve the incident of the group; return its key."""
    receiver = notification.receiver
    settings = settings_of(receiver, PagerDuty)

    def write() -> Request:
        routing_key = tools.secret(settings.routing_key).strip()
        return Request(settings.url, render(notification, routing_key, tools.external_url), JSON)

    post(receiver, tools, write)
    return incident_key(notification.group)


def render(notification: Notification, routing_key: str, external_url: str) -> bytes:
    """Return the event: a trigger while anything fires, else a resolve; or an acknowledge."""
    if notification.acknowledged_by:
        # There is no field for who did it: trigger-events, "Alert Event Payload".
        return msgspec.json.encode(
            {**_named(notification, routing_key), "event_action": "acknowledge"}
        )
    body = b""
    for most in _SHOWN_ALERTS:
        message = message_of(notification, most, external_url)
        body = msgspec.json.encode(_event(notification, message, routing_key))
        if len(body) <= LIMIT_BYTES:
            break
    return body


def _event(notification: Notification, message: Message, routing_key: str) -> dict[str, Any]:
    event = _named(notification, routing_key)
    if message.is_over:
        return {**event, "event_action": "resolve"}
    event |= {
        "event_action": "trigger",
        "client": "tocsin",
        "payload": _payload(notification, message),
        "links": [{"href": url, "text": title} for title, url in links(message, _SHOWN_LINKS)],
    }
    whole = link(message.url)
    return {**event, "client_url": whole} if whole else event


def _named(notification: Notification, routing_key: str) -> dict[str, Any]:
    return {"routing_key": routing_key, "dedup_key": incident_key(notification.group)}


def _payload(notification: Notification, message: Message) -> dict[str, Any]:
    first = message.shown[0]
    labels = dict((*first.labels, *first.other_labels))
    payload = {
        "summary": cut(one_line(message.title), SUMMARY_LIMIT),
        # Whoever reported it is where it comes from if nothing says where it is.
        "source": _one_of(labels, _SOURCE) or notification.alerts[0].provider,
        "severity": _SEVERITIES[message.severity],
        "timestamp": None if first.since_s is None else rfc3339(first.since_s),
        "component": _one_of(labels, _COMPONENT),
        "group": _one_of(labels, _GROUP),
        "class": cut(one_line(first.name), _TEXT_LIMIT),
        "custom_details": _details(notification, message),
    }
    return {name: value for name, value in payload.items() if value}


def _details(notification: Notification, message: Message) -> dict[str, Any]:
    return {
        "firing": message.firing,
        "resolved": message.resolved,
        "not_shown": message.more,
        "reason": notification.reason,
        "notes": [written_out(line) for line in notes(message)],
        **({"text": message.text} if message.text else {}),
        "alerts": [_alert(shown, message.words) for shown in message.shown],
    }


def _alert(shown: Shown, words: Words) -> dict[str, Any]:
    labels = {words.where, words.labels, words.also}
    pairs = (*shown.labels, *shown.other_labels)[:_SHOWN_LABELS]
    return {
        "name": cut(one_line(shown.name), _TEXT_LIMIT),
        "status": shown.status,
        "severity": shown.severity,
        "labels": {cut(name, 100): cut(one_line(value), _TEXT_LIMIT) for name, value in pairs},
        "said": [written_out(line) for line in described(shown, words) if line.about not in labels],
    }


def _one_of(labels: dict[str, str], names: tuple[str, ...]) -> str:
    """Return the value of the first of some labels that is there; "" if none is."""
    value = next((labels[name] for name in names if labels.get(name)), "")
    return cut(one_line(value), _TEXT_LIMIT)
