"""Opsgenie, and what speaks its alert API: one alert for each group, named by an alias.

Sources: docs.opsgenie.com/docs/alert-api for fields and their limits, .../docs/response for
answers: 202 is accepted, 429 asks for fewer calls, 5xx and nothing else of the rest may pass. Jira
Service Management takes the same (developer.atlassian.com/cloud/jira/service-desk-ops, integration
events). What is created under the alias of an open alert is counted there and tells nobody; what
is closed that is not open is passed over. So each try may be repeated.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.adapters.receivers.described import described, head, link, notes, written_out
from tocsin.adapters.receivers.incident import incident_key
from tocsin.adapters.receivers.message import Message, message_of
from tocsin.adapters.receivers.posting import JSON, Request, Tools, post, settings_of
from tocsin.domain.alert import Severity
from tocsin.domain.channels import Opsgenie, Responder
from tocsin.domain.plaintext import cut, one_line
from tocsin.ports import Notification

MESSAGE_LIMIT = 130
DESCRIPTION_LIMIT = 15_000
DETAILS_LIMIT = 8_000
_DETAIL_LIMIT = 1_000
NOTE_LIMIT = 25_000
USER_LIMIT = 100
_SHOWN_ALERTS = 50
_ENTITY_LIMIT = 512
_SOURCE = "tocsin"

_PRIORITIES: dict[Severity, str] = {
    "critical": "P1",
    "high": "P2",
    "warning": "P3",
    "info": "P4",
    "low": "P5",
}


def send(notification: Notification, tools: Tools) -> str:
    """Create, describe further, acknowledge or close the alert of the group; return its alias."""
    receiver = notification.receiver
    settings = settings_of(receiver, Opsgenie)

    def write() -> Request:
        path, body = render(notification, tools.external_url)
        key = tools.secret(settings.api_key).strip()
        return Request(settings.url + path, body, {**JSON, "Authorization": f"GenieKey {key}"})

    post(receiver, tools, write)
    return incident_key(notification.group)


def render(notification: Notification, external_url: str) -> tuple[str, bytes]:
    """Return what is asked for: the path after the address, and the body."""
    alias = incident_key(notification.group)
    if notification.acknowledged_by:
        user = cut(one_line(notification.acknowledged_by), USER_LIMIT)
        return _at(alias, "acknowledge"), _encoded({"source": _SOURCE, "user": user})
    message = message_of(notification, _SHOWN_ALERTS, external_url)
    if message.is_over:
        note = cut(one_line(message.title), NOTE_LIMIT)
        return _at(alias, "close"), _encoded({"source": _SOURCE, "note": note})
    if message.state == "resolved" or (message.state == "update" and notification.thread):
        # An alert is told no more under its alias than how often it came; notes are shown.
        note = _text(message, NOTE_LIMIT)
        return _at(alias, "notes"), _encoded({"source": _SOURCE, "note": note})
    return "/v2/alerts", _encoded(_alert(notification, message, alias))


def _at(alias: str, action: str) -> str:
    return f"/v2/alerts/{alias}/{action}?identifierType=alias"


def _alert(notification: Notification, message: Message, alias: str) -> dict[str, Any]:
    settings = settings_of(notification.receiver, Opsgenie)
    first = message.shown[0]
    labels = dict((*first.labels, *first.other_labels))
    alert: dict[str, Any] = {
        "message": cut(one_line(message.title), MESSAGE_LIMIT),
        "alias": alias,
        "description": _text(message, DESCRIPTION_LIMIT),
        "details": _details(labels),
        "entity": cut(one_line(labels.get("service", "")), _ENTITY_LIMIT),
        "source": _SOURCE,
        "priority": _PRIORITIES[message.severity],
        "responders": [_responder(each) for each in settings.responders],
        # What is counted in an open alert changes none of its texts.
        "note": _text(message, NOTE_LIMIT) if notification.thread is not None else "",
    }
    return {name: value for name, value in alert.items() if value}


def _responder(responder: Responder) -> dict[str, str]:
    if responder.id:
        return {"type": responder.kind, "id": responder.id}
    # A user is named by the address of its account.
    name = "username" if responder.kind == "user" else "name"
    return {"type": responder.kind, name: responder.name}


def _details(labels: dict[str, str]) -> dict[str, str]:
    """Return labels for which there is room, those that tell most first."""
    details: dict[str, str] = {}
    room = DETAILS_LIMIT
    for name, value in labels.items():
        shown = cut(one_line(value), _DETAIL_LIMIT)
        room -= len(name) + len(shown)
        if room >= 0:
            details[name] = shown
    return details


def _text(message: Message, limit: int) -> str:
    """Return all that is known, in as many whole lines as there is room for.

    A line that alone would leave half of it empty is cut: it may be all that a template says.
    """
    lines = [cut(one_line(message.title), 1000)]
    if link(message.url):
        lines.append(link(message.url))
    lines += map(written_out, notes(message))
    lines += ["", message.text] if message.text else _alerts(message)
    text = "\n".join(lines)
    if len(text) <= limit:
        return text
    end = text.rindex("\n", 0, limit - 1)
    return cut(text, limit) if end < limit // 2 else f"{text[:end]}\n…"


def _alerts(message: Message) -> Iterator[str]:
    for shown in message.shown:
        yield from ("", head(shown), *map(written_out, described(shown, message.words)))
    if message.more:
        yield from ("", message.words.more.format(count=message.more))


def _encoded(body: dict[str, Any]) -> bytes:
    return msgspec.json.encode(body)
