"""Bringing one stored item to the current format, where it lies.

Workers of an older release may still be at it. What they change meanwhile makes the write fail,
and an item whose lease somebody holds is left to them: they could not settle what they said.
"""

from typing import Any, Literal

from tocsin.adapters.dynamodb.attributes import Item
from tocsin.adapters.dynamodb.expressions import aliases
from tocsin.adapters.dynamodb.formats import Kind, upgraded
from tocsin.adapters.dynamodb.transactions import write

State = Literal["renewed", "current", "held"]

_KEY = ("pk", "sk")
_LEASE = ("lease_owner", "lease_until_s")
# What a worker adds to a group without changing anything that was there.
_MAY_APPEAR: dict[Kind, tuple[str, ...]] = {"groups": (*_LEASE, "settled", "intent", "intent_at")}


def held_until_s(stored: Item) -> float:
    """Return until when somebody has the lease of an item; 0 if nobody has."""
    return float(stored["lease_until_s"]["N"]) if "lease_until_s" in stored else 0.0


def renew(client: Any, table: str, kind: Kind, stored: Item, now_s: float) -> State:
    """Rewrite an item that has an older format, if it is still as it was read.

    "held" if somebody has its lease. An expired lease is taken away, so that its late holder
    loses it as to another worker. Raises Conflict if the item has changed or is gone, and
    NewerFormat.
    """
    renewed = upgraded(kind, stored)
    if renewed is stored:
        return "current"
    if held_until_s(stored) >= now_s:
        return "held"
    kept = {name: value for name, value in renewed.items() if name not in _LEASE}
    write(client, [{"Update": _change(table, kind, stored, kept)}])
    return "renewed"


def _change(table: str, kind: Kind, stored: Item, renewed: Item) -> dict[str, Any]:
    every = sorted({*stored, *renewed, *_MAY_APPEAR.get(kind, ())})
    changed = [name for name in every if stored.get(name) != renewed.get(name)]
    if set(_KEY) & set(changed):
        raise ValueError(f"a step changes the key of an item of {kind}")
    written = [name for name in changed if name in renewed]
    removed = [name for name in changed if name not in renewed]
    clauses = "SET " + ", ".join(f"#{name} = :new_{name}" for name in written)
    if removed:
        clauses += " REMOVE " + ", ".join(f"#{name}" for name in removed)
    condition = " AND ".join(
        f"#{name} = :old_{name}" if name in stored else f"attribute_not_exists(#{name})"
        for name in every
    )
    return {
        "TableName": table,
        "Key": {name: stored[name] for name in _KEY if name in stored},
        "UpdateExpression": clauses,
        "ConditionExpression": condition,
        "ExpressionAttributeNames": aliases(f"{clauses} {condition}"),
        "ExpressionAttributeValues": {
            **{f":old_{name}": value for name, value in stored.items()},
            **{f":new_{name}": renewed[name] for name in written},
        },
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
