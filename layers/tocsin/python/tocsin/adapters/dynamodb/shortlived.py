"""State that is worth a day at most, one small item each, written by version.

Nobody acts on it who cannot read it, so its table has no formats: an item of another release
counts as a store that is away, and expires.
"""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import VERSION, Item, Value, attribute, expiry, item
from tocsin.domain.errors import Permanent
from tocsin.ports.delivery import Versioned

KEPT_S = 86_400.0


Kept = TypeVar("Kept", bound=Versioned)


class ShortLived(Generic[Kept]):
    """Items of one kind of struct, by key."""

    def __init__(self, client: Any, table: str, kind: type[Kept]) -> None:
        self._client = client
        self._table = table
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, key: str, now_s: float) -> Kept | None:
        """Return what is stored and has not expired, consistently."""
        with translated("dynamodb"):
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": attribute(key)}, ConsistentRead=True
            )
        stored: Item | None = answer.get("Item")
        return None if stored is None else self._read(stored, now_s)

    def write(self, kept: Kept, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""
        stored: Any = replace(kept, version=kept.version + 1)  # type: ignore[type-var]
        values: dict[str, Value | None] = {
            "pk": kept.key,
            "version": stored.version,
            "doc": msgspec.json.encode(stored).decode(),
            "expires_at_s": expiry(now_s + KEPT_S),
        }
        condition = "#version = :read"
        bound = {":read": attribute(kept.version)}
        names = {"#version": "version"}
        if kept.version == 0:
            condition = "attribute_not_exists(#pk) OR #expires_at_s <= :now"
            bound = {":now": attribute(now_s)}
            names = {"#pk": "pk", "#expires_at_s": "expires_at_s"}
        with translated("dynamodb"):
            self._client.put_item(
                TableName=self._table,
                Item=item(values),
                ConditionExpression=condition,
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=bound,
            )

    def _read(self, stored: Item, now_s: float) -> Kept | None:
        try:
            # TTL deletes up to two days late.
            if float(stored["expires_at_s"]["N"]) <= now_s:
                return None
            if stored["v"] == attribute(VERSION):
                return self._decoder.decode(stored["doc"]["S"])
        except (msgspec.MsgspecError, KeyError, ValueError):
            pass
        raise Permanent("what is known of a receiver is stored in a format that is not known here")
