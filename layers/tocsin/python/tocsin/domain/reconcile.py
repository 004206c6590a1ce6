"""What a receiver must be told next: the difference between `members` and `told`."""

from collections.abc import Mapping

import msgspec

from tocsin.domain.alert import Alert, Status, place
from tocsin.domain.config import Receiver
from tocsin.domain.decision import (
    ENRICHED,
    PARTLY_OVER,
    Decision,
    close,
    decide,
    is_known,
    shown,
    told_of,
)
from tocsin.domain.group import Group, Intent, Member, Outcome, Step, Told, alert_of, is_digest
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.reminding import snooze_ends
from tocsin.domain.suppressed import suppressed


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """How a group is looked at: what may not be told and why, what is told again.

    `silence` says why nothing may be told at all. `collapses`: what ended and fired again since
    the last look is what it was, to the receiver. `again` says why what fires is told though
    nothing is new. `revived` are alerts of a notification that was dead-lettered, `untold` those
    that fire as the digest of the receiver has yet to tell, so that nothing else is said of them.
    """

    muted: Mapping[str, str] = {}
    silence: str = ""
    collapses: bool = False
    again: str = ""
    revived: frozenset[str] = frozenset()
    untold: frozenset[str] = frozenset()

    def hides(self, name: str) -> bool:
        """Tell whether an alert is not shown beside what is new."""
        return name in self.muted or name in self.untold


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to do for one group: what to send, and steps that are settled without sending.

    `news` are the alerts of the steps, in their order. `alerts` are those and what else fires, as
    the receiver gets them. `muted` are those that wait, and why.
    """

    steps: tuple[Step, ...] = ()
    news: tuple[Alert, ...] = ()
    alerts: tuple[Alert, ...] = ()
    reason: str = ""
    truncated: int = 0
    # The ends of snoozes of which its notification says nothing; those of which its steps do not.
    unsaid_ends: dict[str, float] = {}
    owed_ends: dict[str, float] = {}
    told: dict[str, Told]
    muted: dict[str, str] = {}
    records: tuple[DeliveryRecord, ...] = ()
    # Whether sending this leaves other steps untold.
    more: bool = False
    # Whether what is new follows something that the digest of the receiver has yet to say.
    is_behind: bool = False
    # Since when it was to be told; 0: it is not known.
    due_at_s: float = 0.0
    # When the group looked at all that was new before this look, which is none if it must wait.
    flushed_before_s: float = 0.0
    # Who has all of it in hand, where it says that and no more.
    acknowledged_by: str = ""


_PLAIN = Look()
_FOR_NOBODY = "its receiver tells nobody"
_IN_DIGEST = "the digest of its receiver has yet to tell of it"


def plan(group: Group, receiver: Receiver, at_s: float, look: Look = _PLAIN) -> Plan:
    """Return what to send now, at most `receiver.max_alerts` of it: firing alerts first.

    What was revived goes alone, and whole: if nothing has changed since, that is the very
    notification that may have arrived before, under its key.
    """
    found = _Findings(group, receiver, at_s, look)
    for member in group.members.values():
        found.look_at(member)
    found.steps.sort(key=lambda pair: _order(pair[0]))
    again = [pair for pair in found.steps if pair[0].fingerprint in look.revived]
    sayable = _in_turn(found.steps) if is_digest(group.key) else found.steps
    chosen = again or sayable[: _limit(receiver)]
    is_followed = any(step.episode < group.members[step.fingerprint].episode for step, _ in chosen)
    planned = Plan(
        steps=tuple(step for step, _ in chosen),
        news=tuple(alert for _, alert in chosen),
        told=found.told,
        muted=found.muted,
        records=tuple(found.records),
        more=is_followed or len(found.steps) > len(chosen),
    )
    if not chosen and (look.silence or not look.again):
        return planned
    # What a digest told may be over: it shows only what is new.
    is_alone = bool(again) or is_digest(group.key)
    said = {step.fingerprint for step, _ in chosen}
    beside = [] if is_alone else found.beside(said)
    alerts, fires_on = [alert for _, alert in beside], found.fires_on(said)
    filled = _filled(planned, alerts, receiver, look.again, fires_on=fires_on)
    if is_digest(group.key):
        return filled
    # Who gets only the first of what is new knows how many there are; so it is with what is known.
    room = len(filled.alerts) - len(filled.news)
    kept = beside if receiver.truncates else beside[: max(0, room)]
    return _with_ends(filled, group, {name for name, _ in kept})


class _Findings:
    """What a look at each alert of a group comes to."""

    def __init__(self, group: Group, receiver: Receiver, at_s: float, look: Look) -> None:
        self.told = {name: value for name, value in group.told.items() if name in group.members}
        self.steps: list[tuple[Step, Alert]] = []
        self.records: list[DeliveryRecord] = []
        self.muted: dict[str, str] = {}
        self._group = group
        self._receiver = receiver
        self._at_s = at_s
        self._look = look

    def look_at(self, member: Member) -> None:
        """Settle what needs no sending; note what is left to tell, or may not be told."""
        decision = self._decide(member)
        while decision.step is not None and decision.reason:
            self._settle(decision, decision.step)
            decision = self._decide(member)
        step, alert = decision.step, decision.alert
        if step is None or alert is None:
            return
        why = self._why_not(step)
        if why and step.fingerprint not in self._look.revived:
            self.muted[step.fingerprint] = why
        else:
            self.steps.append((step, alert))

    def _why_not(self, step: Step) -> str:
        """Return why a step may not be told now; an end may, if only its alert is muted."""
        if step.found == "update" and step.fingerprint in self._look.untold:
            return _IN_DIGEST
        muted = self._look.muted.get(step.fingerprint, "") if step.step == "firing" else ""
        return self._look.silence or muted

    def beside(self, chosen: set[str]) -> list[tuple[str, Alert]]:
        """Return what fires in the group beside what is new, as far as it may be told.

        First that of whose snooze people are to hear that it ended.
        """
        found = [
            (name, shown(member.alert, self.told[name]))
            for name, member in self._group.members.items()
            if name not in chosen and not self._look.hides(name) and is_known(member, self.told)
        ]
        ends = snooze_ends(self._group, self.told)
        return sorted(found, key=lambda pair: pair[0] not in ends) if ends else found

    def fires_on(self, chosen: set[str]) -> bool:
        """Tell whether anything else fires as the receiver knows, shown or not.

        What is silenced, inhibited or put off since it was told is no end of it.
        """
        return any(
            name not in chosen and is_known(member, self.told)
            for name, member in self._group.members.items()
        )

    def _decide(self, member: Member) -> Decision:
        told = self.told.get(member.fingerprint)
        decision = decide(member, told, self._receiver, collapses=self._look.collapses)
        if self._receiver.kind == "nobody" and decision.step is not None and not decision.reason:
            sources = (decision.step.source,)
            return msgspec.structs.replace(decision, reason=_FOR_NOBODY, sources=sources)
        return decision

    def _settle(self, decision: Decision, step: Step) -> None:
        before = self.told.get(step.fingerprint)
        # An end that was dead-lettered is still owed, whatever came and went since.
        is_owed = before is not None and before.step == "resolved" and before.is_dead
        by = before.by if before is not None and is_owed else decision.by
        outcome: Outcome = "delivered" if decision.is_known else "suppressed"
        # What goes on to the receiver has gone on since it was told.
        goes_on = before is not None and decision.is_known and step.step == "firing"
        since_s = before.since_s if before is not None and goes_on else 0.0
        settled = told_of(step, "dead" if is_owed else outcome, by, since_s)
        if before is not None and goes_on and before.episode == step.episode:
            settled = msgspec.structs.replace(
                settled, unsaid_end_s=before.unsaid_end_s, end_by=before.end_by
            )
        self.told[step.fingerprint] = settled
        reason = _excused(self._group, decision, step)
        self.records.extend(suppressed(self._group, step, decision.sources, reason, self._at_s))


def _order(step: Step) -> tuple[bool, Status, str]:
    """Order what is new: what fires, what ended, and last what is only told more about."""
    return step.found == "update", step.step, step.fingerprint


def _in_turn(steps: list[tuple[Step, Alert]]) -> list[tuple[Step, Alert]]:
    """Leave out what began in another group of a receiver after an end that is told here."""
    ends = {alert_of(step.fingerprint): step.episode for step, _ in steps if step.step != "firing"}
    return [
        (step, alert)
        for step, alert in steps
        if step.step != "firing"
        or step.episode < ends.get(alert_of(step.fingerprint), step.episode + 1)
    ]


def _limit(receiver: Receiver) -> int | None:
    """Return how many steps one notification may tell; None: all."""
    return None if receiver.truncates else receiver.max_alerts or None


def _filled(
    planned: Plan, beside: list[Alert], receiver: Receiver, again: str, *, fires_on: bool
) -> Plan:
    """Put alerts into a notification, what is new first, up to what the receiver takes.

    Of more that is new than it takes, it gets what Alertmanager would list first.
    """
    new = sorted(planned.news, key=place) if receiver.truncates else planned.news
    alerts = [*new, *beside]
    kept = alerts[: receiver.max_alerts or None]
    is_repeat = not planned.steps
    return msgspec.structs.replace(
        planned,
        alerts=tuple(kept),
        truncated=len(alerts) - len(kept),
        reason=_reason(planned, again, fires_on=fires_on) if alerts else "",
        more=planned.more and not is_repeat,
    )


def _with_ends(planned: Plan, group: Group, beside: set[str]) -> Plan:
    """Note the ends of snoozes that stay owed when this is told with what it has beside."""
    said = {step.fingerprint for step in planned.steps}
    ends = snooze_ends(group, planned.told)
    owed = {name: end_s for name, end_s in ends.items() if name not in said}
    if not owed:
        return planned
    unsaid = {name: end_s for name, end_s in owed.items() if name not in beside}
    return msgspec.structs.replace(planned, owed_ends=owed, unsaid_ends=unsaid)


def _reason(planned: Plan, again: str, *, fires_on: bool) -> str:
    """Say why a notification is sent. Source: Alertmanager, notify/notify.go, NotifyReason.

    What fires and is told `again` is more than that something was found out about it.
    """
    news = [step for step in planned.steps if step.found != "update"]
    fires = [step for step in news if step.step == "firing"]
    if fires and all(step.round for step in fires):
        return "escalation repeated"
    if fires:
        is_first = all(told.step == "resolved" for told in planned.told.values())
        return "first notification" if is_first else "new alerts added"
    if news:
        is_partial = fires_on or len(news) < len(planned.steps)
        return PARTLY_OVER if is_partial else "all alerts resolved"
    return again or (ENRICHED if planned.steps else "")


def resume(group: Group, intent: Intent, at_s: float) -> Plan:
    """Return what stands beside an intent that is sent again: ends that were settled silently."""
    records: list[DeliveryRecord] = []
    for step in intent.steps:
        member, told = group.members.get(step.fingerprint), group.told.get(step.fingerprint)
        if member is None or told is None or told.step != "firing" or told.episode >= step.episode:
            continue
        end = close(member, told, False)
        assert end.step is not None
        records.extend(suppressed(group, end.step, end.sources, end.reason, at_s))
    return msgspec.structs.replace(as_it_is(group), records=tuple(records), more=True)


def as_it_is(group: Group) -> Plan:
    """Return the plan to change nothing."""
    return Plan(told=dict(group.told), muted=dict(group.muted))


def _excused(group: Group, decision: Decision, step: Step) -> str:
    """Return why a step is not told, with what kept the alert from being told before."""
    why = group.muted.get(step.fingerprint)
    is_over = step.step == "resolved" and not decision.is_known
    return f"{why}; {decision.reason}" if why is not None and is_over else decision.reason
