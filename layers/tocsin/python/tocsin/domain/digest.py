"""The digest of a receiver: what its groups may not say each by itself is told together.

It is a group of its own, with a lease, intents and books like any other. Groups hand it the steps
that they owe, each on condition that the digest has not changed; the same step handed twice is
one. What it told is remembered for an hour, far longer than a hand-over can take to end.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.decision import is_pending
from tocsin.domain.group import ROOT, Group, GroupKey, Intent, Member, Step, Told
from tocsin.domain.grouping import IDLE_S
from tocsin.domain.journal import DeliveryRecord, Record, TransitionRecord
from tocsin.domain.owed import step_accepted_at_s

# Stands with what was handed over, where else the notification stands that was dead-lettered.
DIGESTED = "digest"
HANDED = "told in the digest of its receiver"
_OVERTAKEN = "it ended and fired again before the digest told it"
_ROUTE = f"{ROOT}@digest"
_REMEMBERED_S = 3600.0


class HandedOver(msgspec.Struct, frozen=True):
    """A digest after steps were handed to it; `is_changed` where that is something new."""

    group: Group
    records: tuple[Record, ...]
    is_changed: bool


def digest_key(key: GroupKey) -> GroupKey:
    """Return the key of the digest that a group hands over to."""
    return GroupKey(key.tenant, key.receiver, (), _ROUTE)


def is_digest(key: GroupKey) -> bool:
    """Tell whether a group is a digest."""
    return key.route == _ROUTE


def is_handed_over(told: Told | None) -> bool:
    """Tell whether the last step of an alert was handed to the digest."""
    return told is not None and told.by == DIGESTED


def owes(digest: Group, names: Iterable[str]) -> bool:
    """Tell whether a digest has yet to say something of any of these alerts."""
    wanted = set(names)
    sending = digest.intent.steps if digest.intent is not None else ()
    return any(step.fingerprint in wanted for step in sending) or any(
        name in wanted and is_pending(member, digest.told)
        for name, member in digest.members.items()
    )


def hand_over(digest: Group, group: Group, intent: Intent, now_s: float) -> HandedOver:
    """Return a digest with the steps of an intent of a group, and what the books hear."""
    members, records = dict(_kept(digest, now_s)), list[Record]()
    changed = len(members) != len(digest.members)
    for step, alert in zip(intent.steps, intent.alerts, strict=False):
        known = members.get(step.fingerprint)
        entry = _entry(known, group.key.id, step, alert, now_s)
        if entry is None:
            continue
        entry = replace(entry, accepted_at_s=step_accepted_at_s(group, step))
        changed = True
        members[step.fingerprint] = entry
        records += _overtaken(digest, known, entry, now_s)
        records.append(_transition(digest, entry, step, now_s))
    merged = replace(
        digest,
        members=members,
        config_version=max(digest.config_version, group.config_version),
        urgent=digest.urgent or group.urgent,
        expires_at_s=now_s + IDLE_S,
    )
    return HandedOver(merged, tuple(records), changed)


def _kept(digest: Group, now_s: float) -> Iterator[tuple[str, Member]]:
    """Yield what is still to be said or was said lately, and what a dead letter is about."""
    for name, member in digest.members.items():
        told = digest.told.get(name)
        is_dead = told is not None and told.is_dead
        is_recent = member.changed_at_s + _REMEMBERED_S > now_s
        if is_recent or is_dead or is_pending(member, digest.told):
            yield name, member


def _entry(
    known: Member | None, origin: str, step: Step, alert: Alert, now_s: float
) -> Member | None:
    """Return what a digest holds of an alert once a step is handed over; None: it knows.

    Of one that fires in several groups of its receiver, the digest tells once.
    """
    is_end = step.step == "resolved"
    if known is not None and known.origin != origin:
        if known.status == "firing" or is_end:
            return None
        return _anew(None, origin, replace(step, episode=known.episode + 1), alert, now_s)
    if known is None or known.episode < step.episode:
        return _anew(known, origin, step, alert, now_s)
    if known.episode > step.episode or known.status == step.step or not is_end:
        return None
    return replace(
        known, status="resolved", alert=alert, resolved_by=step.source, changed_at_s=now_s
    )


def _anew(known: Member | None, origin: str, step: Step, alert: Alert, now_s: float) -> Member:
    """Return a new entry, which knows the end before it that its receiver is still to hear of."""
    is_end = step.step == "resolved"
    before = 0 if known is None else known.told_before
    return Member(
        fingerprint=step.fingerprint,
        episode=step.episode,
        status=step.step,
        alert=alert,
        order_at_s=now_s,
        changed_at_s=now_s,
        fired_by="" if is_end else step.source,
        resolved_by=step.source if is_end else "",
        closed=_closed(known),
        told_before=step.episode if is_end else before,
        origin=origin,
    )


def _closed(known: Member | None) -> tuple[int, str] | None:
    if known is None:
        return None
    was_told_before = 0 < known.told_before < known.episode
    return known.closed if was_told_before else (known.episode, known.resolved_by)


def _overtaken(
    digest: Group, known: Member | None, entry: Member, now_s: float
) -> Iterator[Record]:
    """Yield records of what the digest will not say, since a later episode took its place."""
    if known is None or known.episode == entry.episode or not is_pending(known, digest.told):
        return
    told = digest.told.get(known.fingerprint)
    if known.told_before == known.episode or (told and told.episode == known.episode):
        # Its end is still told, before the new beginning.
        return
    for source in (known.fired_by, known.resolved_by):
        if source:
            yield DeliveryRecord(
                source=source,
                fingerprint=known.fingerprint,
                episode=known.episode,
                step=known.status,
                receiver=digest.key.receiver,
                group=digest.key.id,
                outcome="suppressed",
                reason=_OVERTAKEN,
                at_s=now_s,
            )


def _transition(digest: Group, entry: Member, step: Step, now_s: float) -> Record:
    return TransitionRecord(
        source=step.source,
        fingerprint=entry.fingerprint,
        verdict="resolved" if step.step == "resolved" else "new",
        group=digest.key.id,
        receiver=digest.key.receiver,
        episode=entry.episode,
        at_s=now_s,
    )
