"""What happened to one run of an alert, worked out from the records that name it.

Records may be there twice and disagree, since a message may be redelivered: they are merged by
what they are about.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal

import msgspec

from tocsin.domain.alert import Status
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.journal import (
    ActionRecord,
    DeliveryRecord,
    EnvelopeRecord,
    EscalationRecord,
    GivenUpRecord,
    Record,
    TransitionRecord,
    Verdict,
)

Outcome = Literal["delivered", "suppressed", "dead-lettered", "failed"]
Escalated = Literal["escalated", "escalation-deferred", "escalation-stopped", "escalation-resumed"]
What = Literal["accepted", "duplicate"] | Verdict | Outcome | ActionKind | Escalated

# What senders repeat, minute by minute.
_REPEATED = {"accepted", "duplicate", "repeat", "stale"}
_ESCALATED: dict[str, Escalated] = {
    "step": "escalated",
    "deferred": "escalation-deferred",
    "stopped": "escalation-stopped",
    "resumed": "escalation-resumed",
}
_GIVEN_UP = "received too often without being finished"


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that happened; `count` times, the last time at `until_s`, if nothing else did.

    `receiver` and `group` (its id) are "" for what concerns them all. `source` names the accepted
    alert, or the action, that it is about.
    """

    at_s: float
    what: What
    receiver: str = ""
    group: str = ""
    by: str = ""
    text: str = ""
    reason: str = ""
    assignee: str | None = None
    snoozed_until_s: float | None = None
    step: Status | None = None
    attempt: int = 0
    provider: str = ""
    source: str = ""
    count: int = 1
    until_s: float | None = None
    escalation: EscalationRecord | None = None


def concerns(record: Record, fingerprint: str) -> bool:
    """Tell whether a record may say something of an alert."""
    if isinstance(record, EnvelopeRecord):
        return fingerprint in record.duplicates or fingerprint in record.forwarded.values()
    if isinstance(record, ActionRecord):
        return record.action.fingerprint == fingerprint
    # Letters name requests and places in them; there are few.
    return isinstance(record, GivenUpRecord) or record.fingerprint == fingerprint


def occurrences(
    records: Iterable[Record],
    fingerprint: str,
    episodes: Collection[int],
    kept: Iterable[Action] = (),
) -> list[Entry]:
    """Return what happened to the episodes of an alert, oldest first.

    `kept` are actions that are known, whether or not there is a record of them.
    """
    found = [record for record in records if concerns(record, fingerprint)]
    entries = _accepted(found, fingerprint, episodes)
    begin_s = min((each.at_s for each in entries if each.what == "accepted"), default=0.0)
    entries = [each for each in entries if each.at_s >= begin_s]
    entries += _transitions(found, episodes)
    entries += _deliveries(found, episodes)
    entries += _actions(found, episodes, kept)
    entries += _escalations(found, episodes)
    return list(_in_rows(sorted(entries, key=lambda each: each.at_s)))


def _accepted(found: Iterable[Record], fingerprint: str, episodes: Collection[int]) -> list[Entry]:
    transitions = [each for each in found if isinstance(each, TransitionRecord)]
    own = {each.source for each in transitions if each.episode in episodes}
    others = {each.source for each in transitions} - own
    entries: list[Entry] = []
    unsettled: set[str] = set()
    for record in _by_envelope(found).values():
        for source in _sources(record, fingerprint):
            if source not in others:
                entry = Entry(
                    at_s=record.at_s, what="accepted", provider=record.provider, source=source
                )
                entries.append(entry)
                unsettled.add(source)
        if count := record.duplicates.get(fingerprint):
            entries.append(
                Entry(at_s=record.at_s, what="duplicate", provider=record.provider, count=count)
            )
    return entries + list(_given_up(found, unsettled - own))


def _by_envelope(found: Iterable[Record]) -> dict[str, EnvelopeRecord]:
    """Return one record an envelope: of those of a redelivered one that which forwarded more."""
    known: dict[str, EnvelopeRecord] = {}
    for record in found:
        if isinstance(record, EnvelopeRecord):
            other = known.get(record.envelope)
            if other is None or len(other.forwarded) < len(record.forwarded):
                known[record.envelope] = record
    return known


