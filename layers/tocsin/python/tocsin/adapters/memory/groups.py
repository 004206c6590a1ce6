"""Notification groups in memory, with the conditions of the real ones."""

from collections.abc import Sequence
from typing import Literal

from msgspec.structs import replace

from tocsin.adapters.journalparts import by_tenant, content_name
from tocsin.adapters.memory.journal import MemoryJournal
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, GroupKey, Intent, Settlement
from tocsin.domain.journal import Record


class MemoryGroups:
    """Groups by key; what goes in or out is a copy, as it is with a store elsewhere."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.groups: dict[GroupKey, Group] = {}
        self._journal = journal
        self._holders: dict[GroupKey, set[str]] = {}

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        """Return what is stored."""
        return {key: _copy(self.groups[key]) for key in keys if key in self.groups}

    def commit(self, groups: Sequence[Group], records: Sequence[Record], at_s: float) -> None:
        """Write evaluate's side of all groups and the records, or nothing."""
        for group in groups:
            stored = self.groups.get(group.key, Group(key=group.key))
            if stored.version != group.version:
                raise Conflict("a group has changed since it was read")
        for group in groups:
            stored = self.groups.get(group.key, Group(key=group.key))
            # What notify owns stays as it is, and so does its due time where none is given.
            poke_due_at_s = group.poke_due_at_s
            if poke_due_at_s is None:
                poke_due_at_s = stored.poke_due_at_s
            self.groups[group.key] = replace(
                _copy(group),
                version=group.version + 1,
                told=stored.told,
                intent=stored.intent,
                flushed_at_s=stored.flushed_at_s,
                notified_at_s=stored.notified_at_s,
                muted=stored.muted,
                thread=stored.thread,
                poke_due_at_s=poke_due_at_s,
                lease_owner=stored.lease_owner,
                lease_until_s=stored.lease_until_s,
                holds=stored.holds,
            )
        for tenant, own in by_tenant(groups, records).items():
            self._journal.write(tenant, at_s, content_name(own), own)

    def acquire(self, key: GroupKey, owner: str, now_s: float, until_s: float) -> Group | None:
        """Take the lease, or keep it if `owner` has it already."""
        stored = self.groups.get(key)
        if stored is None:
            return None
        if stored.lease_owner not in ("", owner) and stored.lease_until_s >= now_s:
            return None
        stored.lease_owner, stored.lease_until_s = owner, until_s
        holders = self._holders.setdefault(key, set())
        holders.add(owner)
        stored.holds = len(holders)
        stored.poke_due_at_s = until_s
        return _copy(stored)

    def intend(self, group: Group, intent: Intent) -> None:
        """Write down what is about to be sent. Raises Conflict if the lease is lost."""
        self._leased(group).intent = intent

    def settle(
        self, group: Group, left: Settlement, records: Sequence[Record], at_s: float
    ) -> bool:
        """Write notify's side and the records, and give the lease back."""
        stored = self._leased(group)
        if left.is_final and stored.version != group.version:
            return False
        stored.told, stored.intent, stored.muted = dict(left.told), left.intent, dict(left.muted)
        stored.poke_due_at_s, stored.thread = left.due_at_s, left.thread
        stored.flushed_at_s, stored.notified_at_s = left.flushed_at_s, left.notified_at_s
        stored.expires_at_s = left.expires_at_s or stored.expires_at_s
        stored.lease_owner, stored.lease_until_s, stored.holds = "", 0.0, 0
        self._holders.pop(group.key, None)
        if records:
            self._journal.write(group.key.tenant, at_s, content_name(records), records)
        return True

    def due(self, kind: Literal["resolve", "poke"], now_s: float, limit: int) -> list[Group]:
        """Return groups whose due time has come, oldest first."""
        at = f"{kind}_due_at_s"
        found = [
            (due_at_s, group)
            for group in self.groups.values()
            if (due_at_s := getattr(group, at)) is not None and due_at_s <= now_s
        ]
        found.sort(key=lambda pair: pair[0])
        return [
            Group(
                key=group.key,
                urgent=group.urgent,
                resolve_due_at_s=group.resolve_due_at_s,
                poke_due_at_s=group.poke_due_at_s,
            )
            for _, group in found[:limit]
        ]

    def versions(self, tenant: str, *, inhibiting: bool = False) -> dict[GroupKey, int]:
        """Return all groups of a tenant with the version of each."""
        return {
            key: group.version
            for key, group in self.groups.items()
            if key.tenant == tenant and (group.inhibits or not inhibiting)
        }

    def _leased(self, group: Group) -> Group:
        stored = self.groups.get(group.key)
        if stored is None or not group.lease_owner or stored.lease_owner != group.lease_owner:
            raise Conflict("the lease is lost")
        return stored


def _copy(group: Group) -> Group:
    return replace(group, members=dict(group.members), told=dict(group.told))
