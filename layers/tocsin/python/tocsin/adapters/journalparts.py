"""Journal records on their way into storage: whose they are, and the name they are kept under."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.group import Group
from tocsin.domain.journal import EnvelopeRecord, GivenUpRecord, Record

KEPT_S = 30 * 86_400


def milliseconds(at_s: float) -> int:
    """Return the time that orders the journal."""
    return round(at_s * 1000)


def span_ms(from_s: float, to_s: float) -> tuple[int, int]:
    """Return the first and the last millisecond to read, none of them kept no more at the end."""
    to_ms = milliseconds(to_s)
    return max(milliseconds(from_s), to_ms - KEPT_S * 1000), to_ms


def content_name(records: Sequence[Record]) -> str:
    """Name records after what they say, so that writing them again overwrites them."""
    return blake2b(msgspec.json.encode(records), digest_size=12).hexdigest()


def by_tenant(groups: Iterable[Group], records: Iterable[Record]) -> dict[str, list[Record]]:
    """Sort the records of one commit by the tenant of the group that each names by its id.

    Raises ValueError for a record that names none, unless all groups are of one tenant.
    """
    tenants = {group.key.tenant for group in groups}
    sorted_records: dict[str, list[Record]] = {}
    for record in records:
        tenant, found, _ = group_id(record).partition("#")
        if not found:
            if len(tenants) != 1:
                raise ValueError("a record names no group, and the groups are not of one tenant")
            (tenant,) = tenants
        sorted_records.setdefault(tenant, []).append(record)
    return sorted_records


def group_id(record: Record) -> str:
    """Return the id of the group that a record is about; "" for a record of a message."""
    return "" if isinstance(record, EnvelopeRecord | GivenUpRecord) else record.group
