"""What templates know of a notification: the table of docs/templates.md, in plain values."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from tocsin.domain.alert import Alert
from tocsin.domain.message.message import Message, Shown, Subject
from tocsin.domain.templating.values import Texts

# How many alerts a template sees, and how long each text in them may be, in characters.
SEEN_ALERTS = 50
_TEXT_LIMIT = 4000


def values_of(message: Message, subject: Subject) -> dict[str, Any]:
    """Return the variables of a template, of a message that shows `SEEN_ALERTS` alerts."""
    words, alerts = message.words, subject.alerts[: len(message.shown)]
    return {
        "title": message.title,
        "state": message.state,
        "severity": message.severity,
        "severity_word": words.severities[message.severity],
        "firing": message.firing,
        "resolved": message.resolved,
        "count": len(subject.alerts) + subject.truncated,
        "more": message.more,
        "url": message.url,
        "tenant": subject.group.tenant,
        "receiver": subject.group.receiver,
        "language": words.language,
        "reason": subject.reason,
        "why": words.reasons.get(subject.reason, subject.reason),
        "digest": message.is_digest,
        "kinds": [{"name": name, "count": count} for name, count in message.kinds],
        "group": _texts(dict(subject.group.labels)),
        "labels": _common([alert.labels for alert in subject.alerts]),
        "annotations": _common([alert.annotations for alert in subject.alerts]),
        "alerts": [_alert(*pair) for pair in zip(alerts, message.shown, strict=True)],
    }


def _alert(alert: Alert, shown: Shown) -> dict[str, Any]:
    since_s, until_s = shown.since_s, shown.until_s
    is_over = since_s is not None and until_s is not None
    return {
        "name": shown.name,
        "status": shown.status,
        "severity": shown.severity,
        "status_word": shown.status_word,
        "severity_word": shown.severity_word,
        "summary": shown.summary[:_TEXT_LIMIT],
        "labels": _texts(alert.labels),
        "annotations": _texts(alert.annotations),
        "telling": [{"name": name, "value": value} for name, value in shown.labels],
        "since": since_s,
        "until": until_s,
        "lasted": until_s - since_s if is_over else None,  # type: ignore[operator]
        "value": alert.value if alert.value is not None and isfinite(alert.value) else None,
        "alike": shown.alike,
        "new": shown.is_new,
        "provider": alert.provider,
        "owner": shown.owner,
        "runbook": shown.runbook,
        "source": shown.source,
        "facts": [{"about": each.about, "text": each.text} for each in shown.facts],
        "found": [
            {"about": each.about, "text": each.text[:_TEXT_LIMIT], "url": each.url}
            for each in shown.found
        ],
    }


def _texts(texts: Mapping[str, str]) -> Texts:
    return Texts({name: value[:_TEXT_LIMIT] for name, value in texts.items()})


def _common(each: list[dict[str, str]]) -> Texts:
    """Return what all of them have alike."""
    first, *others = each
    return _texts(
        {
            name: value
            for name, value in first.items()
            if all(other.get(name) == value for other in others)
        }
    )
