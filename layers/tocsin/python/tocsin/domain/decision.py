"""What a receiver must hear next about one alert, and why it need not hear it."""

from collections.abc import Mapping

import msgspec

from tocsin.domain.alert import Alert, Status
from tocsin.domain.config import Receiver
from tocsin.domain.group import Acknowledgement, Found, Group, Member, Outcome, Step, Told


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What one member needs: a step to send, or a reason not to."""

    step: Step | None = None
    alert: Alert | None = None
    # Set where a step is settled without being sent; `is_known`: the receiver knows as much.
    reason: str = ""
    sources: tuple[str, ...] = ()
    is_known: bool = False
    # What stays with the step that is settled so; see `Told.by`.
    by: str = ""


_NOTHING = Decision()

# Of a firing that was told to nobody, since it is news of the kind that is dropped.
IRRELEVANT = "irrelevant"
# Of a step that was handed to the digest of its receiver.
DIGESTED = "digest"
# Why a notification is sent that tells of ends alone, while others fire on.
PARTLY_OVER = "some alerts resolved"
# Why it is told again what fires, with what was found out about it.
ENRICHED = "enrichment added"


def decide(
    member: Member, told: Told | None, receiver: Receiver, *, collapses: bool = False
) -> Decision:
    """Say what the receiver must hear next about one alert."""
    send_resolved, told = receiver.send_resolved, _believed(member, told)
    if told is not None and told.step == "firing" and told.episode < member.episode:
        if collapses and _goes_on(member, told):
            return _fires_as_before(member, told)
        if not _is_ended_elsewhere(member, told):
            return close(member, told, send_resolved)
    is_settled = (
        told is not None and told.episode == member.episode and not is_due_again(member, told)
    )
    if member.status == "firing" and not is_settled:
        return _fires(member, told, receiver)
    if member.status == "resolved" and (told is None or told.episode < member.episode):
        return _never_told(member, told)
    if member.status == "firing" or told is None or told.step == "resolved":
        return _NOTHING
    return close(member, told, send_resolved)


def _believed(member: Member, told: Told | None) -> Told | None:
    """Return what a receiver was told last, here or before the alert came here."""
    before = member.told_before
    if before and (told is None or told.episode < before):
        return Told(before, "firing", "delivered")
    return told


def is_pending(member: Member, told: Mapping[str, Told]) -> bool:
    """Tell whether there is something to tell of an alert or to settle, to whom ever."""
    last = told.get(member.fingerprint)
    if last is None:
        # What was over before it was known need not be told.
        return bool(member.fired_by or member.told_before)
    is_news = last.episode < member.episode or last.step != member.status
    return is_news or is_due_again(member, last)


def is_dropped(member: Member) -> bool:
    """Tell whether an alert is irrelevant, and such alerts are told to nobody."""
    found = member.alert.enrichment
    return found is not None and found.is_dropped


def is_due_again(member: Member, told: Told) -> bool:
    """Tell whether a receiver knows that an alert fires and is to hear it anew.

    That is in another round of an escalation, or with what was found out since. Or it knows not,
    since the alert was irrelevant and is so no more.
    """
    is_same = told.episode == member.episode and told.step == member.status == "firing"
    is_relevant_now = told.by == IRRELEVANT and not is_dropped(member)
    return is_same and (told.round < member.round or is_relevant_now or is_update_due(member, told))


def is_update_due(member: Member, told: Told) -> bool:
    """Tell whether a receiver that heard of a firing is to be told what was found out since.

    Once an episode, and not if somebody has it in hand. When what was put off is told again, that
    says what was found as well.
    """
    is_same = told.episode == member.episode and told.step == member.status == "firing"
    is_without = told.outcome == "delivered" and not told.found and member.found_at_s > 0.0
    is_in_hand = member.is_acknowledged or member.snoozed_until_s > member.found_at_s
    return is_same and is_without and not is_in_hand and not is_dropped(member)


def has_work(group: Group) -> bool:
    """Tell whether notify has anything to do for this group, whoever the receiver is."""
    return group.intent is not None or any(
        is_pending(member, group.told) for member in group.members.values()
    )


def is_known(member: Member, told: Mapping[str, Told]) -> bool:
    """Tell whether an alert fires and the receiver has heard so for certain.

    What was dead-lettered is not shown beside others: it may be what the receiver cannot take. Of
    an update that is what was found, and it has heard of the firing before.
    """
    last = told.get(member.fingerprint)
    return (
        member.status == "firing"
        and last is not None
        and (last.episode, last.step) == (member.episode, "firing")
        and last.is_delivered
        and not is_due_again(member, last)
    )


def told_of(step: Step, outcome: Outcome, by: str = "", since_s: float = 0.0) -> Told:
    """Return what is known of a step that ended with `outcome`."""
    return Told(
        step.episode,
        step.step,
        outcome,
        by,
        step.round,
        step.found,
        since_s,
        acknowledgement=step.acknowledgement,
    )


def believed_since_s(told: Told | None, step: Step, at_s: float) -> float:
    """Return since when a receiver believes what a step says that was written down at `at_s`.

    Of a firing that it knew already, since it heard of it first; 0 of an end.
    """
    if step.step != "firing":
        return 0.0
    is_known = told is not None and (told.episode, told.step) == (step.episode, "firing")
    return (told.since_s or at_s) if told is not None and is_known else at_s


def close(member: Member, told: Told, send_resolved: bool) -> Decision:
    """End the episode that the receiver believes to be firing."""
    if member.status == "resolved" and member.episode == told.episode:
        source, alert = member.resolved_by, member.alert
    else:
        closed = member.closed
        source = closed[1] if closed is not None and closed[0] == told.episode else ""
        ends_at_s = member.alert.starts_at_s
        alert = msgspec.structs.replace(member.alert, status="resolved", ends_at_s=ends_at_s)
    alert = shown(alert, told)
    step = Step(member.fingerprint, told.episode, "resolved", source)
    if told.by == IRRELEVANT:
        return Decision(step=step, reason="its firing was irrelevant", sources=(source,))
    if told.outcome == "refused":
        return Decision(step=step, reason="its firing was dead-lettered", sources=(source,))
    if not send_resolved:
        return Decision(step=step, reason="the receiver takes no resolves", sources=(source,))
    return Decision(step=step, alert=alert)


def shown(alert: Alert, told: Told) -> Alert:
    """Return what is shown of an alert that was told: nothing found that was dead-lettered.

    It may be what the receiver cannot take, and it is to hear all the rest.
    """
    if alert.enrichment is None or told.found != "update" or not told.is_dead:
        return alert
    bare = msgspec.structs.replace(alert.enrichment, findings=None)
    return msgspec.structs.replace(alert, enrichment=bare)


def _fires(member: Member, told: Told | None, receiver: Receiver) -> Decision:
    if is_dropped(member):
        return _dropped(member)
    found: Found = "with" if member.found_at_s else ""
    if told is not None and is_update_due(member, told):
        found = "update"
    # What is told anew is open again, whatever its receiver made of it; an update is no news.
    open_: Acknowledgement = "open" if receiver.takes_acknowledgements else ""
    known = told.acknowledgement if told is not None and found == "update" else open_
    step = _step(member, "firing", member.fired_by, found, known)
    if found == "update" and not receiver.takes_updates:
        # It did when something was found.
        reason = "the receiver takes no updates"
        return Decision(step=step, reason=reason, is_known=True, by=_by(told))
    return Decision(step=step, alert=member.alert)


def _dropped(member: Member) -> Decision:
    """Settle a firing that nobody is told of."""
    found = member.alert.enrichment
    kind = found.irrelevant if found is not None else ""
    return Decision(
        step=_step(member, "firing", member.fired_by),
        reason=f"irrelevant: {kind}",
        sources=(member.fired_by,),
        by=IRRELEVANT,
    )


def _goes_on(member: Member, told: Told) -> bool:
    """Tell whether what fires is, to the receiver, what it was told of: nobody closed that."""
    is_known = member.status == "firing" and told.outcome == "delivered"
    return is_known and member.in_hand_before < told.episode


def _fires_as_before(member: Member, told: Told) -> Decision:
    """Leave the receiver with what it believes: it fires, though in another episode by now."""
    closed = member.closed
    ended_by = closed[1] if closed is not None and closed[0] == told.episode else ""
    return Decision(
        # Of what is one run to the receiver it gets one update.
        step=_step(member, "firing", member.fired_by, told.found, told.acknowledgement),
        reason="it ended and fired again before anybody was told of the end",
        sources=(ended_by, member.fired_by),
        is_known=True,
        by=_by(told),
    )


def _by(told: Told | None) -> str:
    """Return what stays with what a receiver knows: whether the digest is to tell it."""
    return DIGESTED if told is not None and told.by == DIGESTED else ""


def _is_ended_elsewhere(member: Member, told: Told) -> bool:
    """Tell whether what a digest told is over, and its own group told that."""
    is_closed = member.closed is not None and member.closed[0] == told.episode
    return member.handed_by is not None and not is_closed


def _never_told(member: Member, told: Told | None) -> Decision:
    """Settle an episode that ended before anybody was told that it began."""
    if not member.fired_by:
        return _NOTHING
    return Decision(
        step=_step(member, "resolved", member.resolved_by),
        reason="resolved before anybody was told",
        sources=(member.fired_by, member.resolved_by),
        by=_by(told),
    )


def _step(
    member: Member,
    step: Status,
    source: str,
    found: Found = "",
    acknowledgement: Acknowledgement = "",
) -> Step:
    name, episode = member.fingerprint, member.episode
    return Step(name, episode, step, source, member.round, found, acknowledgement)
