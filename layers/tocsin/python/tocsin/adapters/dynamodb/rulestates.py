"""What is remembered of rules: one packed item for each rule that is not well."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from tocsin.adapters.aws import translated
from tocsin.adapters.dynamodb.attributes import Item, Value, attribute
from tocsin.adapters.dynamodb.batches import get_all
from tocsin.adapters.dynamodb.formats import upgraded, versioned
from tocsin.adapters.dynamodb.queries import query_all
from tocsin.adapters.dynamodb.rulespill import RuleSpill
from tocsin.domain.errors import Conflict, Permanent
from tocsin.domain.rulestate import RuleState
from tocsin.ports import Blobs

# Of states whose blobs others replace while they are read.
_TRIES = 5


class DynamoRuleStates:
    """One item a rule, all of a tenant in one partition; large ones lie in `blobs`."""

    def __init__(self, client: Any, table: str, blobs: Blobs) -> None:
        self._client = client
        self._table = table
        self._spill = RuleSpill(blobs)

    def read(self, tenant: str, rules: Iterable[str]) -> dict[str, RuleState]:
        """Return what is stored of these rules, consistently. Raises NewerFormat and Conflict."""
        found: dict[str, RuleState] = {}
        left = list(dict.fromkeys(rules))
        for _ in range(_TRIES):
            moved: list[str] = []
            for stored in get_all(self._client, self._table, [_key(tenant, rule) for rule in left]):
                item = upgraded("rules", stored)
                try:
                    state = self._spill.unpack(item)
                except Permanent:
                    # It was written since the item was read.
                    moved.append(item["sk"]["S"])
                else:
                    found[state.rule] = state
            if not moved:
                return found
            left = moved
        raise Conflict(f"the states of {len(left)} rules moved while they were read")

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

        Raises Conflict if another was stored meanwhile, and Permanent if the state is too large.
        """
        if state.is_empty and state.version == 0:
            return
        condition = {"TableName": self._table, **_as_read(state)}
        if state.is_empty:
            with translated("dynamodb"):
                self._client.delete_item(Key=_key(state.tenant, state.rule), **condition)
            self._spill.replaced(state, None)
            return
        packed = self._spill.pack(replace(state, version=state.version + 1))
        with translated("dynamodb"):
            self._client.put_item(Item=_item(state, packed), **condition)
        self._spill.replaced(state, packed["doc_at"])


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


def _item(state: RuleState, packed: dict[str, Value | None]) -> Item:
    values: dict[str, Value | None] = {
        "pk": _partition(state.tenant),
        "sk": state.rule,
        "version": state.version + 1,
        **packed,
    }
    return versioned("rules", values)
