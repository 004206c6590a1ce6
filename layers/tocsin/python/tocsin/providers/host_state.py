"""Notifications about hosts and services, as the family of Nagios words them."""

from typing import Any

import msgspec

from tocsin.domain.alert import Alert, Severity, Status, severity_of
from tocsin.domain.errors import InvalidAlert
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.reading import quoted

# The name of the alert that a host itself is: services have names of their own.
HOST_CHECK = "Host check"

_GOOD = ("OK", "UP")
_SEVERITIES: dict[str, Severity] = {
    "DOWN": "critical", "CRITICAL": "critical", "CRIT": "critical",
    "WARNING": "warning", "WARN": "warning",
    # Nobody knows about these: an UNREACHABLE host lies behind another that is DOWN.
    "UNKNOWN": "warning", "UNKN": "warning", "UNREACHABLE": "warning", "UNREACH": "warning",
    "OK": "info", "UP": "info",
}  # fmt: skip

_QUIET = ("ACKNOWLEDGEMENT", "FLAPPINGSTART", "DOWNTIMESTART", "CUSTOM")
# While these last nothing is sent, so what they leave behind may be that all is well.
_ENDS = (
    "FLAPPINGSTOP", "FLAPPINGEND", "FLAPPINGDISABLED",
    "DOWNTIMEEND", "DOWNTIMECANCELLED", "DOWNTIMEREMOVED",
)  # fmt: skip


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One notification; `service` is "" where the host itself is meant."""

    provider: str
    type: str
    type_path: str
    state: str
    host: str
    service: str
    site: str = ""
    at_s: float | None
    said: dict[str, Any]
    others: dict[str, Any]
    holds_until_s: float | None = None
    url: str = ""


def status_of(note: Notification) -> Status | None:
    """Return what a notification says, and None if it neither opens nor closes anything.

    Raises InvalidAlert for a type that nobody foresaw.
    """
    if note.type == "PROBLEM":
        return "firing"
    if note.type == "RECOVERY":
        return "resolved"
    if note.type in _ENDS:
        return "resolved" if note.state in _GOOD else None
    if note.type in _QUIET or note.type.startswith("ALERTHANDLER"):
        return None
    raise InvalidAlert(f"expected PROBLEM or RECOVERY, got {quoted(note.type)}", note.type_path)


def alert(note: Notification, status: Status) -> Alert:
    """Return the alert of a notification. Raises InvalidAlert for labels above a limit."""
    name = note.service or HOST_CHECK
    labels = {"alertname": name, "host": note.host, "service": note.service, "site": note.site}
    return Alert(
        name=name,
        status=status,
        severity=_SEVERITIES.get(note.state) or severity_of(note.state),
        labels=check_labels(labels),
        annotations=annotations({**note.said, "state": note.state}, note.others),
        ends_at_s=note.at_s if status == "resolved" else None,
        observed_at_s=note.at_s,
        holds_until_s=note.holds_until_s if status == "firing" else None,
        provider=note.provider,
        url=note.url,
    )