def _sources(record: EnvelopeRecord, fingerprint: str) -> Iterator[str]:
    for index, name in record.forwarded.items():
        if name == fingerprint:
            yield f"{record.request}:{index}"


def _given_up(found: Iterable[Record], unsettled: set[str]) -> Iterator[Entry]:
    """Yield what no stage finished; what one has a record of since was sent again."""
    for record in found:
        if isinstance(record, GivenUpRecord):
            places = (f"{record.request}:{index}" for index in record.given_up)
            for source in unsettled & {*record.sources, *places}:
                yield Entry(at_s=record.at_s, what="dead-lettered", reason=_GIVEN_UP, source=source)


def _transitions(found: Iterable[Record], episodes: Collection[int]) -> Iterable[Entry]:
    known: dict[tuple[str, str, str], Entry] = {}
    for record in found:
        if isinstance(record, TransitionRecord) and record.episode in episodes:
            known.setdefault(
                (record.source or str(record.at_s), record.group, record.verdict),
                Entry(
                    at_s=record.at_s,
                    what=record.verdict,
                    receiver=record.receiver,
                    group=record.group,
                    reason=record.reason,
                    source=record.source,
                ),
            )
    return known.values()


def _deliveries(found: Iterable[Record], episodes: Collection[int]) -> Iterable[Entry]:
    known: dict[tuple[object, ...], Entry] = {}
    for record in found:
        if isinstance(record, DeliveryRecord) and record.episode in episodes:
            # There is one for each accepted alert behind a step.
            step = (record.group, record.episode, record.step)
            known.setdefault(
                (*step, record.outcome, record.key, record.attempt, record.reason),
                Entry(
                    at_s=record.at_s,
                    what="dead-lettered" if record.outcome == "dead" else record.outcome,
                    receiver=record.receiver,
                    group=record.group,
                    step=record.step,
                    reason=record.reason,
                    attempt=record.attempt,
                    source=record.source,
                ),
            )
    return known.values()


def _escalations(found: Iterable[Record], episodes: Collection[int]) -> Iterable[Entry]:
    """Return each step once: several receivers of one route climb together."""
    known: dict[tuple[object, ...], Entry] = {}
    for record in found:
        if isinstance(record, EscalationRecord) and record.episode in episodes:
            known.setdefault(
                (record.at_s, record.what, record.policy, record.step, record.round),
                Entry(
                    at_s=record.at_s,
                    what=_ESCALATED[record.what],
                    group=record.group,
                    reason=record.reason,
                    escalation=record,
                ),
            )
    return known.values()


def _actions(
    found: Iterable[Record], episodes: Collection[int], kept: Iterable[Action]
) -> Iterable[Entry]:
    """Return each action once: it had an effect if it had one in any group."""
    known: dict[str, Entry] = {each.id: _acted(each, "") for each in kept}
    for record in found:
        if isinstance(record, ActionRecord):
            action, before = record.action, known.get(record.action.id)
            is_own = action.episode in episodes or bool(record.reason)
            if is_own and (before is None or (before.reason and not record.reason)):
                known[action.id] = _acted(action, record.reason)
    return known.values()


def _acted(action: Action, reason: str) -> Entry:
    return Entry(
        at_s=action.at_s,
        what=action.kind,
        by=action.by,
        text=action.text,
        reason=f"no effect: {reason}" if reason else "",
        assignee=action.assignee if action.kind == "assign" else None,
        snoozed_until_s=action.until_s if action.kind == "snooze" else None,
        source=action.id,
    )


def _in_rows(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Put what is repeated, with nothing else between, into one entry with a count."""
    row: dict[tuple[str, ...], Entry] = {}
    for entry in entries:
        if entry.what not in _REPEATED:
            yield from row.values()
            row = {}
            yield entry
            continue
        name = (entry.what, entry.group, entry.reason, entry.provider)
        first = row.get(name)
        if first is None:
            row[name] = entry
        else:
            count = first.count + entry.count
            row[name] = msgspec.structs.replace(first, count=count, until_s=entry.at_s)
    yield from row.values()
