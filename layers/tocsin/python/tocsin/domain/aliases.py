"""What an event is about, in a group that may know its alert under another fingerprint.

Whoever changes the fingerprint rules changes the names of alerts that fire at this moment. So
an event belongs to an alias as long as it continues or ends what is known under it, and a new
episode begins under the event's own fingerprint. Nothing that fires is left behind without
its end, and a repeat pages nobody again, except where the new rules tell apart what the old
ones did not: there an alert that may never have been told is told.
"""

from collections.abc import Iterator, Mapping

import msgspec

from tocsin.domain.change import Alias, Change
from tocsin.domain.episode import merge
from tocsin.domain.group import Member


def concerned(members: Mapping[str, Member], change: Change) -> Iterator[Change]:
    """Yield the event under each fingerprint that it is about; nearly always that is its own."""
    if not change.aliases:
        yield change
        return
    own = members.get(change.fingerprint)
    found = False
    for alias in change.aliases:
        member = members.get(alias.fingerprint)
        if member is not None and _is_about(member, alias, own, change):
            found = True
            yield _under(alias, change)
    # Two workers may have opened it under both names; then both are kept up and ended.
    if not found or (own is not None and _is_same(own, change) and own.status == "firing"):
        yield change


def tombstones(members: Mapping[str, Member], change: Change) -> Iterator[Member]:
    """Yield what must be remembered as over, though it is not known yet.

    A firing that was prepared before the rules changed may still be on its way, and knows
    only its former fingerprint.
    """
    if change.alert.status == "firing":
        return
    for alias in change.aliases:
        is_under_way = change.received_at_s < alias.under_way_until_s
        if is_under_way and alias.fingerprint not in members:
            yield merge(None, _under(alias, change)).member


def _is_about(member: Member, alias: Alias, own: Member | None, change: Change) -> bool:
    is_one = alias.is_narrower or _is_same(member, change)
    if change.alert.status == "firing":
        if member.status == "firing":
            return is_one
        return is_one and merge(member, _under(alias, change)).verdict != "reopened"
    if member.status == "firing":
        # Under its own name it was opened apart from what still fires under the alias.
        return is_one or own is None or own.status != "firing"
    return change.order <= (member.order_at_s, 1)


def _is_same(member: Member, change: Change) -> bool:
    return member.alert.labels == change.alert.labels


def _under(alias: Alias, change: Change) -> Change:
    return msgspec.structs.replace(change, fingerprint=alias.fingerprint)
