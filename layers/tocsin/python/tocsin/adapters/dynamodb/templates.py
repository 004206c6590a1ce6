"""What alerts said lately, in the table of enrichment: one packed item for each block."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, attribute, expiry
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.domain.compression import compress, decompress
from tocsin.domain.enrichment.known import Known

# An item may have 400 KB, and each KB that is written costs.
LIMIT_BYTES = 32_000
_UNPACKED_LIMIT_BYTES = 4 * 1024 * 1024
_SORT = "known"

_decoder = msgspec.msgpack.Decoder(tuple[Known, ...])


class DynamoTemplates:
    """Items that whoever writes replaces as a whole."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, tenant: str, block: str, now_s: float) -> tuple[Known, ...]:
        """Return what is stored of a block and has not expired. Raises NewerFormat."""
        with translated("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=_key(tenant, block))
        if "Item" not in answer:
            return ()
        stored = upgraded("enrichment", answer["Item"])
        if float(stored["expires_at_s"]["N"]) <= now_s:
            return ()
        return _decoder.decode(decompress(bytes(stored["data"]["B"]), _UNPACKED_LIMIT_BYTES))

    def write(self, tenant: str, block: str, known: Sequence[Known], expires_at_s: float) -> None:
        """Store what is known of a block, in place of what was; the last are left out first."""
        item = versioned(
            "enrichment",
            {
                "pk": _partition(tenant, block),
                "sk": _SORT,
                "data": _packed(known),
                "expires_at_s": expiry(expires_at_s),
            },
        )
        with translated("dynamodb"):
            self._client.put_item(TableName=self._table, Item=item)


def _packed(known: Sequence[Known]) -> bytes:
    data = compress(msgspec.msgpack.encode(known))
    while len(data) > LIMIT_BYTES and known:
        known = known[: len(known) * 3 // 4]
        data = compress(msgspec.msgpack.encode(known))
    return data


def _partition(tenant: str, block: str) -> str:
    return f"{tenant}#similar#{block}"


def _key(tenant: str, block: str) -> Item:
    return {"pk": attribute(_partition(tenant, block)), "sk": attribute(_SORT)}
