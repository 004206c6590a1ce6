"""The filters of templates. Each takes values of one kind and gives no more than it says."""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any

import msgspec

from tocsin.domain.duration import format_duration
from tocsin.domain.plaintext import cut
from tocsin.domain.templating.values import Missing, text_of
from tocsin.domain.wording.moments import moment
from tocsin.domain.wording.words import Words

Kind = type | tuple[type, ...]
_NUMBER = (int, float)


class Filter(msgspec.Struct, frozen=True):
    """A filter: what it takes, what it does, and how many arguments it has at least and at most."""

    takes: Kind
    does: Callable[..., Any]
    least: int = 0
    most: int = 0
    # Whether what is not there or is none is for it to deal with.
    takes_nothing: bool = False
    says: str = ""


def _default(value: Any, instead: Any = "", also_empty: Any = False) -> Any:
    is_empty = isinstance(value, Missing) or value is None or (also_empty and not value)
    return instead if is_empty or value == "" else value


def _truncate(value: str, limit: Any = 255) -> str:
    return cut(value, max(int(limit), 1))


def _items(value: Mapping[str, Any]) -> list[list[Any]]:
    return [[name, value[name]] for name in sorted(value)]


def _join(value: list[Any], between: Any = ", ") -> str:
    texts, glue = [text_of(each) for each in value], text_of(between)
    _check_length(sum(map(len, texts)) + len(glue) * max(len(texts) - 1, 0))
    return glue.join(texts)


def _round(value: float, digits: Any = 0) -> float | int:
    if not isfinite(value):
        return value
    count = min(max(int(digits), 0), 12)
    return round(value, count) if count else round(value)


def _map(value: list[Any], name: Any) -> list[Any]:
    return [each.get(name) if isinstance(each, dict) else None for each in value]


def _unique(value: list[Any]) -> list[Any]:
    return list(dict.fromkeys(text_of(each) for each in value))


def _replace(value: str, old: Any, new: Any) -> str:
    old, new = text_of(old), text_of(new)
    if not old:
        return value
    _check_length(len(value) + value.count(old) * (len(new) - len(old)))
    return value.replace(old, new)


def _check_length(length: int) -> None:
    """Raise before a text is made, and not after: it may be far longer than any may be."""
    if length > 20_000:
        raise ValueError("makes the text too long")


def _duration(value: float) -> str:
    if not isfinite(value):
        return text_of(value)
    return format_duration(round(min(max(float(value), 0.0), 1e12)))


FILTERS: dict[str, Filter] = {
    "capitalize": Filter(str, str.capitalize, says="The first letter in upper case."),
    "default": Filter(
        object, _default, 0, 2, takes_nothing=True, says="Something else for what is empty."
    ),
    "duration": Filter(_NUMBER, _duration, says="Seconds as `1h30m`."),
    "first": Filter((list, str), lambda value: value[0] if value else None, says="The first."),
    "items": Filter(dict, _items, says="The pairs of labels or annotations, by name."),
    "join": Filter(list, _join, 0, 1, says="All in one text, with something between them."),
    "last": Filter((list, str), lambda value: value[-1] if value else None, says="The last."),
    "length": Filter((list, str, dict), len, says="How many."),
    "lower": Filter(str, str.lower, says="In lower case."),
    "map": Filter(list, _map, 1, 1, says="One field of each: `alerts|map('name')`."),
    "replace": Filter(str, _replace, 2, 2, says="One text in the place of another."),
    "round": Filter(_NUMBER, _round, 0, 1, says="With so many digits after the point."),
    "time": Filter(_NUMBER, moment, says="Epoch seconds as a date and a time, UTC."),
    "trim": Filter(str, str.strip, says="Without blanks around it."),
    "truncate": Filter(str, _truncate, 0, 1, says="At most so many characters."),
    "unique": Filter(list, _unique, says="Each text once."),
    "upper": Filter(str, str.upper, says="In upper case."),
}


def apply(name: str, value: Any, arguments: list[Any], words: Words) -> Any:
    """Return what a filter makes of a value.

    Raises ValueError with what is wrong, and TypeError where an argument is of the wrong kind.
    """
    found = FILTERS[name]
    if not found.least <= len(arguments) <= found.most:
        wanted = f"{found.least} to {found.most}" if found.least < found.most else str(found.most)
        raise ValueError(f"takes {wanted} arguments")
    if not found.takes_nothing and (value is None or isinstance(value, Missing)):
        return "" if found.takes in (str, _NUMBER) else None
    if isinstance(value, bool) or not isinstance(value, found.takes):
        why = f"cannot be used on {_called(value)}"
        raise ValueError(why)  # noqa: TRY004 it is said to whoever wrote the template
    return found.does(value, words) if name == "time" else found.does(value, *arguments)


def _called(value: Any) -> str:
    names = {str: "a text", list: "a list", dict: "labels", bool: "true or false"}
    return names.get(type(value), "a number" if isinstance(value, _NUMBER) else "fields")
