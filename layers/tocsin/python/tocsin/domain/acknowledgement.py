"""The step that tells who keeps an incident that people have all of it in hand.

An incident is a group there, so all that its receiver knows to fire must be acknowledged; one of
three alerts is not enough. It is told once: after `unacknowledge` only what is told anew opens it
again, since no incident can be given back that others have taken in hand there meanwhile.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from tocsin.domain.group import Group, Intent, Member, Outcome, Step, Told

# Why it is sent.
ACKNOWLEDGED = "acknowledged"


def is_acknowledgement(intent: Intent) -> bool:
    """Tell whether a notification says that people have an incident in hand, and no more."""
    return bool(intent.acknowledged_by)


def is_acknowledged(members: Mapping[str, Member], told: Mapping[str, Told]) -> bool:
    """Tell whether people have all in hand that a receiver knows to fire, and it is to hear so.

    What was dead-lettered may have arrived, and in an earlier round of its escalation it has.
    """
    is_open = False
    for name, last in told.items():
        if last.step != "firing" or not (last.is_delivered or last.outcome == "dead"):
            continue
        member = members.get(name)
        if member is None or member.status != "firing":
            continue
        if not member.is_acknowledged:
            return False
        is_open = is_open or _is_open(member, last)
    return is_open


def open_steps(members: Mapping[str, Member], told: Mapping[str, Told]) -> Iterator[Step]:
    """Yield a step for each alert of which a receiver is to hear that people have it in hand.

    No accepted alert is behind it: what becomes of it is no matter of those.
    """
    for name, last in sorted(told.items()):
        member = members.get(name)
        if member is not None and _is_open(member, last):
            yield Step(name, last.episode, "firing", "", last.round, acknowledgement="told")


def last_acknowledged_by(group: Group) -> str:
    """Return who was the last to take something in hand that fires in a group."""
    taken = [
        (action.at_s, action.id, action.by)
        for member in group.members.values()
        if member.status == "firing" and member.handling is not None and member.is_acknowledged
        for action in member.handling.actions
        if action.kind == "acknowledge" and action.by == member.handling.acknowledged_by
    ]
    return max(taken)[2] if taken else "somebody"


def acknowledged(told: Mapping[str, Told], intent: Intent, outcome: Outcome) -> dict[str, Told]:
    """Return `told` after an acknowledgement ended. A dead one harms nothing.

    All else that is owed stays so, such as that a snooze ended.
    """
    by = "" if outcome == "delivered" else intent.key
    settled = {
        step.fingerprint: replace(
            told[step.fingerprint], acknowledgement="told", acknowledgement_by=by
        )
        for step in intent.steps
        if step.fingerprint in told
    }
    return {**told, **settled}


def is_of_acknowledgement(reason: str) -> bool:
    """Tell whether a delivery with this reason was no more than an acknowledgement."""
    return reason == ACKNOWLEDGED or reason.startswith(f"{ACKNOWLEDGED}: ")


def without(told: Mapping[str, Told]) -> dict[str, Told]:
    """Return what was told for a receiver that takes no such step, as one of another kind does."""
    return {
        name: replace(last, acknowledgement="") if last.acknowledgement else last
        for name, last in told.items()
    }


def _is_open(member: Member, told: Told) -> bool:
    """Tell whether a receiver knows of this very episode, and not that it is in hand."""
    is_same = (told.episode, told.step, member.status) == (member.episode, "firing", "firing")
    return is_same and told.is_delivered and told.acknowledgement == "open"
