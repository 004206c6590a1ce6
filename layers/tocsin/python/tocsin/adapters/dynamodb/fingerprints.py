"""Marks in the fingerprint table."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.attributes import attribute, expiry
from tocsin.adapters.dynamodb.batches import get_all, put_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.domain.dedup import Mark

_decoder = msgspec.json.Decoder(Mark)


class DynamoFingerprints:
    """One item a mark, far below the kilobyte that one write unit buys."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, keys: Sequence[str], now_s: float) -> dict[str, Mark]:
        """Return the marks that exist and have not expired."""
        wanted = [{"pk": attribute(key)} for key in dict.fromkeys(keys)]
        marks = (
            _decoder.decode(upgraded("fingerprints", stored)["mark"]["S"])
            for stored in get_all(self._client, self._table, wanted)
        )
        # TTL deletes up to two days late.
        return {mark.key: mark for mark in marks if mark.expires_at_s > now_s}

    def write(self, marks: Sequence[Mark]) -> None:
        """Write marks without conditions; of two for one key the last counts."""
        latest = {mark.key: mark for mark in marks}
        put_all(
            self._client,
            self._table,
            [
                versioned(
                    "fingerprints",
                    {
                        "pk": mark.key,
                        "mark": msgspec.json.encode(mark).decode(),
                        "expires_at_s": expiry(mark.expires_at_s),
                    },
                )
                for mark in latest.values()
            ],
        )
