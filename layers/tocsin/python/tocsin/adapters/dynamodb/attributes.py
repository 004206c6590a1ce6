"""DynamoDB's typed attribute values, for the few types that tocsin stores."""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

Value = str | bytes | bool | int | float
Item = dict[str, dict[str, Any]]

# The format of an item, in its attribute `v`, where its table has had no other (see formats).
VERSION = 1


def attribute(value: Value) -> dict[str, Any]:
    """Write one value as DynamoDB types it."""
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bytes):
        return {"B": value}
    if isinstance(value, bool):
        return {"BOOL": value}
    return {"N": repr(value)}


def text_set(values: Iterable[str]) -> dict[str, Any]:
    """Write a set of texts, of which there must be one at least."""
    return {"SS": sorted(values)}


def item(values: Mapping[str, Value | None]) -> Item:
    """Write an item with its format, without the attributes that are None."""
    versioned = {"v": VERSION, **values}
    return {name: attribute(value) for name, value in versioned.items() if value is not None}


def plain(stored: Item) -> dict[str, Any]:
    """Read an item; numbers come back as int where they are whole."""
    return {name: _plain(value) for name, value in stored.items()}


def _plain(value: dict[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind != "N":
        return content
    try:
        return int(content)
    except ValueError:
        return float(content)


def expiry(at_s: float | None) -> int | None:
    """Return a time as TTL wants it: in whole seconds."""
    return None if at_s is None else ceil(at_s)
