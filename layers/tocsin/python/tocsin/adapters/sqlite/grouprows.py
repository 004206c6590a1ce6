"""A group as rows: one of its own, one for each member, one for each alert that was told.

Only what differs is written: a batch that changes three alerts of ten thousand writes three.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tocsin.adapters.sqlite.database import Connection
from tocsin.domain.group import Group, GroupKey, Intent, Member, Settlement, Thread, Told

_COLUMNS = (
    "id, tenant, key, version, config_version, urgent, inhibits, first_flush_at_s,"
    " resolve_due_at_s, poke_due_at_s, expires_at_s"
)
# Notify owns the due time too: where evaluate sets none, what is there stays.
_EVALUATED = (
    f"INSERT INTO groups ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
    " ON CONFLICT (id) DO UPDATE SET version = excluded.version,"
    " config_version = excluded.config_version, urgent = excluded.urgent,"
    " inhibits = excluded.inhibits, first_flush_at_s = excluded.first_flush_at_s,"
    " resolve_due_at_s = excluded.resolve_due_at_s,"
    " poke_due_at_s = coalesce(excluded.poke_due_at_s, poke_due_at_s),"
    " expires_at_s = excluded.expires_at_s"
)
_LEASED = (
    "UPDATE groups SET lease_owner = ?, lease_until_s = ?, holders = ?, poke_due_at_s = ?"
    " WHERE id = ?"
)
_SETTLED = (
    "UPDATE groups SET intent = ?, muted = ?, flushed_at_s = ?, notified_at_s = ?,"
    " thread = ?, poke_due_at_s = ?, expires_at_s = coalesce(?, expires_at_s),"
    " lease_owner = '', lease_until_s = 0, holders = NULL WHERE id = ?"
)
_READ = (
    "SELECT key, version, config_version, urgent, inhibits, first_flush_at_s, flushed_at_s,"
    " notified_at_s, muted, intent, lease_owner, lease_until_s, holders, resolve_due_at_s,"
    " poke_due_at_s, expires_at_s, thread FROM groups WHERE id = ?"
)

_key_decoder = msgspec.json.Decoder(GroupKey)
_member_decoder = msgspec.json.Decoder(Member)
_told_decoder = msgspec.json.Decoder(Told)
_intent_decoder = msgspec.json.Decoder(Intent)
_muted_decoder = msgspec.json.Decoder(dict[str, str])
_thread_decoder = msgspec.json.Decoder(Thread)
_holders_decoder = msgspec.json.Decoder(list[str])


def read_group(file: Connection, group_id: str) -> Group | None:
    """Read a whole group."""
    row = file.execute(_READ, (group_id,)).fetchone()
    if row is None:
        return None
    return Group(
        key=read_key(row[0]),
        version=row[1],
        config_version=row[2],
        urgent=bool(row[3]),
        inhibits=bool(row[4]),
        first_flush_at_s=row[5],
        flushed_at_s=row[6],
        notified_at_s=row[7],
        muted={} if row[8] is None else _muted_decoder.decode(row[8]),
        intent=None if row[9] is None else _intent_decoder.decode(row[9]),
        lease_owner=row[10],
        lease_until_s=row[11],
        holds=len(_holders(row[12])),
        resolve_due_at_s=row[13],
        poke_due_at_s=row[14],
        expires_at_s=row[15],
        thread=None if row[16] is None else _thread_decoder.decode(row[16]),
        members=_parts(file, "members", group_id, _member_decoder),
        told=_parts(file, "told", group_id, _told_decoder),
    )


def read_key(data: bytes) -> GroupKey:
    """Read the key of a group from its column."""
    return _key_decoder.decode(data)


def write_evaluated(file: Connection, group: Group, before: Group | None) -> None:
    """Write evaluate's side of a group, which was `before`."""
    key = group.key
    values = (
        key.id,
        key.tenant,
        msgspec.json.encode(key),
        group.version,
        group.config_version,
        group.urgent,
        group.inhibits,
        group.first_flush_at_s,
        group.resolve_due_at_s,
        group.poke_due_at_s,
        group.expires_at_s,
    )
    file.execute(_EVALUATED, values)
    _write_parts(file, "members", key.id, before.members if before else {}, group.members)


def write_lease(file: Connection, group_id: str, owner: str, until_s: float) -> int:
    """Write down who has the lease; return how many had it since it was last given back."""
    (known,) = file.execute("SELECT holders FROM groups WHERE id = ?", (group_id,)).fetchone()
    holders = sorted({*_holders(known), owner})
    file.execute(_LEASED, (owner, until_s, msgspec.json.encode(holders), until_s, group_id))
    return len(holders)


def write_intent(file: Connection, group_id: str, intent: Intent) -> None:
    """Write down what is about to be sent."""
    values = (msgspec.json.encode(intent), group_id)
    file.execute("UPDATE groups SET intent = ? WHERE id = ?", values)


def write_settled(file: Connection, before: Group, left: Settlement) -> None:
    """Write notify's side of a group, and give the lease back."""
    group_id = before.key.id
    values = (
        None if left.intent is None else msgspec.json.encode(left.intent),
        msgspec.json.encode(left.muted) if left.muted else None,
        left.flushed_at_s,
        left.notified_at_s,
        None if left.thread is None else msgspec.json.encode(left.thread),
        left.due_at_s,
        left.expires_at_s,
        group_id,
    )
    file.execute(_SETTLED, values)
    _write_parts(file, "told", group_id, before.told, left.told)


def _holders(data: bytes | None) -> list[str]:
    return [] if data is None else _holders_decoder.decode(data)


def _parts(
    file: Connection, table: str, group_id: str, decoder: "msgspec.json.Decoder[Any]"
) -> dict[str, Any]:
    statement = f"SELECT fingerprint, doc FROM {table} WHERE group_id = ?"  # noqa: S608
    return {name: decoder.decode(doc) for name, doc in file.execute(statement, (group_id,))}


def _write_parts(
    file: Connection,
    table: str,
    group_id: str,
    before: Mapping[str, Member | Told],
    now: Mapping[str, Member | Told],
) -> None:
    def changed() -> Iterator[tuple[str, str, bytes]]:
        for name, part in now.items():
            known = before.get(name)
            if part is not known and part != known:
                yield group_id, name, msgspec.json.encode(part)

    put = f"INSERT OR REPLACE INTO {table} (group_id, fingerprint, doc) VALUES (?, ?, ?)"  # noqa: S608
    drop = f"DELETE FROM {table} WHERE group_id = ? AND fingerprint = ?"  # noqa: S608
    file.executemany(put, changed())
    gone = [(group_id, name) for name in before if name not in now]
    if gone:
        file.executemany(drop, gone)
