"""Incidents of Google Cloud Monitoring, from a webhook or through a Pub/Sub push.

Source: cloud.google.com/monitoring/support/notification-options, and for the envelope
cloud.google.com/pubsub/docs/push.
"""

import binascii
from base64 import b64decode
from functools import partial
from typing import Any

import orjson

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, number, quoted, text, web_link

PROVIDER = "gcp"

_STATES: dict[str, Status] = {"open": "firing", "closed": "resolved"}
_TOLD = ("incident_id", "url", "started_at", "ended_at", "state", "policy_name", "condition_name")


def parse(payload: Any, _received_at_s: float) -> list[Entry]:
    """Read one notification about one incident."""
    if type(payload) is not dict:
        raise InvalidPayload(f"gcp: expected an object, got {kind(payload)}")
    body, path = _unwrapped(payload)
    incident = body.get("incident")
    path += "incident"
    if type(incident) is not dict:
        raise InvalidPayload(f"gcp: {path}: expected an object, got {kind(incident)}", path)
    return read_one(incident, partial(_read, path))


def _unwrapped(payload: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what Pub/Sub carried, and the path to it; without an envelope the payload itself."""
    if "message" not in payload or "incident" in payload:
        return payload, ""
    data = mapping(payload["message"]).get("data")
    try:
        body = orjson.loads(b64decode(data)) if type(data) is str else None
    except (binascii.Error, ValueError):
        body = None
    if type(body) is not dict:
        message = "gcp: message.data: expected the JSON of a notification in base64"
        raise InvalidPayload(message, "message.data")
    return body, "message.data."


def _read(path: str, incident: dict[str, Any]) -> Alert:
    name = wanted_text(incident.get("policy_name"), f"{path}.policy_name")
    status = _status(incident.get("state"), f"{path}.state")
    ended_at_s = moment(incident.get("ended_at"), f"{path}.ended_at")
    return Alert(
        name=name[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=_severity(incident),
        labels=check_labels(_labels(name, incident, path), path),
        annotations=_annotations(incident),
        starts_at_s=moment(incident.get("started_at"), f"{path}.started_at"),
        ends_at_s=ended_at_s if status == "resolved" else None,
        provider=PROVIDER,
        url=web_link(incident.get("url")),
        value=number(incident.get("observed_value")),
    )


def _status(word: Any, path: str) -> Status:
    if type(word) is not str:
        raise expected("open or closed", word, path)
    status = _STATES.get(word.lower())
    if status is None:
        raise InvalidAlert(f"expected open or closed, got {quoted(word)}", path)
    return status


def _severity(incident: dict[str, Any]) -> Severity:
    """Return the policy's severity; a policy without one may have a label of that name."""
    told = text(incident.get("severity")).lower()
    labels = mapping(incident.get("policy_user_labels"))
    fallback = severity_of(text(labels.get("severity")))
    return fallback if told in ("", "no severity") else severity_of(told, fallback)


def _labels(name: str, incident: dict[str, Any], path: str) -> dict[str, str]:
    resource, metric = mapping(incident.get("resource")), mapping(incident.get("metric"))
    own = {
        "alertname": name,
        "condition": optional_text(incident.get("condition_name"), f"{path}.condition_name"),
        "project": optional_text(incident.get("scoping_project_id"), f"{path}.scoping_project_id"),
        "resource_type": optional_text(resource.get("type"), f"{path}.resource.type"),
        "metric_type": optional_text(metric.get("type"), f"{path}.metric.type"),
    }
    series = {
        **_texts(metric.get("labels"), f"{path}.metric.labels"),
        **_texts(resource.get("labels"), f"{path}.resource.labels"),
    }
    if not series:
        # Before version 1.2 these alone say which thing is meant.
        fields = ("resource_id", "resource_name")
        series = {field: optional_text(incident.get(field), f"{path}.{field}") for field in fields}
    return {**series, **own}


def _texts(labels: Any, path: str) -> dict[str, str]:
    return {
        name: optional_text(value, f"{path}.{quoted(name)}")
        for name, value in mapping(labels).items()
    }


def _annotations(incident: dict[str, Any]) -> dict[str, str]:
    documentation = mapping(incident.get("documentation"))
    said = {
        "summary": incident.get("summary"),
        "description": documentation.get("content"),
        "subject": documentation.get("subject"),
        "metric": mapping(incident.get("metric")).get("displayName"),
    }
    users = incident.get("policy_user_labels")
    return annotations(said, incident, users, without=_TOLD)
