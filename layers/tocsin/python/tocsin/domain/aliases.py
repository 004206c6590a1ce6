"""What an event is about, in a group that may know its alert under another fingerprint.

Whoever changes the fingerprint rules changes the names of alerts that fire at this moment. So
an event belongs to an alias as long as it continues or ends what is known under it. A new
episode begins under the event's own fingerprint once the end of the last one is told. Nothing
that fires is left behind without its end, and a repeat pages nobody again, except where the new
rules tell apart what the old ones did not: there an alert that may never have been told is told.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tocsin.domain.change import Alias, Change
from tocsin.domain.episode import merge
from tocsin.domain.fingerprint_rules import RuleSet
from tocsin.domain.group import Group, Member

Key = frozenset[tuple[str, str]]


def concerned(group: Group, change: Change) -> Iterator[Change]:
    """Yield the event under each fingerprint that it is about; nearly always that is its own."""
    if not change.aliases:
        yield change
        return
    own = group.members.get(change.fingerprint)
    found = False
    for alias in change.aliases:
        member = group.members.get(alias.fingerprint)
        if member is None:
            continue
        is_told = group.is_settled(member)
        if _is_about(member, alias, own, change, is_told=is_told):
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


def with_namesakes(
    members: Mapping[str, Member], changes: list[Change], sets: Sequence[RuleSet]
) -> list[Change]:
    """Return late events with what fires under newer rules for the same labels as an alias.

    An event that was prepared before the rules were known has no aliases. If it comes after
    its own repeat, only the labels can tell that they are one.
    """
    newest_s = sets[0].from_s if len(sets) > 1 else 0.0
    if all(change.received_at_s >= newest_s for change in changes):
        return changes
    names: dict[Key, list[str]] = {}
    for member in members.values():
        if member.changed_at_s >= newest_s:
            names.setdefault(_key(member.alert.labels), []).append(member.fingerprint)
    return [_with_aliases(change, names, newest_s) for change in changes]


def _with_aliases(change: Change, names: Mapping[Key, list[str]], newest_s: float) -> Change:
    if change.received_at_s >= newest_s:
        return change
    found = names.get(_key(change.alert.labels), ())
    more = tuple(Alias(name) for name in found if name not in change.names)
    return msgspec.structs.replace(change, aliases=change.aliases + more) if more else change


def _key(labels: Mapping[str, str]) -> Key:
    return frozenset(labels.items())


def _is_about(
    member: Member, alias: Alias, own: Member | None, change: Change, *, is_told: bool
) -> bool:
    is_one = alias.is_narrower or _is_same(member, change)
    if change.alert.status == "firing":
        if member.status == "firing":
            return is_one
        # Told under two names in one notification, a new firing would stand before the end.
        is_new = is_told and merge(member, _under(alias, change)).verdict == "reopened"
        return is_one and not is_new
    if member.status == "firing":
        # Under its own name it was opened apart from what still fires under the alias.
        return is_one or own is None or own.status != "firing"
    return change.order <= (member.order_at_s, 1)


def _is_same(member: Member, change: Change) -> bool:
    return member.alert.labels == change.alert.labels


def _under(alias: Alias, change: Change) -> Change:
    return msgspec.structs.replace(change, fingerprint=alias.fingerprint)
