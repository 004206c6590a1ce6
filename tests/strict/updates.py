"""Update expressions of DynamoDB: which paths they write, and how large the item gets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from tests.strict.expressions import CLAUSES, tokens
from tests.strict.refusal import invalid
from tests.strict.schema import Schema
from tests.strict.values import attribute_bytes

Item = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Action:
    """One assignment, removal, addition or deletion; `operand` are the words of the value."""

    clause: str
    path: tuple[str, ...]
    operand: tuple[str, ...]


@lru_cache(1024)
def actions(text: str) -> tuple[Action, ...]:
    """Return the actions of an update expression. Raises Refused if a clause comes twice."""
    found = tuple(_action(clause, words) for clause, words in _clauses(text))
    begun = [word.upper() for before, word in _pairs(text) if _is_clause(before, word)]
    if len(set(begun)) != len(begun):
        raise invalid("Invalid UpdateExpression: A section can only be used once")
    return found


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield each word behind the one before it."""
    return pairwise(("", *tokens(text)))


def _is_clause(before: str, word: str) -> bool:
    return word.upper() in CLAUSES and before != "."


def _clauses(text: str) -> Iterator[tuple[str, list[str]]]:
    clause, depth = "", 0
    words: list[str] = []
    for before, word in _pairs(text):
        if (is_clause := _is_clause(before, word)) or (word == "," and not depth):
            if words:
                yield clause, words
            clause, words = (word.upper() if is_clause else clause), []
        else:
            depth += (word == "(") - (word == ")")
            words.append(word)
    if words:
        yield clause, words


def _action(clause: str, words: list[str]) -> Action:
    if clause == "SET":
        at = words.index("=") if "=" in words else len(words)
        path, operand = words[:at], words[at + 1 :]
    else:
        at = len(words) if clause == "REMOVE" else len(words) - 1
        path, operand = words[:at], words[at:]
    return Action(clause, tuple(word for word in path if word not in ".[]"), tuple(operand))


def check_update(params: Mapping[str, Any], schema: Schema) -> None:
    """Raise Refused for paths that overlap, belong to the key or get what an index cannot hold."""
    names = params.get("ExpressionAttributeNames") or {}
    values = params.get("ExpressionAttributeValues") or {}
    found = actions(params["UpdateExpression"])
    paths = sorted(tuple(names.get(part, part) for part in action.path) for action in found)
    for one, two in pairwise(paths):
        if two[: len(one)] == one:
            raise invalid(
                "Invalid UpdateExpression: Two document paths overlap with each other; must "
                f"remove or rewrite one of these paths; path one: {one}, path two: {two}"
            )
    for key in schema.primary:
        if any(path[:1] == (key.name,) for path in paths):
            raise invalid(
                "One or more parameter values were invalid: "
                f"Cannot update attribute {key.name}. This attribute is part of the key"
            )
    schema.check_index_keys(dict(_assigned(found, names, values)))


def updated_bytes(params: Mapping[str, Any], before: Item) -> int:
    """Return the size of the item after an update: exact for whole attributes set to a value.

    What is computed by the expression or nested in an attribute counts as it was.
    """
    names = params.get("ExpressionAttributeNames") or {}
    values = params.get("ExpressionAttributeValues") or {}
    found = actions(params["UpdateExpression"]) if params.get("UpdateExpression") else ()
    removed = {
        names.get(action.path[0], action.path[0])
        for action in found
        if action.clause == "REMOVE" and len(action.path) == 1
    }
    after = {**params["Key"], **before, **dict(_assigned(found, names, values))}
    return sum(attribute_bytes(name, after[name]) for name in after.keys() - removed)


def _assigned(
    found: tuple[Action, ...], names: Mapping[str, str], values: Item
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for action in found:
        is_plain = len(action.path) == 1 and len(action.operand) == 1
        if action.clause == "SET" and is_plain and action.operand[0] in values:
            yield names.get(action.path[0], action.path[0]), values[action.operand[0]]
