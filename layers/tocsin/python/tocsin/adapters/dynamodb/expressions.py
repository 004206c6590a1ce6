"""Expressions, with every attribute name aliased: the reserved words are hundreds."""

import re
from collections.abc import Mapping
from typing import Any

from tocsin.adapters.dynamodb.attributes import Item, Value, attribute, text_set

_NAME = re.compile(r"#(\w+)")


def aliases(expression: str) -> dict[str, str]:
    """Return the names that an expression uses, where `#name` stands for an attribute."""
    return {f"#{name}": name for name in _NAME.findall(expression)}


def update(
    table: str,
    key: Item,
    values: Mapping[str, Value | None],
    condition: str,
    bound: Mapping[str, Value],
    joined: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the parameters of an update that sets `values` and removes those that are None.

    Each text of `joined` joins a set of texts, which is made where it is absent. In
    `condition`, `#name` stands for an attribute and `:name` for a value of `bound`. A failed
    condition brings back the item as it is.
    """
    written = {name: value for name, value in values.items() if value is not None}
    removed = [name for name in values if name not in written]
    clauses = []
    if written:
        clauses.append("SET " + ", ".join(f"#{name} = :set_{name}" for name in written))
    if removed:
        clauses.append("REMOVE " + ", ".join(f"#{name}" for name in removed))
    members = joined or {}
    if members:
        clauses.append("ADD " + ", ".join(f"#{name} :set_{name}" for name in members))
    bound_values = {f":{name}": attribute(value) for name, value in bound.items()}
    set_values = {f":set_{name}": attribute(value) for name, value in written.items()}
    set_values |= {f":set_{name}": text_set([text]) for name, text in members.items()}
    return {
        "TableName": table,
        "Key": key,
        "UpdateExpression": " ".join(clauses),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": aliases(condition)
        | {f"#{name}": name for name in (*values, *members)},
        "ExpressionAttributeValues": {**bound_values, **set_values},
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
