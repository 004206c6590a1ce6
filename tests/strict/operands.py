"""Types of operands in expressions of DynamoDB, where the operand is a value of the request."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.strict.expressions import tokens
from tests.strict.refusal import Refused, invalid
from tests.strict.schema import KeyAttribute, check_key_value
from tests.strict.updates import actions

_ORDERED = frozenset("SNB")
_ORDERS = frozenset({"<", "<=", ">", ">="})
_COMPARISONS = _ORDERS | {"=", "<>"}
_OPERANDS = {
    "ADD": frozenset({"N", "SS", "NS", "BS"}),
    "DELETE": frozenset({"SS", "NS", "BS"}),
}
_TYPES = frozenset({"S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS"})

Values = Mapping[str, Mapping[str, Any]]


def check_condition(kind: str, text: str, values: Values) -> None:
    """Raise Refused for a condition that compares what has no order."""
    words = tokens(text)
    for at, word in enumerate(words):
        if word in _ORDERS:
            for side in (words[at - 1], words[at + 1]):
                _need(kind, word, side, values, _ORDERED)
        elif word.upper() == "BETWEEN":
            _check_bounds(kind, words[at + 1 : at + 4 : 2], values)
        elif word == "begins_with":
            _need(kind, word, _second(words, at), values, frozenset("SB"))
        elif word == "attribute_type":
            second = _second(words, at)
            _need(kind, word, second, values, frozenset("S"))
            if second in values and values[second]["S"] not in _TYPES:
                raise invalid(f"Invalid {kind}: Invalid attribute type name found")


def _check_bounds(kind: str, bounds: tuple[str, ...], values: Values) -> None:
    for bound in bounds:
        _need(kind, "BETWEEN", bound, values, _ORDERED)
    if not all(bound in values for bound in bounds):
        return
    ((low_type, low),), ((high_type, high),) = (values[bound].items() for bound in bounds)
    if low_type != high_type:
        raise invalid(f"Invalid {kind}: The BETWEEN operator requires same data type for bounds")
    if (float(low) > float(high)) if low_type == "N" else low > high:
        raise invalid(
            f"Invalid {kind}: The BETWEEN operator requires upper bound to be greater than or "
            "equal to lower bound"
        )


def check_update_operands(text: str, values: Values) -> None:
    """Raise Refused for arithmetic with what is no number, and for sets that are none."""
    for action in actions(text):
        if action.clause in _OPERANDS:
            what, allowed = action.clause, _OPERANDS[action.clause]
            _need("UpdateExpression", what, action.operand[0], values, allowed)
        for at, word in enumerate(action.operand):
            _check_computed(action.operand, at, word, values)


def _check_computed(words: tuple[str, ...], at: int, word: str, values: Values) -> None:
    if word in ("+", "-"):
        for side in (*words[at - 1 : at], *words[at + 1 : at + 2]):
            _need("UpdateExpression", word, side, values, frozenset("N"))
    elif word == "list_append":
        for side in (words[at + 2], _second(words, at)):
            _need("UpdateExpression", word, side, values, frozenset("L"))


def _need(kind: str, what: str, word: str, values: Values, allowed: frozenset[str]) -> None:
    if word in values and not values[word].keys() <= allowed:
        raise invalid(
            f"Invalid {kind}: Incorrect operand type for operator or function; "
            f"operator or function: {what}, operand type: {min(values[word])}"
        )


def _second(words: tuple[str, ...], at: int) -> str:
    """Return the first word of the second argument of the function at `at`."""
    comma = next((i for i in range(at, len(words)) if words[i] == ","), len(words) - 2)
    return words[comma + 1]


def check_key_condition(
    text: str, names: Mapping[str, str], values: Values, keys: tuple[KeyAttribute, ...]
) -> None:
    """Raise Refused for a key that is compared with what it cannot hold."""
    by_name = {key.name: key for key in keys}
    for name, word in _compared(text):
        key = by_name.get(names.get(name, name))
        if key is None or word not in values:
            continue
        try:
            check_key_value(key, values[word])
        except Refused as refused:
            if "Type mismatch" not in refused.message:
                raise
            raise invalid(
                "One or more parameter values were invalid: "
                "Condition parameter type does not match schema type"
            ) from refused


def _compared(text: str) -> Iterator[tuple[str, str]]:
    words = tokens(text)
    for at, word in enumerate(words):
        if word in _COMPARISONS:
            yield words[at - 1], words[at + 1]
        elif word.upper() == "BETWEEN":
            yield words[at - 1], words[at + 1]
            yield words[at - 1], words[at + 3]
        elif word == "begins_with":
            yield words[at + 2], _second(words, at)
