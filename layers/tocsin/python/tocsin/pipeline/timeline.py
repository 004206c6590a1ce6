"""What became of one run of an alert: read from the journal, the last hours first."""

from collections.abc import Callable

import msgspec

from tocsin.domain.journal import Record
from tocsin.domain.occurrences import Entry, concerns, occurrences
from tocsin.pipeline.onealert import OneAlert
from tocsin.ports import Journal

# How far back it looks, and how many entries it has at most.
SPAN_S = 86_400.0
ENTRIES_LIMIT = 1_000
# After the end, for what is still told.
_AFTER_S = 3_600.0
# Clocks differ, and senders stamp their alerts.
_SLACK_S = 300.0
_HOUR_S = 3_600.0
# The journal orders by milliseconds, and both ends of what is read are part of it.
_MOMENT_S = 0.001
# How many records are read between two looks at the clock.
_LOOK_EVERY = 256


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """What happened since `from_s`, oldest first; `is_cut` if more had happened before."""

    entries: tuple[Entry, ...]
    from_s: float
    is_cut: bool


def timeline(
    journal: Journal, tenant: str, alert: OneAlert, now_s: float, has_time: Callable[[], bool]
) -> Timeline:
    """Return what became of a run of an alert, as far back as the limits and the time allow."""
    changed_at_s = max(each.member.changed_at_s for each in alert.standings)
    to_s = min(now_s, changed_at_s + _AFTER_S) if alert.is_over else now_s
    wanted_s = max(alert.began_at_s, to_s - SPAN_S) - _SLACK_S
    records, from_s = _read(
        journal, tenant, alert.fingerprint, (wanted_s, to_s + _SLACK_S), has_time
    )
    episodes = {each.member.episode for each in alert.standings}
    kept = alert.handling.actions if alert.handling is not None else ()
    found = occurrences(records, alert.fingerprint, episodes, kept)
    has_begun = any(entry.what in ("new", "reopened") for entry in found)
    is_cut = len(found) > ENTRIES_LIMIT or (from_s > alert.began_at_s and not has_begun)
    return Timeline(entries=tuple(found[-ENTRIES_LIMIT:]), from_s=from_s, is_cut=is_cut)


def _read(
    journal: Journal,
    tenant: str,
    fingerprint: str,
    span_s: tuple[float, float],
    has_time: Callable[[], bool],
) -> tuple[list[Record], float]:
    """Read hour by hour, the last one first; return what was read, and since when that is."""
    records: list[Record] = []
    from_s, end_s = span_s
    while end_s > from_s and has_time():
        begin_s = max(from_s, (end_s - _MOMENT_S) // _HOUR_S * _HOUR_S)
        part = _hour(journal, tenant, fingerprint, (begin_s, end_s - _MOMENT_S), has_time)
        if part is None:
            break
        records += part
        end_s = begin_s
    return records, end_s


def _hour(
    journal: Journal,
    tenant: str,
    fingerprint: str,
    span_s: tuple[float, float],
    has_time: Callable[[], bool],
) -> list[Record] | None:
    """Return the records of a span that may concern an alert; None if the time is over first."""
    part: list[Record] = []
    for count, record in enumerate(journal.read(tenant, *span_s)):
        if count % _LOOK_EVERY == 0 and not has_time():
            return None
        if concerns(record, fingerprint):
            part.append(record)
    return part
