"""Alerts in plain JSON from anybody's script: one object, a list, or `{"alerts": [...]}`.

docs/providers/generic.md lists the fields, their other names, and the words for a status.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.label_set import (
    check_annotations,
    check_labels,
    listed,
    scalar_text,
    texts,
)
from tocsin.providers.members import Entry, read_each, read_one
from tocsin.providers.reading import expected, kind, moment, number, quoted, web_link
from tocsin.providers.status_words import STATUS_WORDS

PROVIDER = "generic"

_NAMES = ("alertname", "name", "title")
_STARTS = ("starts_at", "startsAt", "started_at", "startedAt")
_ENDS = ("ends_at", "endsAt", "ended_at", "endedAt", "resolved_at", "resolvedAt")
_LINKS = ("url", "link", "generatorURL", "generator_url")

# Fields that say which thing is meant. They become labels, or two hosts would be one alert.
IDENTITY_FIELDS = (
    "host", "hostname", "instance", "device", "node", "pod", "container", "cluster", "namespace",
    "region", "zone", "account", "environment", "env", "service", "application", "app",
    "component", "resource", "job", "check", "source", "team",
)  # fmt: skip

_TEXT_FIELDS = {
    "description": "description",
    "message": "description",
    "summary": "summary",
    "title": "summary",
}


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one object, a list of objects, or an object with a list `alerts`."""
    read = partial(_read, received_at_s)
    if type(payload) is list:
        return read_each(payload, "", read)
    if type(payload) is not dict:
        raise InvalidPayload(f"generic: expected an object or a list, got {kind(payload)}")
    if "alerts" not in payload:
        return read_one(payload, read)
    members = payload["alerts"]
    if type(members) is not list:
        raise InvalidPayload(f"generic: alerts: expected a list, got {kind(members)}", "alerts")
    return read_each(members, "alerts", read)


def _read(received_at_s: float, member: Any) -> Alert:
    if type(member) is not dict:
        raise expected("an object", member, "")
    labels = _labels(member)
    ends_at_s = moment(*_first(member, _ENDS))
    status = _status(member, ends_at_s, received_at_s)
    holds = status == "firing" and ends_at_s is not None and ends_at_s > received_at_s
    return Alert(
        name=labels["alertname"],
        status=status,
        severity=_severity(member, labels),
        labels=labels,
        annotations=_annotations(member),
        starts_at_s=moment(*_first(member, _STARTS)),
        ends_at_s=ends_at_s if status == "resolved" else None,
        holds_until_s=ends_at_s if holds else None,
        provider=PROVIDER,
        url=web_link(_first(member, _LINKS)[0]),
        value=number(member.get("value")),
    )


def _first(member: dict[str, Any], names: Iterable[str]) -> tuple[Any, str]:
    """Return the first of these fields that says something, and its name."""
    name = ""
    for name in names:
        value = member.get(name)
        if value is not None and value != "":
            return value, name
    return None, name


def _labels(member: dict[str, Any]) -> dict[str, str]:
    labels = {}
    for field in IDENTITY_FIELDS:
        value = member.get(field)
        if value is not None and type(value) is not dict and type(value) is not list:
            labels[field] = scalar_text(value, field)
    tags = member.get("tags")
    if tags is not None:
        labels.update(listed(tags, "tags") if type(tags) is list else texts(tags, "tags"))
    if member.get("labels") is not None:
        labels.update(texts(member["labels"], "labels"))
    if not labels.get("alertname"):
        name, field = _first(member, _NAMES)
        if name is None:
            raise InvalidAlert("a name is needed: name, title or alertname", "name")
        labels["alertname"] = scalar_text(name, field)
    return check_labels(labels)


def _annotations(member: dict[str, Any]) -> dict[str, str]:
    annotations: dict[str, str] = {}
    for field, annotation in _TEXT_FIELDS.items():
        value = member.get(field)
        if value is not None and value != "":
            annotations.setdefault(annotation, scalar_text(value, field))
    if member.get("annotations") is not None:
        annotations.update(texts(member["annotations"], "annotations"))
    return check_annotations(annotations)


def _status(member: dict[str, Any], ends_at_s: float | None, received_at_s: float) -> Status:
    word, field = _first(member, ("status", "state"))
    if word is None:
        return "resolved" if ends_at_s is not None and ends_at_s <= received_at_s else "firing"
    if type(word) is not str:
        raise expected("a string", word, field)
    status = STATUS_WORDS.get(word.strip().lower())
    if status is None:
        # Neither guess is harmless: one pages for nothing, the other closes a real problem.
        raise InvalidAlert(f"expected firing or resolved, got {quoted(word)}", field)
    return status


def _severity(member: dict[str, Any], labels: dict[str, str]) -> Severity:
    word, field = _first(member, ("severity", "level", "priority"))
    if word is None:
        return severity_of(labels.get("severity") or labels.get("priority") or "warning")
    word = scalar_text(word, field)
    return severity_of(f"p{word}" if field == "priority" and word.isdecimal() else word)
