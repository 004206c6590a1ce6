"""Webhooks of Sentry's integration platform: issue alerts, issues and metric alerts.

Also read is the body of the older WebHooks plugin. What a body is, the header
Sentry-Hook-Resource says; its fields say it too.
Source: docs.sentry.io/organization/integrations/integration-platform/webhooks.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import mapping, optional_text, unnamed, wanted_id, wanted_object
from tocsin.providers.kept import annotations
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, quoted, rfc3339, text, web_link
from tocsin.providers.sentry_metric import read_metric_alert
from tocsin.providers.unending import holds_until

PROVIDER = "sentry"

# Whoever archives an issue wants to hear of it when it escalates, so it is over until then:
# the escalation would else pass for a repeat and page nobody.
_ISSUE_ACTIONS: dict[str, Status] = {
    "created": "firing",
    "unresolved": "firing",
    "resolved": "resolved",
    "archived": "resolved",
    "ignored": "resolved",
}


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one webhook. Understood, and without an alert: assignments, installations."""
    if type(payload) is not dict:
        raise InvalidPayload(f"sentry: expected an object, got {kind(payload)}")
    if type(payload.get("event")) is dict:
        return read_one(payload, partial(_plugin, received_at_s))
    data = payload.get("data")
    if type(data) is not dict:
        raise InvalidPayload(f"sentry: data: expected an object, got {kind(data)}", "data")
    return _hook(payload, data, received_at_s)


def _hook(payload: dict[str, Any], data: dict[str, Any], received_at_s: float) -> list[Entry]:
    if "metric_alert" in data:
        return read_one(payload, read_metric_alert)
    if "event" in data:
        return read_one(payload, partial(_issue_alert, received_at_s))
    if "issue" in data:
        return [] if payload.get("action") == "assigned" else read_one(payload, _issue)
    if "installation" in data:
        return []
    raise InvalidPayload(
        "sentry: data: expected an issue alert (event), an issue or a metric_alert", "data"
    )


def _issue_alert(received_at_s: float, payload: dict[str, Any]) -> Alert:
    data = payload["data"]
    event = wanted_object(data["event"], "data.event")
    issue = wanted_id(event.get("issue_id"), "data.event.issue_id")
    project = optional_text(event.get("project"), "data.event.project")
    said = {
        "rule": data.get("triggered_rule"),
        "description": event.get("culprit"),
        "environment": event.get("environment"),
    }
    return _firing(issue, project, event, said, received_at_s, moment(event.get("timestamp"), _AT))


_AT = "data.event.timestamp"


def _plugin(received_at_s: float, payload: dict[str, Any]) -> Alert:
    event = payload["event"]
    issue = wanted_id(payload.get("id"), "id")
    project = optional_text(event.get("project"), "event.project")
    said = {
        "description": payload.get("message") or payload.get("culprit"),
        "project": payload.get("project_slug") or payload.get("project"),
        "environment": event.get("environment"),
    }
    shown = {**event, "web_url": payload.get("url"), "level": payload.get("level")}
    at_s = moment(event.get("timestamp"), "event.timestamp")
    return _firing(issue, project, shown, said, received_at_s, at_s)


def _firing(
    issue: str,
    project: str,
    event: dict[str, Any],
    said: dict[str, Any],
    received_at_s: float,
    at_s: float | None,
) -> Alert:
    title = _title(event, issue)
    return Alert(
        name=title[:LABEL_NAME_CHARACTERS],
        status="firing",
        severity=severity_of(text(event.get("level"))),
        labels=_labels(issue, project),
        annotations=annotations({"summary": title, **said}, event, without=_EVENT_ONLY),
        starts_at_s=at_s,
        # The rule says each time that it applies, and never that it does no more.
        holds_until_s=holds_until(received_at_s),
        provider=PROVIDER,
        url=web_link(event.get("web_url")),
    )


# Ids of the one event that came along, and links for programs.
_EVENT_ONLY = ("_ref", "_ref_version", "event_id", "issue_url", "key_id", "url", "web_url", "title")


def _issue(payload: dict[str, Any]) -> Alert:
    action = payload.get("action")
    if type(action) is not str:
        raise expected("an action", action, "action")
    status = _ISSUE_ACTIONS.get(action)
    if status is None:
        raise InvalidAlert(f"expected {', '.join(_ISSUE_ACTIONS)}, got {quoted(action)}", "action")
    issue = wanted_object(payload["data"]["issue"], "data.issue")
    identity = wanted_id(issue.get("id"), "data.issue.id")
    project = mapping(issue.get("project"))
    began_at_s = rfc3339(issue.get("firstSeen"), "data.issue.firstSeen")
    title = _title(issue, identity)
    said = {"summary": title, "description": issue.get("culprit"), "project": project.get("slug")}
    return Alert(
        name=title[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=severity_of(text(issue.get("level"))),
        labels=_labels(identity, optional_text(project.get("id"), "data.issue.project.id")),
        annotations=annotations(said, issue, without=("id", "url", "web_url", "title")),
        # One that came back was first seen long ago.
        starts_at_s=began_at_s if action == "created" else None,
        provider=PROVIDER,
        url=web_link(issue.get("web_url")) or web_link(issue.get("permalink")),
    )


def _title(fields: dict[str, Any], issue: str) -> str:
    return text(fields.get("title")) or f"Sentry issue {issue}"


def _labels(issue: str, project: str) -> dict[str, str]:
    # Titles differ between the events of one issue.
    return unnamed({"issue": issue, "project": project})
