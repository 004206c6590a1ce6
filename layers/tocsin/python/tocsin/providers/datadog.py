"""Datadog monitors through its Webhooks integration.

The body is what the webhook's payload says: the one in docs/providers/datadog.md, the default
one, or one's own with the same fields under another of the names below.
Source: docs.datadoghq.com/integrations/webhooks and docs.datadoghq.com/monitors.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import SEVERITIES, Alert, Severity, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.datadog_title import Title, read_title, tags_of
from tocsin.providers.fields import mapping, optional_text, unnamed
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, quoted, text, web_link
from tocsin.providers.synonyms import first
from tocsin.providers.unending import holds_until

PROVIDER = "datadog"

_TITLES = ("alert_title", "title", "event_title")
_TRANSITIONS = ("alert_transition", "transition")
_MONITORS = ("alert_id", "monitor_id")
_SCOPES = ("alert_scope", "scopes", "scope")
_PRIORITIES = ("alert_priority", "priority", "severity")
_KEYS = ("aggreg_key", "alert_cycle_key")
_TIMES = ("date", "date_posix", "last_updated")
_TEXTS = ("text_only_msg", "text", "event_msg", "body", "message")
_LINKS = ("link", "url")

_BEGINS = ("triggered", "warn", "no data")
_GOES_ON = ("re-triggered", "re-warn", "re-no data", "renotify")
_ENDS = ("recovered",)
# Somebody does not want to hear of it for a while: neither new nor over.
_LEFT_ALONE = ("muted", "unmuted")
_EXPECTED = "Triggered, Warn, No Data, Renotify or Recovered"
_TOLD = (*_TITLES, *_TRANSITIONS, *_MONITORS, *_SCOPES, *_TIMES, *_TEXTS, *_LINKS, *_KEYS, "id")


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one event of one monitor and one group of its tags."""
    if type(payload) is not dict:
        raise InvalidPayload(f"datadog: expected an object, got {kind(payload)}")
    if not any(name in payload for name in (*_TRANSITIONS, *_TITLES)):
        message = "datadog: alert_transition: expected it, or a title"
        raise InvalidPayload(message, "alert_transition")
    title = read_title(text(first(payload, _TITLES)[0]))
    word, path = first(payload, _TRANSITIONS)
    if type(word) is str and word.strip().lower() in _LEFT_ALONE:
        return []
    return read_one(payload, partial(_read, received_at_s, title, word, path))


def _read(
    received_at_s: float, title: Title, word: Any, path: str, payload: dict[str, Any]
) -> Alert:
    transition = _transition(word, path, title)
    at_s = moment(*first(payload, _TIMES))
    firing = transition not in _ENDS
    labels = _labels(payload, title)
    name = title.name or f"Datadog monitor {labels.get('monitor_id', '')}".strip()
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status="firing" if firing else "resolved",
        severity=_severity(payload, transition),
        labels=labels,
        annotations=_annotations(payload, title, transition),
        starts_at_s=at_s if transition in _BEGINS else None,
        ends_at_s=None if firing else at_s,
        observed_at_s=at_s,
        # A notification that somebody sends as a test is not followed by a recovery.
        holds_until_s=holds_until(received_at_s) if firing and title.is_test else None,
        provider=PROVIDER,
        url=web_link(first(payload, _LINKS)[0]),
    )


def _transition(word: Any, path: str, title: Title) -> str:
    if word is None or (type(word) is str and word.lower() == "null"):
        # The default payload has it in the title only.
        word, path = title.transition, "title" if word is None else path
    if type(word) is not str:
        raise expected(_EXPECTED, word, path)
    transition = word.strip().lower()
    if transition not in (*_BEGINS, *_GOES_ON, *_ENDS):
        raise InvalidAlert(f"expected {_EXPECTED}, got {quoted(word)}", path)
    return transition


def _labels(payload: dict[str, Any], title: Title) -> dict[str, str]:
    org = payload.get("org_id", mapping(payload.get("org")).get("id"))
    own = {
        "monitor_id": optional_text(*first(payload, _MONITORS)),
        "org_id": optional_text(org, "org_id"),
        "test": "true" if title.is_test else "",
    }
    scope = optional_text(*first(payload, _SCOPES)) or title.scope
    if not scope and not any(name in payload for name in _SCOPES):
        # The default payload of a monitor without groups has nothing else either.
        key, name = first(payload, _KEYS)
        own[name] = optional_text(key, name)
    labels = {**tags_of(scope, (*own, "alertname")), **own}
    if own["monitor_id"]:
        # Titles may hold a value that changes with every message.
        return unnamed(labels)
    if not title.name:
        raise InvalidAlert("a monitor's id or title is needed", "alert_id")
    return check_labels({**labels, "alertname": title.name})


def _severity(payload: dict[str, Any], transition: str) -> Severity:
    severity = _urgency(payload)
    if "warn" in transition or text(payload.get("alert_type")).lower() == "warning":
        # The priority is of the monitor: what only passed the warning threshold is less.
        return max(severity, "warning", key=SEVERITIES.index)
    return severity


def _urgency(payload: dict[str, Any]) -> Severity:
    for name in _PRIORITIES:
        word = text(payload.get(name)).strip().lower()
        if word in ("p1", "p2", "p3", "p4", "p5"):
            return severity_of(word)
    kind_of_event = text(payload.get("alert_type")).lower()
    # The end of an error is a success: it is as severe as what it ends.
    return severity_of("error" if kind_of_event == "success" else kind_of_event)


def _annotations(payload: dict[str, Any], title: Title, transition: str) -> dict[str, str]:
    said = {
        "summary": title.name,
        "description": first(payload, _TEXTS)[0],
        "transition": transition,
        "organization": mapping(payload.get("org")).get("name"),
    }
    return annotations(said, payload, without=_TOLD)
