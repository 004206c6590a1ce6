"""The journal table: one item for what one invocation did to one tenant."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item
from tocsin.adapters.dynamodb.batches import put_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.journalparts import KEPT_S, milliseconds, span_ms
from tocsin.domain.compression import compress, decompress
from tocsin.domain.journal import Record

# An item may hold 400 KB.
PACKED_LIMIT_BYTES = 300_000
_UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024
_HOUR_MS = 3_600_000

_decoder = msgspec.json.Decoder(list[Record])


def journal_items(tenant: str, at_s: float, name: str, records: Sequence[Record]) -> list[Item]:
    """Return the items that hold `records`: one, or several where they are too long for one."""
    at_ms = milliseconds(at_s)
    packed = list(_pack(name, records))
    return [
        versioned(
            "journal",
            {
                "pk": _partition(tenant, at_ms // _HOUR_MS),
                "sk": f"{at_ms:015d}#{part}",
                "data": data,
                "expires_at_s": at_ms // 1000 + KEPT_S,
            },
        )
        for part, data in packed
    ]


def _pack(name: str, records: Sequence[Record]) -> Iterator[tuple[str, bytes]]:
    data = compress(msgspec.json.encode(records))
    if len(data) <= PACKED_LIMIT_BYTES or len(records) <= 1:
        yield name, data
        return
    middle = len(records) // 2
    yield from _pack(f"{name}.0", records[:middle])
    yield from _pack(f"{name}.1", records[middle:])


def _partition(tenant: str, hour: int) -> str:
    at = datetime.fromtimestamp(hour * 3600, UTC)
    return f"{tenant}#{at:%Y-%m-%dT%H}"


class DynamoJournal:
    """Packed records by tenant and hour."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def write(self, tenant: str, at_s: float, name: str, records: Sequence[Record]) -> None:
        """Store the records of one invocation; the same time and name overwrite themselves."""
        items = journal_items(tenant, at_s, name, records)
        if len(items) > 1:
            put_all(self._client, self._table, items)
            return
        with translated("dynamodb"):
            self._client.put_item(TableName=self._table, Item=items[0])

    def read(self, tenant: str, from_s: float, to_s: float) -> Iterable[Record]:
        """Return the records written from `from_s` to `to_s`, both included, oldest first.

        There is a query for each hour, so none for the hours that are kept no more.
        """
        from_ms, to_ms = span_ms(from_s, to_s)
        for hour in range(from_ms // _HOUR_MS, to_ms // _HOUR_MS + 1):
            bound = {
                "pk": _partition(tenant, hour),
                "from": f"{from_ms:015d}",
                # The character after "#" ends the names of the last millisecond.
                "to": f"{to_ms:015d}$",
            }
            condition = "#pk = :pk AND #sk BETWEEN :from AND :to"
            for stored in query_all(self._client, self._table, condition, bound):
                packed = upgraded("journal", stored)["data"]["B"]
                data = decompress(packed, _UNPACKED_LIMIT_BYTES)
                yield from _decoder.decode(data)
