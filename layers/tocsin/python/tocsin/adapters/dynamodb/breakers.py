"""Circuit breakers in a table of their own, one item an endpoint.

An item is worth a day at most and nobody acts on it who cannot read it, so this table has no
formats: an item of another release counts as a store that is away, and expires.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import VERSION, Item, Value, attribute, expiry, item
from tocsin.domain.breaker import Breaker
from tocsin.domain.errors import Permanent

KEPT_S = 86_400.0

_decoder = msgspec.json.Decoder(Breaker)


class DynamoBreakers:
    """One small item an endpoint that has failed; none for the others."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, key: str, now_s: float) -> Breaker | None:
        """Return what is stored and has not expired, consistently."""
        with translated("dynamodb"):
            answer = self._client.get_item(
                TableName=self._table, Key={"pk": attribute(key)}, ConsistentRead=True
            )
        stored: Item | None = answer.get("Item")
        return None if stored is None else _breaker(stored, now_s)

    def write(self, breaker: Breaker, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""
        stored = replace(breaker, version=breaker.version + 1)
        values: dict[str, Value | None] = {
            "pk": breaker.key,
            "version": stored.version,
            "doc": msgspec.json.encode(stored).decode(),
            "expires_at_s": expiry(now_s + KEPT_S),
        }
        condition = "#version = :read"
        bound = {":read": attribute(breaker.version)}
        names = {"#version": "version"}
        if breaker.version == 0:
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


def _breaker(stored: Item, now_s: float) -> Breaker | None:
    try:
        # TTL deletes up to two days late.
        if float(stored["expires_at_s"]["N"]) <= now_s:
            return None
        if stored["v"] == attribute(VERSION):
            return _decoder.decode(stored["doc"]["S"])
    except (msgspec.MsgspecError, KeyError, ValueError):
        pass
    raise Permanent("the state of an endpoint is stored in a format that is not known here")
