"""Walks the members of a payload, so that one bad alert does not fail the good ones."""

from collections.abc import Callable
from typing import Any

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, TooLarge
from tocsin.providers import limits


class Ignored(msgspec.Struct, frozen=True):
    """A member that is understood and no news; it keeps the places of those behind it."""


# The code of an alert whose JSON has another form than it must have, where senders are told.
UNREADABLE = "unreadable"

Entry = Alert | InvalidAlert | Ignored


def read_each(members: list[Any], prefix: str, read: Callable[[Any], Alert]) -> list[Entry]:
    """Return one entry per member, in order; an error's path starts at the payload's root.

    Raises TooLarge, before it reads any, if there are more than one request may hold.
    """
    if len(members) > limits.ALERTS_PER_REQUEST:
        raise TooLarge(
            f"{len(members)} alerts in one request; {limits.ALERTS_PER_REQUEST} are allowed"
        )
    entries: list[Entry] = []
    for index, member in enumerate(members):
        try:
            entries.append(read(member))
        except InvalidAlert as error:
            where = f"{prefix}[{index}]"
            error.path = f"{where}.{error.path}" if error.path else where
            entries.append(error.with_traceback(None))
    return entries


def read_one(member: Any, read: Callable[[Any], Alert]) -> list[Entry]:
    """Return the one entry of a payload that is itself the alert."""
    try:
        return [read(member)]
    except InvalidAlert as error:
        return [error.with_traceback(None)]
