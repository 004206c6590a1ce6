"""Notification groups in the group table, and their journal in the same transactions."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from heapq import merge
from itertools import islice
from typing import Any, Literal, TypeVar

from tocsin.adapters.dynamodb.attributes import Item, Value, plain
from tocsin.adapters.dynamodb.batches import get_all
from tocsin.adapters.dynamodb.commits import actions, journal_puts, parts
from tocsin.adapters.dynamodb.groupitems import (
    SHARDS,
    due_group_of,
    group_of,
    group_update,
    list_of,
    listed_group_of,
    notify_values,
    primary_key,
)
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.dynamodb.renewal import renew
from tocsin.adapters.dynamodb.spill import Spill, SpillMoved
from tocsin.adapters.dynamodb.transactions import ConditionFailed, token, write
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, GroupKey, Intent, Settlement
from tocsin.domain.journal import Record
from tocsin.ports import Blobs

_READS = 3
_HELD = "#lease_owner = :me"

Result = TypeVar("Result")


class DynamoGroups:
    """One item a group; evaluate and notify each write attributes of their own."""

    def __init__(self, client: Any, table: str, journal_table: str, blobs: Blobs) -> None:
        self._client = client
        self._table = table
        self._journal_table = journal_table
        self._spill = Spill(blobs)

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        """Return what is stored, consistently."""
        wanted = [primary_key(key) for key in dict.fromkeys(keys)]

        def groups() -> dict[GroupKey, Group]:
            items = get_all(self._client, self._table, wanted)
            return {group.key: group for group in (group_of(item, self._spill) for item in items)}

        return _steady(groups)

    def commit(self, groups: Sequence[Group], records: Sequence[Record], at_s: float) -> None:
        """Write evaluate's side of all groups and the records.

        One transaction for up to 89 groups and 3 MB; above that several, each whole in
        itself, with the records about its own groups. A Conflict in a later one leaves the
        earlier ones written: whoever reads again finds their events merged.
        """
        packed = [
            (group, self._spill.pack(group.key, "members", group.version + 1, group.members))
            for group in groups
        ]
        for part in parts(packed, records):
            try:
                write(self._client, actions(part, self._table, self._journal_table, at_s))
            except ConditionFailed as error:
                self._renew(error.found, at_s)
                raise
            for group, members in part.groups:
                self._spill.replaced(group.key, members)

    def acquire(self, key: GroupKey, owner: str, now_s: float, until_s: float) -> Group | None:
        """Take the lease, or keep it if `owner` has it already."""
        parameters = group_update(
            self._table,
            key,
            {"lease_owner": owner, "lease_until_s": until_s, "poke_due_at_s": until_s},
            "attribute_exists(#pk) AND (#lease_owner = :me"
            " OR attribute_not_exists(#lease_until_s) OR #lease_until_s < :now)",
            {"me": owner, "now": now_s},
            # A set, since the client sends again what was done and not answered.
            {"holders": owner},
        )

        def group() -> Group:
            answer = write(self._client, [{"Update": {**parameters, "ReturnValues": "ALL_NEW"}}])
            return group_of(answer["Attributes"], self._spill)

        for _ in range(_READS):
            try:
                return _steady(group)
            except ConditionFailed as error:
                if not self._renew(error.found, now_s):
                    return None
        raise Conflict("a group of an older format keeps changing")

    def intend(self, group: Group, intent: Intent) -> None:
        """Write down what is about to be sent. Raises Conflict if the lease is lost."""
        packed = self._spill.pack(group.key, "intent", _moment(group), intent)
        write(self._client, [{"Update": self._update(group, packed, _HELD, _holder(group))}])
        self._spill.replaced(group.key, packed)

    def settle(
        self, group: Group, left: Settlement, records: Sequence[Record], at_s: float
    ) -> bool:
        """Write notify's side and the records, and give the lease back."""
        packed = {
            **self._spill.pack(group.key, "told", _moment(group), left.told or None),
            **self._spill.pack(group.key, "intent", _moment(group), left.intent),
            **self._spill.pack(group.key, "muted", _moment(group), left.muted or None),
        }
        puts = journal_puts(self._journal_table, group.key.tenant, at_s, records)
        # If the answer is lost, the client sends again and fails its own condition; then
        # this mark in the item says that it was done.
        mark = token((group.lease_owner, group.lease_until_s, group.version, packed, puts))
        values = {**packed, **notify_values(left), "settled": mark}
        condition, bound = _HELD, _holder(group)
        if left.is_final:
            condition, bound = f"{_HELD} AND #version = :read", {**bound, "read": group.version}
        change = self._update(group, values, condition, bound)
        try:
            write(self._client, [{"Update": change}, *puts])
        except ConditionFailed as error:
            found = plain(error.found[0]) if error.found else {}
            if found.get("settled") != mark:
                if found.get("lease_owner") == group.lease_owner:
                    return False
                raise
        self._spill.replaced(group.key, packed)
        return True

    def due(self, kind: Literal["resolve", "poke"], now_s: float, limit: int) -> list[Group]:
        """Return groups whose due time has come, oldest first, from all shards of the index."""
        at = f"{kind}_due_at_s"
        shards = [
            islice(
                query_all(
                    self._client,
                    self._table,
                    f"#shard = :shard AND #{at} <= :now",
                    {"shard": shard, "now": now_s},
                    IndexName=f"{kind}-due",
                    Limit=limit,
                ),
                limit,
            )
            for shard in SHARDS
        ]
        oldest_first = merge(*shards, key=lambda item: float(item[at]["N"]))
        return [due_group_of(plain(item)) for item in islice(oldest_first, limit)]

    def versions(self, tenant: str, *, inhibiting: bool = False) -> dict[GroupKey, int]:
        """Return all groups of a tenant with the version of each, from an index.

        What was written in the last moment may be missing, as in every global index.
        """
        at, index = ("inhibits_in", "inhibiting") if inhibiting else ("listed_in", "listed")
        found: dict[GroupKey, int] = {}
        for shard in SHARDS:
            bound = {"list": list_of(tenant, shard)}
            stored = query_all(self._client, self._table, f"#{at} = :list", bound, IndexName=index)
            found.update(listed_group_of(plain(item)) for item in stored)
        return found

    def _update(
        self,
        group: Group,
        values: Mapping[str, Value | None],
        condition: str,
        bound: Mapping[str, Value],
    ) -> dict[str, Any]:
        return group_update(self._table, group.key, values, condition, bound)

    def _renew(self, found: Sequence[Item], now_s: float) -> bool:
        """Bring groups to the current format whose write failed because they have an older one.

        Returns whether the write may succeed now. Raises NewerFormat.
        """
        is_worth_a_try = False
        for stored in found:
            try:
                state = renew(self._client, self._table, "groups", stored, now_s)
            except Conflict:
                state = "renewed"
            is_worth_a_try = is_worth_a_try or state == "renewed"
        return is_worth_a_try


def _holder(group: Group) -> dict[str, Value]:
    return {"me": group.lease_owner}


def _moment(group: Group) -> int:
    # No two holders of the lease have it until the same moment.
    return round(group.lease_until_s * 1000)


def _steady(read: Callable[[], Result]) -> Result:
    """Read until no blob is replaced between the item and itself; a few times at most."""
    for _ in range(_READS - 1):
        with suppress(SpillMoved):
            return read()
    return read()
