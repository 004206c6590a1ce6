"""Notification groups in the file, and their journal in the same transactions."""

from collections.abc import Sequence
from math import inf
from typing import Literal

from msgspec.structs import replace

from tocsin.adapters.journalparts import by_tenant, content_name
from tocsin.adapters.sqlite.alarm import Alarm
from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.adapters.sqlite.groupcache import GroupCache, copied
from tocsin.adapters.sqlite.grouplists import GroupLists
from tocsin.adapters.sqlite.grouprows import (
    read_group,
    read_key,
    write_evaluated,
    write_intent,
    write_lease,
    write_settled,
)
from tocsin.adapters.sqlite.journal import put_records
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, GroupKey, Intent, Settlement
from tocsin.domain.journal import Record

# Nobody but this process writes the file, so nobody has a lease when it opens it. The holders
# stay counted: one that dies with each notification must be found out.
_RELEASE = (
    "UPDATE groups SET lease_owner = '', lease_until_s = 0, poke_due_at_s = min(poke_due_at_s, ?)"
    " WHERE lease_owner != ''"
)


class SqliteGroups:
    """One object a process: it knows what is in the file because it wrote it."""

    def __init__(self, database: Database, now_s: float, cache: GroupCache | None = None) -> None:
        """Release what the process before this one held; it is dead, or the file were locked."""
        self._database = database
        self._cache = cache or GroupCache()
        self._lists = GroupLists()
        self.alarm = Alarm()
        database.write(lambda file: file.execute(_RELEASE, (now_s,)))
        self._lists.load(database)

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        """Return what is stored."""
        found: dict[GroupKey, Group] = {}
        for key in keys:
            group = self._cache.get(key.id) or self._load(key.id)
            if group is not None:
                found[key] = copied(group)
        return found

    def commit(self, groups: Sequence[Group], records: Sequence[Record], at_s: float) -> None:
        """Write evaluate's side of all groups and the records, or nothing."""

        def job(file: Connection) -> list[Group]:
            written = [_evaluated(group, self._current(file, group.key.id)) for group in groups]
            for group, before in written:
                write_evaluated(file, group, before)
            for tenant, own in by_tenant(groups, records).items():
                put_records(file, tenant, at_s, content_name(own), own)
            return [group for group, _ in written]

        self._database.write(job, after=self._written)

    def acquire(self, key: GroupKey, owner: str, now_s: float, until_s: float) -> Group | None:
        """Take the lease, or keep it if `owner` has it already."""

        def job(file: Connection) -> list[Group]:
            stored = self._current(file, key.id)
            if stored is None:
                return []
            if stored.lease_owner not in ("", owner) and stored.lease_until_s >= now_s:
                return []
            holds = write_lease(file, key.id, owner, until_s)
            lease = {"lease_owner": owner, "lease_until_s": until_s, "holds": holds}
            return [replace(stored, **lease, poke_due_at_s=until_s)]

        acquired = self._database.write(job, after=self._written)
        return copied(acquired[0]) if acquired else None

    def intend(self, group: Group, intent: Intent) -> None:
        """Write down what is about to be sent. Raises Conflict if the lease is lost."""

        def job(file: Connection) -> list[Group]:
            stored = self._leased(file, group)
            write_intent(file, group.key.id, intent)
            return [replace(stored, intent=intent)]

        # After a power cut, too, it must be known that somebody may have been told.
        self._database.write(job, durable=True, after=self._written)

    def settle(
        self, group: Group, left: Settlement, records: Sequence[Record], at_s: float
    ) -> bool:
        """Write notify's side and the records, and give the lease back."""

        def job(file: Connection) -> list[Group]:
            stored = self._leased(file, group)
            if left.is_final and stored.version != group.version:
                return []
            write_settled(file, stored, left)
            if records:
                put_records(file, group.key.tenant, at_s, content_name(records), records)
            return [_settled(stored, left)]

        # What was told, and only that, is worth waiting for the disk.
        is_durable = group.intent is not None or bool(records)
        return bool(self._database.write(job, durable=is_durable, after=self._written))

    def due(self, kind: Literal["resolve", "poke"], now_s: float, limit: int) -> list[Group]:
        """Return groups whose due time has come, oldest first."""
        at = f"{kind}_due_at_s"
        statement = (
            "SELECT key, urgent, resolve_due_at_s, poke_due_at_s FROM groups"  # noqa: S608
            f" WHERE {at} <= ? ORDER BY {at} LIMIT ?"
        )
        bound = (now_s, limit)
        found = self._database.read(lambda file: file.execute(statement, bound).fetchall())
        return [
            Group(
                key=read_key(key),
                urgent=bool(urgent),
                resolve_due_at_s=resolve_due_at_s,
                poke_due_at_s=poke_due_at_s,
            )
            for key, urgent, resolve_due_at_s, poke_due_at_s in found
        ]

    def next_due_s(self, after_s: float) -> float:
        """Return the first due time of any group that is later than `after_s`; else infinity."""

        def job(file: Connection) -> float:
            times_s = [
                file.execute(
                    f"SELECT min({at}) FROM groups WHERE {at} > ?",  # noqa: S608
                    (after_s,),
                ).fetchone()[0]
                for at in ("resolve_due_at_s", "poke_due_at_s")
            ]
            return min((at_s for at_s in times_s if at_s is not None), default=inf)

        return self._database.read(job)

    def versions(self, tenant: str, *, inhibiting: bool = False) -> dict[GroupKey, int]:
        """Return all groups of a tenant with the version of each."""
        return self._lists.versions(tenant, inhibiting=inhibiting)

    def forget(self, now_s: float) -> int:
        """Delete the groups that have expired; return how many."""

        def job(file: Connection) -> list[GroupKey]:
            statement = "SELECT key FROM groups WHERE expires_at_s <= ?"
            gone = [read_key(key) for (key,) in file.execute(statement, (now_s,))]
            ids = [(key.id,) for key in gone]
            for table, column in (("groups", "id"), ("members", "group_id"), ("told", "group_id")):
                file.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)  # noqa: S608
            return gone

        def after(gone: list[GroupKey]) -> None:
            for key in gone:
                self._cache.forget(key.id)
                self._lists.forget(key)

        return len(self._database.write(job, after=after))

    def _written(self, groups: Sequence[Group]) -> None:
        for group in groups:
            self._cache.put(group)
            self._lists.put(group)
            self.alarm.note(group.poke_due_at_s, group.resolve_due_at_s)

    def _load(self, group_id: str) -> Group | None:
        writes = self._cache.writes
        group = self._database.read(lambda file: read_group(file, group_id))
        if group is not None:
            self._cache.learn(group, writes)
        return group

    def _current(self, file: Connection, group_id: str) -> Group | None:
        """Return what is stored, in a transaction in which nobody else writes."""
        return self._cache.get(group_id) or read_group(file, group_id)

    def _leased(self, file: Connection, group: Group) -> Group:
        stored = self._current(file, group.key.id)
        if stored is None or not group.lease_owner or stored.lease_owner != group.lease_owner:
            raise Conflict("the lease is lost")
        return stored


