"""Values that senders' own templates call by several names."""

from typing import Any


def first(payload: dict[str, Any], names: tuple[str, ...]) -> tuple[Any, str]:
    """Return the first of these fields that says something, and its name.

    Without any it is None and the first name, for an error that says what is missing.
    """
    for name in names:
        value = payload.get(name)
        if value is not None and value != "":
            return value, name
    return None, names[0]
