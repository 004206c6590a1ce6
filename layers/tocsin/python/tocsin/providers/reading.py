"""Single values of foreign JSON: text, times, numbers and links, and what to say when wrong."""

from datetime import UTC, datetime
from functools import lru_cache
from math import isfinite
from typing import Any

from tocsin.domain.errors import InvalidAlert
from tocsin.providers.limits import QUOTED_CHARACTERS, URL_CHARACTERS

_KINDS = {
    dict: "an object", list: "a list", str: "a string", bool: "a boolean",
    int: "a number", float: "a number", type(None): "null",
}  # fmt: skip

# Numbers from here on are milliseconds: as seconds they would lie after the year 5138.
_FIRST_EPOCH_MS = 100_000_000_000
_YEAR_1_AT_S = -62_135_596_800
_YEAR_10000_AT_S = 253_402_300_800
# The last moment that still has its year when it is written in milliseconds.
_LAST_AT_S = 253_402_300_799.999


def kind(value: Any) -> str:
    """Name the JSON type of a value."""
    return _KINDS.get(type(value), "something else")


def quoted(text: str) -> str:
    """Return a sender's own text for an error message: short, and without control characters."""
    return repr(text if len(text) <= QUOTED_CHARACTERS else text[:QUOTED_CHARACTERS] + "…")


def expected(what: str, value: Any, path: str) -> InvalidAlert:
    """Return the error for a value of the wrong type."""
    return InvalidAlert(f"expected {what}, got {kind(value)}", path)


def text(value: Any) -> str:
    """Return a text that need not be there, and "" for everything that is none."""
    return value if type(value) is str else ""


def rfc3339(value: Any, path: str) -> float | None:
    """Read an RFC 3339 time as epoch seconds; None if it is not given.

    Not given are null, "" and any time of the year 1, Go's zero time. A time without an offset
    is in UTC. Raises InvalidAlert.
    """
    if value is None or value == "":
        return None
    if type(value) is not str:
        raise expected("an RFC 3339 time", value, path)
    try:
        return _at_s(value)
    except ValueError:
        raise InvalidAlert(f"not an RFC 3339 time: {quoted(value)}", path) from None


def moment(value: Any, path: str) -> float | None:
    """As `rfc3339`, and read numbers too: epoch seconds, or milliseconds if that large.

    0 counts as not given.
    """
    if type(value) is str and value.isdecimal() and len(value) <= 13:
        value = int(value)
    if type(value) is not int and type(value) is not float:
        return rfc3339(value, path)
    if not abs(value) < _YEAR_10000_AT_S * 1000:
        raise InvalidAlert("not a time in epoch seconds or milliseconds", path)
    at_s = value / 1000 if abs(value) >= _FIRST_EPOCH_MS else float(value)
    if not _YEAR_1_AT_S <= at_s < _YEAR_10000_AT_S:
        raise InvalidAlert("a time that no calendar has", path)
    return min(at_s, _LAST_AT_S) or None


@lru_cache(maxsize=4096)
def _at_s(value: str) -> float | None:
    # Alerts of one rule share their times, so most are found here. `fromisoformat` alone also
    # takes dates and week numbers; the checks leave the forms that senders of alerts use.
    if not 19 <= len(value) <= 40 or value[10] not in "Tt ":
        raise ValueError(value)
    if value[4] != "-" or value[7] != "-" or not value.isprintable():
        raise ValueError(value)
    if value.startswith("0001-"):
        return None
    parsed = datetime.fromisoformat(value.upper())
    if parsed.tzinfo is None:
        parsed = parsed.replace(tzinfo=UTC)
    # A float rounds the last microsecond of the calendar, which .NET calls "never", up.
    if not _YEAR_1_AT_S <= parsed.replace(microsecond=0).timestamp() < _YEAR_10000_AT_S:
        raise ValueError(value)
    return min(parsed.timestamp(), _LAST_AT_S)


def number(value: Any) -> float | None:
    """Return a number, or a text that is one; None for everything else."""
    if type(value) is str and len(value) <= QUOTED_CHARACTERS:
        try:
            value = float(value)
        except ValueError:
            return None
    if type(value) is not int and type(value) is not float:
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:
        return None


def web_link(value: Any) -> str:
    """Return a link that is safe to show: http or https, and "" for everything else."""
    if type(value) is not str or len(value) > URL_CHARACTERS:
        return ""
    if not value.startswith(("https://", "http://")) or not value.isprintable():
        return ""
    return value
