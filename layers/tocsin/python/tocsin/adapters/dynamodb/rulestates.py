"""What is remembered of rules: one packed item for each rule that is not well."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, Value, attribute
from tocsin.adapters.dynamodb.batches import get_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Permanent
from tocsin.domain.rulestate import RuleState

# An item may have 400 KB, names and numbers included.
_LIMIT_BYTES = 390_000
# Whatever fits leaves room for the note that the next state does not.
_ROOM_BYTES = 8_000
_UNPACKED_LIMIT_BYTES = 64 * 1024 * 1024

_decoder = msgspec.json.Decoder(RuleState)


class DynamoRuleStates:
    """One item a rule, all of a tenant in one partition."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self, tenant: str, rules: Iterable[str]) -> dict[str, RuleState]:
        """Return what is stored of these rules, consistently. Raises NewerFormat."""
        keys = [_key(tenant, rule) for rule in dict.fromkeys(rules)]
        found = get_all(self._client, self._table, keys)
        return {state.rule: state for state in map(_state, found)}

    def names(self, tenant: str) -> list[str]:
        """Return the names of the rules of which something is stored."""
        found = query_all(
            self._client,
            self._table,
            "#pk = :pk",
            {"pk": _partition(tenant)},
            ProjectionExpression="sk",
            ConsistentRead=True,
        )
        return [stored["sk"]["S"] for stored in found]

    def write(self, state: RuleState) -> None:
        """Store the next version, or delete one that is empty.

        Raises Conflict if another was stored meanwhile, and Permanent if the state is too large
        for an item.
        """
        if state.is_empty and state.version == 0:
            return
        condition = {"TableName": self._table, **_as_read(state)}
        if state.is_empty:
            with translated("dynamodb"):
                self._client.delete_item(Key=_key(state.tenant, state.rule), **condition)
            return
        stored = _item(replace(state, version=state.version + 1))
        with translated("dynamodb"):
            self._client.put_item(Item=stored, **condition)


def _as_read(state: RuleState) -> dict[str, Any]:
    """Return the condition that nobody has stored another version meanwhile."""
    if state.version == 0:
        return {
            "ConditionExpression": "attribute_not_exists(#pk)",
            "ExpressionAttributeNames": {"#pk": "pk"},
        }
    return {
        "ConditionExpression": "#version = :read",
        "ExpressionAttributeNames": {"#version": "version"},
        "ExpressionAttributeValues": {":read": attribute(state.version)},
    }


def _partition(tenant: str) -> str:
    return f"{tenant}#rules"


def _key(tenant: str, rule: str) -> Item:
    return {"pk": attribute(_partition(tenant)), "sk": attribute(rule)}


def _item(state: RuleState) -> Item:
    doc = compress(msgspec.json.encode(state))
    if len(doc) > _LIMIT_BYTES - (0 if state.failure else _ROOM_BYTES):
        raise Permanent(f"rule {state.rule} has too many series that are not well to remember")
    values: dict[str, Value | None] = {
        "pk": _partition(state.tenant),
        "sk": state.rule,
        "version": state.version,
        "doc": doc,
    }
    return versioned("rules", values)


def _state(stored: Item) -> RuleState:
    doc = bytes(upgraded("rules", stored)["doc"]["B"])
    return _decoder.decode(decompress(doc, _UNPACKED_LIMIT_BYTES))
