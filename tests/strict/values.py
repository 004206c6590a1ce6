"""Attribute values as DynamoDB judges them: types, numbers, sets, nesting and size."""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from tests.strict.refusal import invalid

ITEM_LIMIT_BYTES = 400 * 1024
NESTING_LIMIT = 32
DIGITS_LIMIT = 38

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SMALLEST, _LARGEST = -130, 125
_SET_NAMES = {"SS": "string", "NS": "number", "BS": "binary"}


def check_value(value: Mapping[str, Any], depth: int = 1) -> None:
    """Raise Refused for a value that can be stored nowhere."""
    if len(value) != 1 or not value.keys() <= _CHECKS.keys():
        raise invalid("Supplied AttributeValue must contain exactly one of the supported datatypes")
    if depth > NESTING_LIMIT:
        raise invalid(
            "Nesting Levels have exceeded supported limits: "
            "Attributes in the item have nested levels beyond supported limit"
        )
    ((kind, content),) = value.items()
    _CHECKS[kind](kind, content, depth)


def _check_nothing(kind: str, content: Any, depth: int) -> None:
    pass


def _check_null(kind: str, content: Any, depth: int) -> None:
    if content is not True:
        raise invalid("Null attribute value types must have the value of true")


def _check_map(kind: str, content: Any, depth: int) -> None:
    for value in content.values():
        check_value(value, depth + 1)


def _check_list(kind: str, content: Any, depth: int) -> None:
    for value in content:
        check_value(value, depth + 1)


def _check_set(kind: str, content: Any, depth: int) -> None:
    prefix = "One or more parameter values were invalid:"
    if not content:
        raise invalid(f"{prefix} An {_SET_NAMES[kind]} set  may not be empty")
    if kind == "NS":
        for number in content:
            check_number("N", number, depth)
    elif not all(content):
        raise invalid(f"{prefix} An {_SET_NAMES[kind]} set may not have a empty string as a member")
    members = (
        [Decimal(each) for each in content] if kind == "NS" else [bytes_of(c) for c in content]
    )
    if len(set(members)) != len(members):
        raise invalid(f"{prefix} Input collection contains duplicates.")


def check_number(kind: str, text: Any, depth: int) -> None:
    """Raise Refused for a number that is none, too precise, too large or too small."""
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise invalid("The parameter cannot be converted to a numeric value")
    try:
        _sign, digits, _exponent = (number := Decimal(text)).as_tuple()
    except InvalidOperation:
        # Only the exponent can still be at fault.
        raise invalid("Number overflow or underflow") from None
    if number.is_zero():
        return
    if len("".join(map(str, digits)).strip("0")) > DIGITS_LIMIT:
        raise invalid("Attempting to store more than 38 significant digits in a Number")
    if number.adjusted() > _LARGEST:
        raise invalid(
            "Number overflow. "
            "Attempting to store a number with magnitude larger than supported range"
        )
    if number.adjusted() < _SMALLEST:
        raise invalid(
            "Number underflow. "
            "Attempting to store a number with magnitude smaller than supported range"
        )


_CHECKS: dict[str, Callable[[str, Any, int], None]] = {
    "S": _check_nothing,
    "B": _check_nothing,
    "BOOL": _check_nothing,
    "N": check_number,
    "NULL": _check_null,
    "M": _check_map,
    "L": _check_list,
    "SS": _check_set,
    "NS": _check_set,
    "BS": _check_set,
}


def bytes_of(content: str | bytes) -> bytes:
    """Return a string or a binary as it is stored."""
    return content.encode() if isinstance(content, str) else bytes(content)


def item_bytes(item: Mapping[str, Any]) -> int:
    """Return the size of an item, of names and values, as the documentation counts it."""
    return sum(attribute_bytes(name, value) for name, value in item.items())


def attribute_bytes(name: str, value: Mapping[str, Any]) -> int:
    """Return the size of one attribute with its name."""
    return len(name.encode()) + value_bytes(value)


def value_bytes(value: Mapping[str, Any]) -> int:
    """Return the size of a value without a name."""
    ((kind, content),) = value.items()
    if kind in ("S", "B"):
        return len(bytes_of(content))
    if kind == "N":
        return _number_bytes(content)
    if kind in ("BOOL", "NULL"):
        return 1
    if kind == "M":
        return 3 + len(content) + item_bytes(content)
    if kind == "L":
        return 3 + len(content) + sum(map(value_bytes, content))
    return sum(value_bytes({kind[0]: member}) for member in content)


@lru_cache(1024)
def _number_bytes(text: str) -> int:
    digits = "".join(map(str, Decimal(text).as_tuple().digits)).strip("0")
    return (len(digits) + 1) // 2 + 1
