"""New Relic issues through a workflow's webhook: the default payload, the classic one, and more.

The body is what the workflow's template says. Each value is read under any of the names below.
Source: docs.newrelic.com/docs/alerts/get-notified: alert-event-workflows,
custom-variables-alert-event-workflows.
"""

from functools import partial
from typing import Any

from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.fields import optional_text, unnamed, wanted_id
from tocsin.providers.kept import annotations
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, moment, quoted, text, web_link
from tocsin.providers.synonyms import first

PROVIDER = "newrelic"

_IDS = ("issueId", "issue_id", "incident_id", "id")
_STATES = ("state", "current_state", "status")
_ACCOUNTS = ("accountId", "account_id", "nrAccountId")
_PRIORITIES = ("priority", "severity")
_TITLES = ("title", "issueTitle", "name", "condition_name", "details")
_LINKS = ("issueUrl", "issuePageUrl", "issue_url", "incident_url", "url")
_STARTS = ("activatedAt", "createdAt")
_ENDS = ("closedAt", "updatedAt", "timestamp")
_LISTS = {
    "entities": ("impactedEntities", "targets"),
    "policies": ("alertPolicyNames", "policy_name"),
    "conditions": ("alertConditionNames", "condition_name"),
}
_TOLD = (*_IDS, *_STATES, *_TITLES, *_LINKS, *_STARTS, *_ENDS, "policy_name")

_STATUS: dict[str, Status] = {
    "activated": "firing", "active": "firing", "open": "firing", "closed": "resolved",
}  # fmt: skip
# A created issue is activated next, and one that somebody works on is neither new nor over.
_LEFT_ALONE = ("created", "acknowledged", "investigating")
_EXPECTED = "ACTIVATED, ACKNOWLEDGED or CLOSED"


def parse(payload: Any, _received_at_s: float) -> list[Entry]:
    """Read one notification about one issue."""
    if type(payload) is not dict:
        raise InvalidPayload(f"newrelic: expected an object, got {kind(payload)}")
    if not any(name in payload for name in _IDS):
        raise InvalidPayload("newrelic: issueId: expected the id of an issue, got null", "issueId")
    word, path = first(payload, _STATES)
    status = _STATUS.get(word.strip().lower()) if type(word) is str else None
    if status is None and type(word) is str and word.strip().lower() in _LEFT_ALONE:
        if text(payload.get("trigger")) != "PRIORITY_CHANGED":
            return []
        # It became more urgent while somebody works on it.
        status = "firing"
    return read_one(payload, partial(_read, status, word, path))


def _read(status: Status | None, word: Any, path: str, payload: dict[str, Any]) -> Alert:
    if status is None:
        if type(word) is not str:
            raise expected(_EXPECTED, word, path)
        raise InvalidAlert(f"expected {_EXPECTED}, got {quoted(word)}", path)
    issue = wanted_id(*first(payload, _IDS))
    title = _words(first(payload, _TITLES)[0]) or f"New Relic issue {issue}"
    account = optional_text(*first(payload, _ACCOUNTS))
    # The classic payload has one time: when the issue changed to the state it is in.
    starts = (*_STARTS, "timestamp") if status == "firing" else _STARTS
    ended_at_s = moment(*first(payload, _ENDS))
    return Alert(
        name=title[:LABEL_NAME_CHARACTERS],
        status=status,
        severity=severity_of(text(first(payload, _PRIORITIES)[0])),
        # More conditions, entities and titles come to an issue while it is open.
        labels=unnamed({"issue": issue, "account": account}),
        annotations=_annotations(payload, title),
        starts_at_s=moment(*first(payload, starts)),
        ends_at_s=ended_at_s if status == "resolved" else None,
        observed_at_s=moment(payload.get("updatedAt"), "updatedAt"),
        provider=PROVIDER,
        url=web_link(first(payload, _LINKS)[0]),
    )


def _annotations(payload: dict[str, Any], title: str) -> dict[str, str]:
    said = {name: _words(first(payload, fields)[0]) for name, fields in _LISTS.items()}
    details = text(payload.get("details"))
    description = "" if details == title else details
    return annotations(
        {"summary": title, "description": description, **said}, payload, without=_TOLD
    )


def _words(value: Any) -> str:
    """Return a text, or the texts and names in a list, as one text."""
    if type(value) is not list:
        return text(value)
    named = (item.get("name") if type(item) is dict else item for item in value)
    return ", ".join(item for item in named if type(item) is str and item)
