"""The digest of a receiver: what its groups may not say each by itself is told together.

It is a group of its own, with a lease, intents and books like any other. Groups hand it the steps
that they owe, each on condition that the digest has not changed; the same step handed twice is
one. What it told is remembered for an hour, far longer than a hand-over can take to end.

It knows what it was handed, and not what groups tell by themselves. So it ends an earlier run of
an alert only if the end of that was handed to it (`Member.closed`), and shows nothing beside.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec
from msgspec.structs import replace

from tocsin.domain.alert import Alert
from tocsin.domain.decision import DIGESTED, is_pending
from tocsin.domain.group import Group, GroupKey, Intent, Member, Step, Told, alert_of
from tocsin.domain.grouping import IDLE_S, compact
from tocsin.domain.journal import Record, TransitionRecord
from tocsin.domain.owed import step_accepted_at_s
from tocsin.domain.suppressed import suppressed

HANDED = "told in the digest of its receiver"
_OVERTAKEN = "it ended and fired again before the digest told it"
_REMEMBERED_S = 3600.0


class HandedOver(msgspec.Struct, frozen=True):
    """A digest after steps were handed to it; `is_changed` where that is something new."""

    group: Group
    records: tuple[Record, ...]
    is_changed: bool


def is_handed_over(told: Told | None) -> bool:
    """Tell whether the last step of an alert was handed to the digest."""
    return told is not None and told.by == DIGESTED


def owes(digest: Group, names: Iterable[str]) -> bool:
    """Tell whether a digest has yet to say something of any of these alerts."""
    wanted = set(names)
    sending = digest.intent.steps if digest.intent is not None else ()
    return any(alert_of(step.fingerprint) in wanted for step in sending) or any(
        alert_of(name) in wanted and is_pending(member, digest.told)
        for name, member in digest.members.items()
    )


def is_dead_in(digest: Group, names: Iterable[str]) -> bool:
    """Tell whether what a digest was to say of any of these alerts is a dead letter.

    What follows is for the digest, which knows whether it was refused, and so that what is redriven
    is not told behind its end.
    """
    wanted = set(names)
    return any(alert_of(name) in wanted and told.is_dead for name, told in digest.told.items())


def has_news(digest: Group) -> bool:
    """Tell whether a digest has anything to say that it may."""
    return digest.intent is not None or any(
        name not in digest.muted and is_pending(member, digest.told)
        for name, member in digest.members.items()
    )


def hand_over(digest: Group, handed: Iterable[tuple[Group, Intent]], now_s: float) -> HandedOver:
    """Return a digest with the steps of intents of groups, and what the books hear."""
    members, records = dict(_kept(digest, now_s)), list[Record]()
    changed, version = False, digest.config_version
    for group, intent in handed:
        version = max(version, group.config_version)
        for step, alert in zip(intent.steps, intent.alerts, strict=True):
            name = _name(members, group.key, step)
            known = members.get(name)
            entry = _entry(digest, known, group, replace(step, fingerprint=name), alert, now_s)
            if entry is None:
                continue
            entry = replace(entry, accepted_at_s=step_accepted_at_s(group, step))
            changed = True
            members[name] = entry
            records += _overtaken(digest, known, entry, now_s)
            records.append(_transition(digest, entry, step, now_s))
    merged = replace(
        digest,
        members=members,
        config_version=version,
        urgent=any(
            each.alert.is_urgent and is_pending(each, digest.told) for each in members.values()
        ),
        expires_at_s=now_s + IDLE_S,
    )
    return HandedOver(merged, tuple(records), changed)


def _kept(digest: Group, now_s: float) -> Iterator[tuple[str, Member]]:
    """Yield what is still to be said, what a dead letter is about, and briefly what was said."""
    for name, member in digest.members.items():
        told = digest.told.get(name)
        if is_pending(member, digest.told) or (told is not None and told.is_dead):
            yield name, member
        elif _last_at_s(member, told) + _REMEMBERED_S > now_s:
            yield name, compact(member) if member.alert.labels else member


def _last_at_s(member: Member, told: Told | None) -> float:
    """Return when an alert was last handed over or told."""
    return max(member.changed_at_s, told.since_s if told is not None else 0.0)


def _name(members: Mapping[str, Member], origin: GroupKey, step: Step) -> str:
    """Return under which name a digest holds an alert of a group.

    Several groups of a receiver may have it. What began in all of them with one event is told once;
    what did not is another story, and has the group in its name.
    """
    own = f"{step.fingerprint}@{origin.id}"
    known = members.get(step.fingerprint)
    is_another = known is not None and known.handed_by != origin and known.episode != step.episode
    return own if own in members or is_another else step.fingerprint


def _entry(
    digest: Group, known: Member | None, group: Group, step: Step, alert: Alert, now_s: float
) -> Member | None:
    """Return what a digest holds of an alert once a step is handed over; None: it knows."""
    is_end = step.step == "resolved"
    if known is None or known.episode < step.episode:
        entry = _anew(digest, known, group.key, step, alert, now_s)
        owed = _dead_end(group, step)
        return replace(entry, told_before=owed, closed=(owed, "")) if owed else entry
    if known.episode > step.episode or known.status == step.step or not is_end:
        return None
    return replace(
        known, status="resolved", alert=alert, resolved_by=step.source, changed_at_s=now_s
    )


def _anew(
    digest: Group, known: Member | None, origin: GroupKey, step: Step, alert: Alert, now_s: float
) -> Member:
    is_end = step.step == "resolved"
    closed = None if known is None else _closed(digest, known)
    fired_by = "" if is_end else step.source
    # Its group told that it fires, unless it goes on there as what the digest has not told.
    told_before = known.told_before if known is not None and _owes_end(digest, known) else 0
    if is_end:
        told_before = step.episode
    if is_end and known is not None and _is_unheard(digest, known):
        fired_by, told_before = known.fired_by, known.told_before
        closed = closed or (known.episode, step.source)
    return Member(
        fingerprint=step.fingerprint,
        episode=step.episode,
        status=step.step,
        alert=alert,
        order_at_s=now_s,
        changed_at_s=now_s,
        fired_by=fired_by,
        resolved_by=step.source if is_end else "",
        closed=closed,
        told_before=told_before,
        handed_by=origin,
    )


def _dead_end(group: Group, step: Step) -> int:
    """Return which episode a receiver may believe to fire, since its end is a dead letter; or 0.

    Where what fires now ends before the digest tells it, nothing else would ever end that.
    """
    told = group.told.get(alert_of(step.fingerprint))
    is_owed = told is not None and told.is_dead and told.step == "resolved"
    return told.episode if told is not None and is_owed and step.step == "firing" else 0


def _is_unheard(digest: Group, known: Member) -> bool:
    """Tell whether a firing is not settled yet: what ends behind it is its end, then."""
    return known.status == "firing" and is_pending(known, digest.told)


def _owes_end(digest: Group, known: Member) -> bool:
    """Tell whether the digest has yet to end what the group of an alert told."""
    told = digest.told.get(known.fingerprint)
    is_told = told is not None and not told.is_dead and told.episode >= known.told_before
    return known.told_before > 0 and not is_told and is_pending(known, digest.told)


def _closed(digest: Group, known: Member) -> tuple[int, str] | None:
    """Return which end the digest has yet to tell before what comes now, and what ended it."""
    is_heard = known.told_before < known.episode and _owes_end(digest, known)
    believed = _believed(digest, known.fingerprint)
    if known.closed is not None and (is_heard or known.closed[0] == believed):
        return known.closed
    return (known.episode, known.resolved_by) if known.status == "resolved" else None


def _believed(digest: Group, name: str) -> int | None:
    """Return which episode of an alert fires, as its receiver was told, or is being told now."""
    sending = digest.intent.steps if digest.intent is not None else ()
    for step in sending:
        if step.fingerprint == name and step.step == "firing":
            return step.episode
    told = digest.told.get(name)
    return told.episode if told is not None and told.step == "firing" else None


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
    step = Step(known.fingerprint, known.episode, known.status, "")
    sources = (known.fired_by, known.resolved_by)
    yield from suppressed(digest, step, sources, _OVERTAKEN, now_s)


def _transition(digest: Group, entry: Member, step: Step, now_s: float) -> Record:
    return TransitionRecord(
        source=step.source,
        fingerprint=alert_of(entry.fingerprint),
        verdict="resolved" if step.step == "resolved" else "new",
        group=digest.key.id,
        receiver=digest.key.receiver,
        episode=entry.episode,
        at_s=now_s,
    )
