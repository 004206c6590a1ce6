"""How evaluate's commit is cut into transactions: 100 actions and 4 MB at most, each."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.expressions import update
from tocsin.adapters.dynamodb.groupitems import evaluate_values, group_update, primary_key
from tocsin.adapters.dynamodb.journal import journal_items
from tocsin.adapters.dynamodb.spill import Packed
from tocsin.adapters.dynamodb.transactions import Action
from tocsin.adapters.journalparts import by_tenant, content_name, group_id
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.journal import Record
from tocsin.domain.stepreach import is_of_step

# Below the limits of the service: the journal's items come on top, and records are counted
# before they are compressed.
ACTIONS_LIMIT = 90
BYTES_LIMIT = 3_000_000
# What an item holds beside its members.
_OVERHEAD_BYTES = 2_000


class Part(msgspec.Struct):
    """Some groups of a commit, with all records about them: one transaction."""

    groups: list[tuple[Group, Packed]] = []
    records: list[Record] = []
    tenants: set[str] = set()
    size_bytes: int = 0

    def takes(self, group: Group, size_bytes: int, count: int = 1) -> bool:
        """Tell whether a group, or `count` of its tenant, still fits into this transaction."""
        tenants = self.tenants | {group.key.tenant}
        return (
            len(self.groups) + count + len(tenants) <= ACTIONS_LIMIT
            and self.size_bytes + size_bytes <= BYTES_LIMIT
        )

    def add(self, group: Group, packed: Packed, records: list[Record], size_bytes: int) -> None:
        """Put one group with its records into this transaction."""
        self.groups.append((group, packed))
        self.records.extend(records)
        self.tenants.add(group.key.tenant)
        self.size_bytes += size_bytes


def parts(groups: Iterable[tuple[Group, Packed]], records: Iterable[Record]) -> Iterator[Part]:
    """Cut a commit; records about no group of it go with the first part."""
    about: dict[str, list[Record]] = {}
    for record in records:
        about.setdefault(group_id(record), []).append(record)
    pairs = list(groups)
    ids = {group.key.id for group, _ in pairs}
    part = Part(records=[record for name in about if name not in ids for record in about[name]])
    for family in _families(pairs):
        sized = [
            (group, packed, own, _size_bytes(packed, own))
            for group, packed, own in (
                (group, packed, about.get(group.key.id, [])) for group, packed in family
            )
        ]
        size_bytes = sum(each[3] for each in sized)
        if part.groups and len(sized) > 1 and not part.takes(family[0][0], size_bytes, len(sized)):
            yield part
            part = Part()
        for group, packed, own, own_bytes in sized:
            if part.groups and not part.takes(group, own_bytes):
                yield part
                part = Part()
            part.add(group, packed, own, own_bytes)
    if part.groups or part.records:
        yield part


def _families(pairs: Sequence[tuple[Group, Packed]]) -> Iterable[list[tuple[Group, Packed]]]:
    """Put the groups of escalation steps together with those whose alerts they have, in order."""
    together = {_named(group.key) for group, _ in pairs if is_of_step(group.key)}
    families: dict[object, list[tuple[Group, Packed]]] = {}
    for group, packed in pairs:
        name = _named(group.key)
        families.setdefault(name if name in together else group.key, []).append((group, packed))
    return families.values()


def _named(key: GroupKey) -> object:
    return key.tenant, key.labels


def _size_bytes(packed: Packed, records: Sequence[Record]) -> int:
    members = packed["members"] or b""
    return _OVERHEAD_BYTES + len(members) + len(msgspec.json.encode(records))


def actions(part: Part, table: str, journal_table: str, at_s: float) -> list[Action]:
    """Return the actions of one transaction."""
    writes: list[Action] = [
        {"Update": _update(table, group, packed)} for group, packed in part.groups
    ]
    of_tenants = by_tenant((group for group, _ in part.groups), part.records)
    for tenant, records in of_tenants.items():
        writes += journal_puts(journal_table, tenant, at_s, records)
    return writes


def journal_puts(table: str, tenant: str, at_s: float, records: Sequence[Record]) -> list[Action]:
    """Return the actions that write records, under a name that follows from their content."""
    items = journal_items(tenant, at_s, content_name(records), records) if records else []
    return [{"Put": {"TableName": table, "Item": item}} for item in items]


def _update(table: str, group: Group, packed: Packed) -> dict[str, Any]:
    values = evaluate_values(group, packed)
    if group.version == 0:
        return update(table, primary_key(group.key), values, "attribute_not_exists(#pk)", {})
    return group_update(table, group.key, values, "#version = :read", {"read": group.version})
