"""What a receiver must be told next: the difference between `members` and `told`."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b

import msgspec

from tocsin.domain.alert import Alert, Status
from tocsin.domain.config import Receiver
from tocsin.domain.group import Group, GroupKey, Intent, Member, Outcome, Step, Told
from tocsin.domain.journal import DeliveryRecord


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do for one group: steps to send, and steps that are settled without sending."""

    steps: tuple[tuple[Step, Alert], ...]
    told: dict[str, Told]
    records: tuple[DeliveryRecord, ...]
    # Whether sending these steps leaves others untold.
    more: bool


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one member needs: a step to send, or a reason not to."""

    step: Step | None = None
    alert: Alert | None = None
    # Set where a step is settled without being sent.
    reason: str = ""
    sources: tuple[str, ...] = ()


_NOTHING = Decision()


def decide(member: Member, told: Told | None, send_resolved: bool) -> Decision:
    """Say what the receiver must hear next about one alert."""
    if told is not None and told.step == "firing" and told.episode < member.episode:
        return _close(member, told, send_resolved)
    is_settled = told is not None and told.episode == member.episode
    if member.status == "firing":
        if is_settled:
            return _NOTHING
        return Decision(step=_step(member, "firing", member.fired_by), alert=member.alert)
    if told is None or told.episode < member.episode:
        return _never_told(member)
    if told.step == "resolved":
        return _NOTHING
    return _close(member, told, send_resolved)


def plan(
    group: Group, receiver: Receiver, at_s: float, revived: frozenset[str] = frozenset()
) -> Plan:
    """Return what to send now, firing alerts first, at most `receiver.max_alerts` of them.

    What was revived goes alone, and whole: if nothing has changed since, that is the very
    notification that may have arrived before, under its key.
    """
    told = {name: value for name, value in group.told.items() if name in group.members}
    steps: list[tuple[Step, Alert]] = []
    records: list[DeliveryRecord] = []
    for member in group.members.values():
        decision = _settle_silently(group, member, told, records, receiver.send_resolved, at_s)
        if decision.step is not None and decision.alert is not None:
            steps.append((decision.step, decision.alert))
    steps.sort(key=lambda pair: (pair[0].step, pair[0].fingerprint))
    again = tuple(pair for pair in steps if pair[0].fingerprint in revived)
    chosen = again or tuple(steps[: receiver.max_alerts])
    is_followed = any(step.episode < group.members[step.fingerprint].episode for step, _ in chosen)
    return Plan(
        steps=chosen,
        told=told,
        records=tuple(records),
        more=is_followed or len(steps) > len(chosen),
    )


def resume(group: Group, intent: Intent, at_s: float) -> Plan:
    """Return what stands beside an intent that is sent again: ends that were settled silently."""
    records: list[DeliveryRecord] = []
    for step in intent.steps:
        member, told = group.members.get(step.fingerprint), group.told.get(step.fingerprint)
        if member is None or told is None or told.step != "firing" or told.episode >= step.episode:
            continue
        records.extend(_suppressed(group, _close(member, told, False), at_s))
    return Plan(steps=(), told=dict(group.told), records=tuple(records), more=True)


def _settle_silently(
    group: Group,
    member: Member,
    told: dict[str, Told],
    records: list[DeliveryRecord],
    send_resolved: bool,
    at_s: float,
) -> Decision:
    """Settle what needs no sending, in `told` and `records`; return what is left to decide."""
    decision = decide(member, told.get(member.fingerprint), send_resolved)
    while decision.step is not None and decision.reason:
        before = told.get(member.fingerprint)
        # An end that was dead-lettered is still owed, whatever came and went since.
        is_owed = before is not None and before.step == "resolved" and before.is_dead
        by = before.by if before is not None and is_owed else ""
        told[member.fingerprint] = _told(decision.step, "dead" if is_owed else "suppressed", by)
        records.extend(_suppressed(group, decision, at_s))
        decision = decide(member, told[member.fingerprint], send_resolved)
    return decision


def has_work(group: Group) -> bool:
    """Tell whether notify has anything to do for this group, whoever the receiver is."""
    return group.intent is not None or any(
        decide(member, group.told.get(member.fingerprint), True).step is not None
        for member in group.members.values()
    )


def intent_for(key: GroupKey, steps: Iterable[tuple[Step, Alert]], at_s: float) -> Intent:
    """Freeze steps into an intent; its key follows from what it says and to whom."""
    pairs = tuple(steps)
    return Intent(
        key=idempotency_key(key, (step for step, _ in pairs)),
        steps=tuple(step for step, _ in pairs),
        alerts=tuple(alert for _, alert in pairs),
        created_at_s=at_s,
    )


def idempotency_key(key: GroupKey, steps: Iterable[Step]) -> str:
    """Return the key of one notification: a pure function of tenant, receiver, group and steps."""
    said = sorted((step.fingerprint, step.episode, step.step) for step in steps)
    digest = blake2b(msgspec.json.encode((key, said)), digest_size=16)
    return f"toc_{digest.hexdigest()}"


def settle_steps(told: Mapping[str, Told], intent: Intent, outcome: Outcome) -> dict[str, Told]:
    """Return `told` after the steps of an intent ended with `outcome`."""
    settled = dict(told)
    for step in intent.steps:
        before = told.get(step.fingerprint)
        # Behind a refused firing an earlier end may still be owed: then the receiver may
        # believe that the alert fires, whichever episode it heard of.
        is_owed = outcome == "refused" and before is not None and before.is_dead
        ended = "dead" if is_owed else outcome
        by = intent.key if ended in ("dead", "refused") else ""
        settled[step.fingerprint] = _told(step, ended, by)
    return settled


def revive(told: Mapping[str, Told], key: str) -> tuple[dict[str, Told], frozenset[str]]:
    """Return `told` without the steps that were dead-lettered with one notification, and whose.

    So they are tried again. Letters and items of an earlier release do not say which
    notification it was (""): then all are.
    """
    revived: dict[str, Told] = {}
    names: set[str] = set()
    for name, value in told.items():
        if not value.is_dead or (key and value.by not in ("", key)):
            revived[name] = value
            continue
        names.add(name)
        if value.step == "resolved":
            # Only an episode that was told is ever ended at the receiver.
            revived[name] = Told(value.episode, "firing", "delivered")
    return revived, frozenset(names)


def suppressed(
    group: Group, step: Step, sources: Iterable[str], reason: str, at_s: float
) -> Iterator[DeliveryRecord]:
    """Yield the record of a step that is settled unsent, for each accepted alert behind it."""
    for source in sources:
        if source:
            yield DeliveryRecord(
                source=source,
                fingerprint=step.fingerprint,
                episode=step.episode,
                step=step.step,
                receiver=group.key.receiver,
                group=group.key.id,
                outcome="suppressed",
                reason=reason,
                at_s=at_s,
            )


def _close(member: Member, told: Told, send_resolved: bool) -> Decision:
    """End the episode that the receiver believes to be firing."""
    if member.status == "resolved" and member.episode == told.episode:
        source, alert = member.resolved_by, member.alert
    else:
        closed = member.closed
        source = closed[1] if closed is not None and closed[0] == told.episode else ""
        ends_at_s = member.alert.starts_at_s
        alert = msgspec.structs.replace(member.alert, status="resolved", ends_at_s=ends_at_s)
    step = Step(member.fingerprint, told.episode, "resolved", source)
    if told.outcome == "refused":
        return Decision(step=step, reason="its firing was dead-lettered", sources=(source,))
    if not send_resolved:
        return Decision(step=step, reason="the receiver takes no resolves", sources=(source,))
    return Decision(step=step, alert=alert)


def _never_told(member: Member) -> Decision:
    """Settle an episode that ended before anybody was told that it began."""
    if not member.fired_by:
        return _NOTHING
    return Decision(
        step=_step(member, "resolved", member.resolved_by),
        reason="resolved before anybody was told",
        sources=(member.fired_by, member.resolved_by),
    )


def _step(member: Member, step: Status, source: str) -> Step:
    return Step(member.fingerprint, member.episode, step, source)


def _told(step: Step, outcome: Outcome, by: str = "") -> Told:
    return Told(step.episode, step.step, outcome, by)


def _suppressed(group: Group, decision: Decision, at_s: float) -> Iterator[DeliveryRecord]:
    assert decision.step is not None
    return suppressed(group, decision.step, decision.sources, decision.reason, at_s)
