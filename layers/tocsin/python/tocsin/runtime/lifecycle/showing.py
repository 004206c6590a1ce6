"""One alert, and what became of it, as JSON. Times are RFC 3339 in UTC; null: there is none."""

from collections.abc import Mapping
from typing import Any

from msgspec import to_builtins

from tocsin.domain.acknowledgement import is_of_acknowledgement
from tocsin.domain.config import TenantConfig
from tocsin.domain.digest import is_handed_over
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.group import Told
from tocsin.domain.handling import Action, Handling
from tocsin.domain.journal import EscalationRecord
from tocsin.domain.occurrences import Entry
from tocsin.domain.wire import rfc3339
from tocsin.pipeline.onealert import OneAlert, Standing
from tocsin.pipeline.timeline import Timeline
from tocsin.runtime.alertmanager.alerts import shown_name

_TELLS = ("delivered", "suppressed", "dead-lettered")
_Told = tuple[str, str | None]


def shown_alert(
    found: OneAlert, config: TenantConfig, timeline: Timeline | None = None
) -> dict[str, Any]:
    """Return an alert; when each receiver was told is only known with a timeline."""
    alert, newest = found.alert, found.newest
    told_at_s = _told_at_s(timeline) if timeline is not None else {}
    return {
        "tenant": config.tenant,
        "fingerprint": found.fingerprint,
        # Of what has been over for an hour the labels are forgotten.
        "alertmanager_fingerprint": alertmanager_fingerprint(alert.labels)
        if alert.labels
        else None,
        "state": found.state,
        "status": "resolved" if found.is_over else "firing",
        "episode": newest.episode,
        "name": alert.name,
        "severity": alert.severity,
        "labels": alert.labels,
        "annotations": alert.annotations,
        "provider": alert.provider,
        "url": alert.url,
        "value": alert.value,
        "starts_at": _moment(alert.starts_at_s),
        "ends_at": _moment(alert.ends_at_s),
        "holds_until": None if found.is_over else _moment(newest.holds_until_s),
        "assignee": found.handling.assignee if found.handling is not None else "",
        "handling": _handling(found.handling),
        "silenced_by": list(found.silenced_by),
        "inhibited_by": found.inhibited_by,
        "enrichment": None if alert.enrichment is None else to_builtins(alert.enrichment),
        "groups": [_group(each, config, told_at_s) for each in found.standings],
    }


def shown_timeline(timeline: Timeline, config: TenantConfig) -> dict[str, Any]:
    """Return what happened, oldest first, and since when that is known."""
    return {
        "from": rfc3339(timeline.from_s),
        "is_cut": timeline.is_cut,
        "entries": [_entry(each, config) for each in timeline.entries],
    }


def _handling(handling: Handling | None) -> dict[str, Any]:
    known = handling or Handling()
    return {
        "acknowledged_by": known.acknowledged_by,
        "snoozed_by": known.snoozed_by,
        "snoozed_until": _moment(known.snoozed_until_s or None),
        "resolved_by": known.resolved_by,
        "actions": [_action(each) for each in known.actions],
    }


def _action(action: Action) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": action.id,
        "kind": action.kind,
        "by": action.by,
        "at": rfc3339(action.at_s),
        "text": action.text,
    }
    if action.kind == "assign":
        shown["assignee"] = action.assignee
    if action.kind == "snooze":
        shown["until"] = rfc3339(action.until_s)
    return shown


def _group(
    standing: Standing, config: TenantConfig, told_at_s: Mapping[_Told, float]
) -> dict[str, Any]:
    group, member = standing.group, standing.member
    told = group.told.get(member.fingerprint)
    return {
        "key": str(group.key),
        "receiver": shown_name(group.key.receiver, config),
        "integration": group.key.receiver,
        "episode": member.episode,
        "status": member.status,
        "told": None
        if told is None
        else {
            "step": told.step,
            "episode": told.episode,
            "outcome": _outcome(told),
            "at": _moment(told_at_s.get((group.key.id, told.step))),
        },
        "muted": list(standing.muted),
        "waiting": None
        if standing.waiting is None
        else {"for": standing.waiting.on, "until": _moment(standing.waiting.until_s)},
    }


def _outcome(told: Told) -> str:
    if is_handed_over(told):
        return "digested"
    if told.is_delivered:
        return "delivered"
    return "dead-lettered" if told.is_dead else told.outcome


def _told_at_s(timeline: Timeline) -> dict[_Told, float]:
    return {
        (entry.group, entry.step): entry.at_s
        for entry in timeline.entries
        if entry.what in _TELLS
        and entry.step is not None
        and not is_of_acknowledgement(entry.reason)
    }


def _entry(entry: Entry, config: TenantConfig) -> dict[str, Any]:
    shown: dict[str, Any] = {"at": rfc3339(entry.at_s), "what": entry.what}
    for name in ("step", "by", "text", "reason", "attempt", "provider", "source"):
        if value := getattr(entry, name):
            shown[name] = value
    if entry.assignee is not None:
        shown["assignee"] = entry.assignee
    if entry.receiver:
        shown["receiver"] = shown_name(entry.receiver, config)
        shown["integration"] = entry.receiver
    if entry.escalation is not None:
        shown["escalation"] = _escalation(entry.escalation)
    if entry.snoozed_until_s is not None:
        shown["until"] = rfc3339(entry.snoozed_until_s)
    return {**shown, **_row(entry)}


def _row(entry: Entry) -> dict[str, Any]:
    """Return how often a thing happened, and when the last time, where that was several times."""
    shown: dict[str, Any] = {"count": entry.count} if entry.count > 1 else {}
    if entry.until_s is not None:
        shown["last_at"] = rfc3339(entry.until_s)
    return shown


def _escalation(record: EscalationRecord) -> dict[str, Any]:
    return {
        "policy": record.policy,
        "step": record.step,
        "round": record.round,
        "receivers": list(record.receivers),
        "people": list(record.people),
    }


def _moment(at_s: float | None) -> str | None:
    return None if at_s is None else rfc3339(at_s)
