"""What a notification says to people, in no channel's words yet: plain text, most telling first."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from tocsin.adapters.receivers import enriched
from tocsin.adapters.receivers.enriched import Line
from tocsin.domain.actionlink import MessageAction
from tocsin.domain.alert import SEVERITIES, Alert, Severity
from tocsin.domain.decision import ENRICHED
from tocsin.domain.plaintext import plain_text
from tocsin.ports import Notification

State = Literal["firing", "resolved", "update"]

_TELLING_LABELS = 3
# They say where something is, so they come before others; the rest follows by name.
_WHERE = (
    "instance",
    "host",
    "hostname",
    "service",
    "job",
    "pod",
    "container",
    "namespace",
    "cluster",
    "region",
    "device",
    "mountpoint",
)
_KNOWN_OTHERWISE = {"alertname", "severity", "provider"}


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as people see it. Times are epoch seconds, None where nobody said."""

    name: str
    status: str
    severity: Severity
    summary: str
    since_s: float | None
    until_s: float | None
    # The most telling labels, and all others.
    labels: tuple[tuple[str, str], ...]
    other_labels: tuple[tuple[str, str], ...]
    runbook: str
    source: str
    # What was found out about it.
    found: tuple[Line, ...]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A notification as people see it. `more` alerts are not in `shown`."""

    title: str
    state: State
    # That of the worst alert that fires, or of the worst that ended.
    severity: Severity
    firing: int
    resolved: int
    shown: tuple[Shown, ...]
    more: int
    # Where all of it is; "" if nowhere.
    url: str
    # What can be done about it, by a link or a button.
    actions: tuple[MessageAction, ...] = ()


def message_of(notification: Notification, most: int, external_url: str = "") -> Message:
    """Return what a notification says, with at most `most` of its alerts."""
    alerts = notification.alerts
    firing = [alert for alert in alerts if alert.status == "firing"]
    told_apart = _told_apart(alerts, dict(notification.group.labels))
    shown = tuple(_shown(alert, told_apart) for alert in alerts[:most])
    return Message(
        title=_title(notification, len(firing)),
        state=_state(notification, firing),
        severity=min((each.severity for each in firing or alerts), key=SEVERITIES.index),
        firing=len(firing),
        resolved=len(alerts) - len(firing),
        shown=shown,
        more=len(alerts) - len(shown) + notification.truncated,
        url=notification.external_url or external_url,
        actions=notification.actions if firing else (),
    )


def _state(notification: Notification, firing: Sequence[Alert]) -> State:
    if notification.reason == ENRICHED:
        return "update"
    return "firing" if firing else "resolved"


def _title(notification: Notification, firing: int) -> str:
    """Return a title: what, how many, and the labels that all of it shares."""
    alerts = notification.alerts
    state = f"FIRING:{firing}" if firing else f"RESOLVED:{len(alerts)}"
    if notification.reason == ENRICHED:
        # Nothing happened: who sees it for another page is woken for nothing.
        state += ", more is known"
    names = ", ".join(dict.fromkeys(alert.name for alert in alerts))
    labels = ", ".join(
        f"{name}={value}" for name, value in notification.group.labels if name != "alertname"
    )
    return plain_text(f"[{state}] {names}" + (f" ({labels})" if labels else ""))


def _told_apart(alerts: Iterable[Alert], shared: dict[str, str]) -> dict[str, int]:
    """Rank label names by how much they tell: where something is, then what differs."""
    values: dict[str, set[str]] = {}
    for alert in alerts:
        for name, value in alert.labels.items():
            values.setdefault(name, set()).add(value)
    rank = {
        name: (
            name in shared,
            _WHERE.index(name) if name in _WHERE else len(_WHERE),
            len(found) == 1,
            name,
        )
        for name, found in values.items()
        if name not in _KNOWN_OTHERWISE
    }
    return {name: place for place, name in enumerate(sorted(rank, key=rank.__getitem__))}


def _shown(alert: Alert, told_apart: dict[str, int]) -> Shown:
    annotations = alert.annotations
    summary = annotations.get("summary") or annotations.get("description", "")
    names = sorted((name for name in alert.labels if name in told_apart), key=told_apart.get)  # type: ignore[arg-type]
    pairs = [(plain_text(name), plain_text(alert.labels[name])) for name in names]
    return Shown(
        name=plain_text(alert.name),
        status=alert.status,
        severity=alert.severity,
        summary=plain_text(summary),
        since_s=alert.starts_at_s,
        until_s=alert.ends_at_s if alert.status == "resolved" else None,
        labels=tuple(pairs[:_TELLING_LABELS]),
        other_labels=tuple(sorted(pairs[_TELLING_LABELS:])),
        runbook=annotations.get("runbook_url", ""),
        source=alert.url,
        found=tuple(enriched.lines(alert)),
    )
