"""Silences in the control table, beside the configuration: nobody can send them again."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tocsin.adapters.dynamodb.attributes import Item, Value, attribute, expiry
from tocsin.adapters.dynamodb.expressions import aliases
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.dynamodb.transactions import Action, write
from tocsin.domain.silence import Silence

_decoder = msgspec.json.Decoder(Silence)


class DynamoSilences:
    """One item a silence, all of a tenant in one partition."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def all(self, tenant: str) -> list[Silence]:
        """Return what is stored, also what has ended, by id. Raises NewerFormat."""
        found = query_all(
            self._client, self._table, "#pk = :pk", {"pk": _partition(tenant)}, ConsistentRead=True
        )
        return [_silence(stored) for stored in found]

    def write(self, tenant: str, silences: Sequence[Silence], delete_at_s: float) -> None:
        """Store the next version of each, all or none; a transaction takes at most 100."""
        if silences:
            write(self._client, [self._put(tenant, each, delete_at_s) for each in silences])

    def _put(self, tenant: str, silence: Silence, delete_at_s: float) -> Action:
        stored = msgspec.structs.replace(silence, version=silence.version + 1)
        values: dict[str, Value | None] = {
            "pk": _partition(tenant),
            "sk": silence.id,
            "version": stored.version,
            "doc": msgspec.json.encode(stored).decode(),
            "expires_at_s": expiry(delete_at_s),
        }
        parameters: dict[str, Any] = {
            "TableName": self._table,
            "Item": versioned("control", values),
            "ConditionExpression": "attribute_not_exists(#pk)",
        }
        if silence.version:
            parameters["ConditionExpression"] = "#version = :read"
            parameters["ExpressionAttributeValues"] = {":read": attribute(silence.version)}
        names = aliases(parameters["ConditionExpression"])
        return {"Put": {**parameters, "ExpressionAttributeNames": names}}


def _partition(tenant: str) -> str:
    return f"silence#{tenant}"


def _silence(stored: Item) -> Silence:
    return _decoder.decode(upgraded("control", stored)["doc"]["S"])
