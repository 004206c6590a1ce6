"""The ends of snoozes: of which of them people are still to be reminded.

A group that speaks after a snooze ended shows its alert, and that is the reminder: so all that
ended since the group last spoke are owed. One whose alert was not shown then, since it was muted
or went by the digest, stays owed: what was told of the alert says so.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from tocsin.domain.decision import is_known
from tocsin.domain.group import Group, Intent, Member, Told


def snooze_end_s(member: Member, told: Mapping[str, Told], spoken_at_s: float) -> float:
    """Return the end of a snooze of which people are to be reminded when it is over; 0: none."""
    until_s = member.snoozed_until_s
    if not until_s or until_s > spoken_at_s:
        return until_s
    last = told.get(member.fingerprint)
    return until_s if last is not None and last.unsaid_end_s == until_s else 0.0


def snooze_ends(group: Group, told: Mapping[str, Told]) -> dict[str, float]:
    """Return the ends of snoozes of which people are to be reminded, by their alerts.

    Also those that are yet to come: until what is planned now is settled they may be over.
    """
    found: dict[str, float] = {}
    for name, member in group.members.items():
        if member.snoozed_until_s and is_known(member, told):
            end_s = snooze_end_s(member, told, group.notified_at_s)
            if end_s:
                found[name] = end_s
    return found


def with_unsaid(told: dict[str, Told], intent: Intent) -> dict[str, Told]:
    """Return what was told, with the ends of snoozes that an intent that is settled left unsaid."""
    changed = {
        name: replace(last, unsaid_end_s=intent.unsaid_ends.get(name, 0.0))
        for name, last in told.items()
        if name in intent.unsaid_ends or 0.0 < last.unsaid_end_s <= intent.created_at_s
    }
    return {**told, **changed} if changed else told
