"""The ends of snoozes: of which of them people are still to be reminded.

A group that speaks after a snooze ended shows its alert, and that is the reminder: so all that
ended since the group last spoke are owed. One whose alert was not shown then, since it was muted
or went by the digest, or was one too many, stays owed: what was told of the alert says so. One that
was dead-lettered is told by no look, but when its letter is redriven, or with what shows it next.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from tocsin.domain.decision import is_known
from tocsin.domain.group import Group, Intent, Member, Outcome, Told


def snooze_end_s(member: Member, told: Mapping[str, Told], spoken_at_s: float) -> float:
    """Return the end of a snooze of which people are to be reminded when it is over; 0: none."""
    until_s = member.snoozed_until_s
    if not until_s or until_s > spoken_at_s:
        return until_s
    last = told.get(member.fingerprint)
    is_owed = last is not None and last.unsaid_end_s == until_s and not last.end_by
    return until_s if is_owed else 0.0


def snooze_ends(group: Group, told: Mapping[str, Told]) -> dict[str, float]:
    """Return the ends of snoozes of which people have not heard, by their alerts.

    Also those that are yet to come, since they may be over until what is planned now is settled,
    and those that were dead-lettered.
    """
    found: dict[str, float] = {}
    for name, member in group.members.items():
        if member.snoozed_until_s and is_known(member, told):
            dead_s = told[name].unsaid_end_s if told[name].end_by else 0.0
            end_s = snooze_end_s(member, told, group.notified_at_s) or dead_s
            if end_s == member.snoozed_until_s:
                found[name] = end_s
    return found


def with_unsaid(told: dict[str, Told], intent: Intent) -> dict[str, Told]:
    """Return what was told, with the ends of snoozes that an intent that is settled left unsaid."""
    changed = {
        name: with_end(last, intent.unsaid_ends.get(name, 0.0))
        for name, last in told.items()
        if name in intent.unsaid_ends or 0.0 < last.unsaid_end_s <= intent.created_at_s
    }
    return {**told, **changed} if changed else told


def with_end(told: Told, end_s: float) -> Told:
    """Return what was told with the end of a snooze that is owed; 0: none is."""
    return told if told.unsaid_end_s == end_s else replace(told, unsaid_end_s=end_s, end_by="")


def settle_ends(
    group: Group, told: dict[str, Told], intent: Intent, outcome: Outcome, at_s: float
) -> dict[str, Told]:
    """Return what was told, after an intent of a group ended at `at_s`, with what that left unsaid.

    That are the ends of snoozes since it was written down, of alerts that are no news in it; and
    where it was not delivered all of them. Those are told by themselves. Where that was tried, and
    dead-lettered, they are so with it.
    """
    said = {step.fingerprint for step in intent.steps}
    is_delivered = outcome == "delivered"
    changed: dict[str, Told] = {}
    for name, end_s in snooze_ends(group, group.told).items():
        is_late = intent.created_at_s < end_s <= at_s and name not in said
        if is_late or (not is_delivered and end_s <= at_s):
            is_tried = not (is_late or intent.steps or name in intent.unsaid_ends)
            changed[name] = replace(
                told[name], unsaid_end_s=end_s, end_by=intent.key if is_tried else ""
            )
    return {**told, **changed} if changed else told
