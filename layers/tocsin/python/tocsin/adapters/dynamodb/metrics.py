"""Pushed metrics in a table: an item for what one request says of one shard in one minute.

A query of one metric reads its shard minute by minute, and of each item decodes that metric only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.attributes import Item, expiry
from tocsin.adapters.dynamodb.batches import put_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Permanent
from tocsin.domain.matchers import Matcher, match_all
from tocsin.domain.metricpieces import SLOT_S, Joined, cut, shard_of, slot_of
from tocsin.domain.series import Series

# An item may hold 400 KB.
PACKED_LIMIT_BYTES = 300_000
_UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024
_HOUR_S = 3600

_Metrics = Mapping[str, tuple[Series, ...]]

# What the other metrics of an item say is left as it is.
_item_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])
_series_decoder = msgspec.json.Decoder(list[Series])


class DynamoMetrics:
    """Packed points by tenant, hour and shard; items go `kept_s` after they were received."""

    def __init__(self, client: Any, table: str, kept_s: float = 0.0) -> None:
        self._client = client
        self._table = table
        self._kept_s = kept_s

    def append(
        self, tenant: str, name: str, at_s: float, metrics: Mapping[str, Sequence[Series]]
    ) -> None:
        """Store points by metric; the same `name` again overwrites the same points."""
        expires_at_s = expiry(at_s + self._kept_s)
        items: list[Item] = [
            versioned(
                "metrics",
                {
                    "pk": _partition(tenant, piece.slot_s, piece.shard),
                    "sk": f"{piece.slot_s:012d}#{part}",
                    "data": data,
                    "expires_at_s": expires_at_s,
                },
            )
            for piece in cut(metrics)
            for part, data in _pack(name, piece.metrics)
        ]
        put_all(self._client, self._table, items)

    def read(
        self,
        tenant: str,
        metric: str,
        from_s: float,
        to_s: float,
        matchers: tuple[Matcher, ...] = (),
    ) -> list[Series]:
        """Return the points of a span, of the series that match; a query for each hour."""
        joined = Joined(from_s, to_s)
        for stored in self._items(tenant, metric, from_s, to_s):
            found = _item_decoder.decode(
                decompress(upgraded("metrics", stored)["data"]["B"], _UNPACKED_LIMIT_BYTES)
            ).get(metric)
            if found is not None:
                series = _series_decoder.decode(found)
                joined.add(each for each in series if match_all(matchers, dict(each.labels)))
        return joined.all()

    def _items(self, tenant: str, metric: str, from_s: float, to_s: float) -> Iterator[Item]:
        first_s, last_s = slot_of(from_s), slot_of(to_s)
        for hour_s in range(first_s // _HOUR_S * _HOUR_S, last_s + 1, _HOUR_S):
            bound = {
                "pk": _partition(tenant, hour_s, shard_of(metric)),
                "from": f"{first_s:012d}",
                "to": f"{last_s + SLOT_S:012d}",
            }
            condition = "#pk = :pk AND #sk BETWEEN :from AND :to"
            yield from query_all(self._client, self._table, condition, bound)


def _partition(tenant: str, slot_s: int, shard: int) -> str:
    return f"{tenant}#{datetime.fromtimestamp(slot_s, UTC):%Y-%m-%dT%H}#{shard:02d}"


def _pack(name: str, metrics: _Metrics) -> Iterator[tuple[str, bytes]]:
    data = compress(msgspec.json.encode(metrics))
    if len(data) <= PACKED_LIMIT_BYTES:
        yield name, data
        return
    for part, half in enumerate(_halves(metrics)):
        yield from _pack(f"{name}.{part}", half)


def _halves(metrics: _Metrics) -> tuple[_Metrics, _Metrics]:
    """Return half of the metrics, or half of the series of the one, twice."""
    if len(metrics) > 1:
        names = list(metrics)
        middle = len(names) // 2
        return (
            {name: metrics[name] for name in names[:middle]},
            {name: metrics[name] for name in names[middle:]},
        )
    ((metric, series),) = metrics.items()
    middle = len(series) // 2
    if not middle:
        raise Permanent("the points of one series in one minute are too long for an item")
    return {metric: series[:middle]}, {metric: series[middle:]}
