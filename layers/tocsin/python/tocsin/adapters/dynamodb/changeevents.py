"""Changes in a table: an item each, those of one service in one partition, by time."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.attributes import Item, expiry
from tocsin.adapters.dynamodb.batches import put_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.domain.found import RecentChange
from tocsin.ports.changeevents import CHANGES_KEPT_S

_decoder = msgspec.json.Decoder(RecentChange)


class DynamoChangeEvents:
    """Items go when they are no longer kept; nobody asks for changes as old as that."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def append(self, tenant: str, name: str, changes: Sequence[tuple[int, RecentChange]]) -> None:
        """Store changes, each under its index; at the same time it overwrites itself."""
        items = [_item(tenant, f"{name}:{index}", change) for index, change in changes]
        put_all(self._client, self._table, items)

    def near(
        self, tenant: str, service: str, from_s: float, to_s: float, limit: int
    ) -> list[RecentChange]:
        """Return the newest changes of a service from `from_s` to `to_s`, newest first."""
        found = query_all(
            self._client,
            self._table,
            "#pk = :pk AND #sk BETWEEN :from AND :to",
            {
                "pk": _partition(tenant, service),
                "from": _moment(from_s),
                # Behind all that are of the last millisecond.
                "to": _moment(to_s) + "$",
            },
            ScanIndexForward=False,
            Limit=limit,
        )
        shown: dict[str, RecentChange] = {}
        for stored in found:
            # What was sent again without a time stands there once for each; the first is left.
            shown[_name(stored)] = _change(stored)
            if len(shown) == limit:
                break
        return sorted(shown.values(), key=lambda each: each.at_s, reverse=True)


def _partition(tenant: str, service: str) -> str:
    return f"{tenant}#changes#{service.casefold()}"


def _moment(at_s: float) -> str:
    return f"{max(0, int(at_s * 1000)):015d}"


def _item(tenant: str, name: str, change: RecentChange) -> Item:
    values = {
        "pk": _partition(tenant, change.service),
        "sk": f"{_moment(change.at_s)}#{name}",
        "doc": msgspec.json.encode(change),
        "expires_at_s": expiry(change.at_s + CHANGES_KEPT_S),
    }
    return versioned("enrichment", values)


def _name(stored: Item) -> str:
    return str(stored["sk"]["S"]).partition("#")[2]


def _change(stored: Item) -> RecentChange:
    return _decoder.decode(bytes(upgraded("enrichment", stored)["doc"]["B"]))
