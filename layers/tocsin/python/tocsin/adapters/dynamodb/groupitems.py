"""A group as an item of the group table, and back."""

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import msgspec

from tocsin.adapters.dynamodb.attributes import Item, Value, attribute, expiry, plain
from tocsin.adapters.dynamodb.expressions import update
from tocsin.adapters.dynamodb.formats import current, upgraded
from tocsin.adapters.dynamodb.spill import Packed, Spill
from tocsin.domain.group import Group, GroupKey, Intent, Member, Settlement, Thread, Told

# One partition of an index takes 1,000 writes a second.
SHARDS = ("0", "1", "2", "3")

_key_decoder = msgspec.json.Decoder(GroupKey)
_members_decoder = msgspec.json.Decoder(dict[str, Member])
_told_decoder = msgspec.json.Decoder(dict[str, Told])
_intent_decoder = msgspec.json.Decoder(Intent)
_muted_decoder = msgspec.json.Decoder(dict[str, str])
_thread_decoder = msgspec.json.Decoder(Thread)


def list_of(tenant: str, shard: str) -> str:
    """Return the name of the list, one of several, in which a tenant's groups are found."""
    return f"{tenant}#{shard}"


def primary_key(key: GroupKey) -> Item:
    """Return the primary key of a group's item."""
    return {"pk": attribute(key.id)}


def evaluate_values(group: Group, members: Packed) -> Mapping[str, Value | None]:
    """Return all that evaluate writes of a group, with the version after the one it read.

    Notify writes `poke_due_at_s` too: where evaluate sets none, what is there stays.
    """
    shard = SHARDS[crc32(group.key.id.encode()) % len(SHARDS)]
    listed_in = list_of(group.key.tenant, shard)
    poke = {} if group.poke_due_at_s is None else {"poke_due_at_s": group.poke_due_at_s}
    return {
        "v": current("groups"),
        "key": msgspec.json.encode(group.key).decode(),
        "shard": shard,
        "listed_in": listed_in,
        "inhibits_in": listed_in if group.inhibits else None,
        "version": group.version + 1,
        "first_flush_at_s": group.first_flush_at_s or None,
        "config_version": group.config_version,
        "urgent": group.urgent,
        "resolve_due_at_s": group.resolve_due_at_s,
        **poke,
        "expires_at_s": expiry(group.expires_at_s),
        **members,
    }


def notify_values(left: Settlement) -> Mapping[str, Value | None]:
    """Return what notify writes of a group beside its packed parts; it gives the lease back."""
    kept = {} if left.expires_at_s is None else {"expires_at_s": expiry(left.expires_at_s)}
    return {
        **kept,
        "poke_due_at_s": left.due_at_s,
        "flushed_at_s": left.flushed_at_s or None,
        "notified_at_s": left.notified_at_s or None,
        "thread": None if left.thread is None else msgspec.json.encode(left.thread).decode(),
        "lease_owner": None,
        "lease_until_s": None,
        "holders": None,
    }


def group_update(
    table: str,
    key: GroupKey,
    values: Mapping[str, Value | None],
    condition: str,
    bound: Mapping[str, Value],
    joined: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return an update of a stored group that takes place only if it has the current format.

    Each side writes its own attributes only; in an item of another format they would not go
    with the rest.
    """
    versioned = {"v": current("groups"), **values}
    is_current = f"({condition}) AND #v = :set_v"
    return update(table, primary_key(key), versioned, is_current, bound, joined)


def group_of(item: Item, spill: Spill) -> Group:
    """Read a whole group.

    Raises SpillMoved if a part was replaced meanwhile, and NewerFormat.
    """
    stored = plain(upgraded("groups", item))
    members = spill.unpack(stored, "members")
    told = spill.unpack(stored, "told")
    intent = spill.unpack(stored, "intent")
    muted = spill.unpack(stored, "muted")
    group = due_group_of(stored)
    group.version = stored["version"]
    group.config_version = stored["config_version"]
    group.members = {} if members is None else _members_decoder.decode(members)
    group.told = {} if told is None else _told_decoder.decode(told)
    group.intent = None if intent is None else _intent_decoder.decode(intent)
    group.muted = {} if muted is None else _muted_decoder.decode(muted)
    group.thread = _thread_decoder.decode(stored["thread"]) if "thread" in stored else None
    group.first_flush_at_s = float(stored.get("first_flush_at_s", 0.0))
    group.flushed_at_s = float(stored.get("flushed_at_s", 0.0))
    group.notified_at_s = float(stored.get("notified_at_s", 0.0))
    group.inhibits = "inhibits_in" in stored
    group.lease_owner = stored.get("lease_owner", "")
    group.lease_until_s = float(stored.get("lease_until_s", 0.0))
    group.holds = len(stored.get("holders", ()))
    group.expires_at_s = _time(stored, "expires_at_s")
    return group


def due_group_of(stored: dict[str, Any]) -> Group:
    """Read what the time indexes hold of a group; they do not hold its format."""
    return Group(
        key=_key_decoder.decode(stored["key"]),
        urgent=stored["urgent"],
        resolve_due_at_s=_time(stored, "resolve_due_at_s"),
        poke_due_at_s=_time(stored, "poke_due_at_s"),
    )


def listed_group_of(stored: dict[str, Any]) -> tuple[GroupKey, int]:
    """Read what the indexes of tenants hold of a group."""
    return _key_decoder.decode(stored["key"]), stored["version"]


def _time(stored: dict[str, Any], name: str) -> float | None:
    return None if name not in stored else float(stored[name])
