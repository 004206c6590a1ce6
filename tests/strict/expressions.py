"""Expressions of DynamoDB, word by word: length, placeholders and reserved words."""

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from moto.dynamodb.parsing.reserved_keywords import ReservedKeywords

from tests.strict.refusal import invalid

LIMIT_BYTES = 4096
KINDS = (
    "ConditionExpression",
    "FilterExpression",
    "KeyConditionExpression",
    "ProjectionExpression",
    "UpdateExpression",
)
# The list of the developer guide; moto ships it, and applies it in some places only.
RESERVED = frozenset(ReservedKeywords.get_reserved_keywords())
CLAUSES = frozenset({"SET", "REMOVE", "ADD", "DELETE"})

_TOKEN = re.compile(r"[#:]\w+|[A-Za-z_]\w*|[0-9]+|<>|<=|>=|\S")
_WORD = re.compile(r"[A-Za-z_]\w*")
_OPERATORS = frozenset({"AND", "OR", "NOT", "BETWEEN", "IN"})
_CONDITION_FUNCTIONS = frozenset(
    {
        "attribute_exists",
        "attribute_not_exists",
        "attribute_type",
        "begins_with",
        "contains",
        "size",
    }
)
_FUNCTIONS: Mapping[str, Collection[str]] = {
    "ConditionExpression": _CONDITION_FUNCTIONS,
    "FilterExpression": _CONDITION_FUNCTIONS,
    "KeyConditionExpression": {"begins_with"},
    "ProjectionExpression": (),
    "UpdateExpression": {"if_not_exists", "list_append"},
}


@lru_cache(1024)
def tokens(text: str) -> tuple[str, ...]:
    """Return the words, placeholders and signs of an expression."""
    return tuple(_TOKEN.findall(text))


def check_expressions(params: Mapping[str, Any]) -> None:
    """Raise Refused for any expression of a request that does not fit its placeholders."""
    given = {kind: params[kind] for kind in KINDS if params.get(kind) is not None}
    used: set[str] = set()
    for kind, text in given.items():
        used |= _placeholders(kind, text)
    for parameter, what in (
        ("ExpressionAttributeNames", "name used in the document path"),
        ("ExpressionAttributeValues", "value used in expression"),
    ):
        sign = "#" if parameter.endswith("Names") else ":"
        _check_placeholders(
            params.get(parameter), parameter, {u for u in used if u[0] == sign}, what
        )


def _check_placeholders(
    defined: Mapping[str, Any] | None, parameter: str, used: set[str], what: str
) -> None:
    if defined is not None and not defined:
        raise invalid(f"{parameter} must not be empty")
    missing = used - (defined or {}).keys()
    if missing:
        raise invalid(f"An expression attribute {what} is not defined: {min(missing)}")
    unused = (defined or {}).keys() - used
    if unused:
        raise invalid(f"Value provided in {parameter} unused in expressions: keys: {min(unused)}")


@lru_cache(1024)
def _placeholders(kind: str, text: str) -> frozenset[str]:
    """Return the placeholders of one expression, which is sound in itself."""
    if not text.strip():
        raise invalid(f"Invalid {kind}: The expression can not be empty;")
    if len(text.encode()) > LIMIT_BYTES:
        raise invalid(
            f"Invalid {kind}: Expression size has exceeded the maximum allowed size; "
            f"expression size: {len(text.encode())}"
        )
    words = tokens(text)
    for before, word, after in zip(("", *words), words, (*words[1:], ""), strict=False):
        if _WORD.fullmatch(word):
            _check_word(kind, before, word, after)
    return frozenset(word for word in words if word[0] in "#:")


def _check_word(kind: str, before: str, word: str, after: str) -> None:
    is_operator = word.upper() in (CLAUSES if kind == "UpdateExpression" else _OPERATORS)
    if is_operator and before != ".":
        return
    if after == "(":
        if word not in _FUNCTIONS[kind]:
            raise invalid(f"Invalid {kind}: Invalid function name; function: {word}")
    elif word.upper() in RESERVED:
        raise invalid(
            f"Invalid {kind}: Attribute name is a reserved keyword; reserved keyword: {word}"
        )
