"""The members of a pushed request: one object, a list of them, or a list under its own name."""

from collections.abc import Iterator
from typing import Any

from tocsin.domain.errors import InvalidPayload
from tocsin.providers.reading import kind


def members(payload: Any, name: str) -> Iterator[tuple[str, Any]]:
    """Yield where each member stands, and the member. Raises InvalidPayload if there can be none.

    `name` is what the list is called where an object holds it.
    """
    if type(payload) is list:
        yield from ((f"[{index}]", member) for index, member in enumerate(payload))
    elif type(payload) is not dict:
        raise InvalidPayload(f"{name}: expected an object or a list, got {kind(payload)}")
    elif name in payload:
        listed = payload[name]
        if type(listed) is not list:
            raise InvalidPayload(f"{name}: expected a list, got {kind(listed)}", name)
        yield from ((f"{name}[{index}]", member) for index, member in enumerate(listed))
    else:
        yield "", payload


def at(path: str, name: str) -> str:
    """Return where a field of a member stands."""
    return f"{path}.{name}" if path else name
