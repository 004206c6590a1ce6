"""Which groups the events of a batch concern, and what each of them is to hear."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.handling import Action
from tocsin.domain.routing import groups_for, groups_that_may_know
from tocsin.pipeline.actions import Order


class Work(msgspec.Struct):
    """What one batch holds for one tenant."""

    changes: list[Change] = []
    timeouts: list[GroupKey] = []
    orders: list[Order] = []
    found: list[Change] = []


class Wanted(msgspec.Struct):
    """The events for one group: those routed to it, and those for it only if it knows them.

    `if_firing` were routed to it formerly: what fires in a group ends there. `found` says what was
    found out about firings.
    """

    changes: list[Change] = []
    if_known: list[Change] = []
    if_firing: list[Change] = []
    actions: list[Action] = []
    found: list[Change] = []

    @property
    def events(self) -> list[Change]:
        """All events for the group, of whatever kind."""
        return self.changes + self.if_known + self.if_firing


def by_group(
    config: TenantConfig, history: Sequence[TenantConfig], work: Work
) -> dict[GroupKey, Wanted]:
    """Return what each group is to hear; `history` are former ways of routing."""
    wanted: dict[GroupKey, Wanted] = {key: Wanted() for key in work.timeouts}
    for change in work.changes:
        own = _own_groups(config, history, change, wanted)
        for key in own:
            wanted.setdefault(key, Wanted()).changes.append(change)
    for change in work.found:
        for key in groups_that_may_know([config, *history], change.alert):
            wanted.setdefault(key, Wanted()).found.append(change)
    for order in work.orders:
        wanted.setdefault(order.key, Wanted()).actions.append(order.action)
    return wanted


def _own_groups(
    config: TenantConfig,
    history: Sequence[TenantConfig],
    change: Change,
    wanted: dict[GroupKey, Wanted],
) -> set[GroupKey]:
    """Return the groups that an event is routed to; let those hear of it that it was routed to."""
    if change.alert.status == "firing":
        own = set(groups_for(config, change.alert))
        receivers = {key.receiver for key in own}
        for key in dict.fromkeys(_former_groups(history, change.alert)):
            if key.receiver in receivers and key not in own:
                wanted.setdefault(key, Wanted()).if_firing.append(change)
        return own
    # Also where no firing stands yet: it may still be on its way, under another severity and in
    # another queue.
    own = groups_that_may_know([config], change.alert)
    for key in groups_that_may_know(history, change.alert) - own:
        wanted.setdefault(key, Wanted()).if_known.append(change)
    return own


def _former_groups(history: Iterable[TenantConfig], alert: Alert) -> Iterator[GroupKey]:
    for config in history:
        yield from groups_for(config, alert)


def where_they_fire(
    wanted: Mapping[GroupKey, Wanted], stored: Mapping[GroupKey, Group]
) -> Mapping[GroupKey, Wanted]:
    """Leave a firing to the group that a former route led to, if it fires there already.

    Else its receiver would hear of it a second time, only since somebody edited a route.
    """
    if not any(each.if_firing for each in wanted.values()):
        return wanted
    members = {key: group.members for key, group in stored.items()}
    staying = {
        key: [change for change in each.if_firing if _fires(members.get(key, {}), change)]
        for key, each in wanted.items()
    }
    moved = {(change.source, key.receiver) for key in staying for change in staying[key]}
    return {
        key: Wanted(
            changes=[
                change
                for change in each.changes
                if (change.source, key.receiver) not in moved
                or _fires(members.get(key, {}), change)
            ],
            if_known=each.if_known + staying[key],
            actions=each.actions,
            found=each.found,
        )
        for key, each in wanted.items()
    }


def _fires(members: Mapping[str, Member], change: Change) -> bool:
    known = (members.get(name) for name in change.names)
    return any(member is not None and member.status == "firing" for member in known)