def _evaluated(group: Group, before: Group | None) -> tuple[Group, Group | None]:
    """Return evaluate's side over notify's, and what was there before.

    Raises Conflict if evaluate's side has changed since it was read.
    """
    stored = before or Group(key=group.key)
    if stored.version != group.version:
        raise Conflict("a group has changed since it was read")
    due_at_s = stored.poke_due_at_s if group.poke_due_at_s is None else group.poke_due_at_s
    after = replace(
        stored,
        version=group.version + 1,
        config_version=group.config_version,
        urgent=group.urgent,
        members=dict(group.members),
        first_flush_at_s=group.first_flush_at_s,
        inhibits=group.inhibits,
        resolve_due_at_s=group.resolve_due_at_s,
        poke_due_at_s=due_at_s,
        expires_at_s=group.expires_at_s,
    )
    return after, before


def _settled(stored: Group, left: Settlement) -> Group:
    return replace(
        stored,
        told=dict(left.told),
        intent=left.intent,
        muted=dict(left.muted),
        thread=left.thread,
        poke_due_at_s=left.due_at_s,
        flushed_at_s=left.flushed_at_s,
        notified_at_s=left.notified_at_s,
        expires_at_s=left.expires_at_s or stored.expires_at_s,
        lease_owner="",
        lease_until_s=0.0,
        holds=0,
    )
