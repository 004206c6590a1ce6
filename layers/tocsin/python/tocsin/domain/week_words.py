"""Hours of the week and local times as people write them: `friday 17:00`, `2026-01-05T09:00`."""

import re
from datetime import datetime

from tocsin.domain.errors import InvalidInput
from tocsin.domain.time_words import parse_clock, parse_weekdays

_DAY_S = 86_400
_WEEK_S = 7 * _DAY_S
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MOMENT = re.compile(r"(?:([A-Za-z]+) +)?(\S+)")
_LOCAL = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}")


def parse_moment(text: str) -> tuple[int | None, int]:
    """Return the day from Monday = 0, if one is named, and the second of the day.

    `friday 17:00` has a day, `09:00` has none. Raises InvalidInput.
    """
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise InvalidInput(f"not a time: {text!r}; write it as 09:00, or as friday 17:00")
    second = parse_clock(found[2]) * 60
    if found[1] is None:
        return None, second
    day, last = parse_weekdays(found[1])
    if day != last:
        raise InvalidInput(f"{text!r} is more than one day")
    return (day - 1) % 7, second


def week_spans(from_text: str, until_text: str, days: tuple[str, ...]) -> list[tuple[int, int]]:
    """Return the spans of a week, in seconds from Monday, that a restriction names.

    From and until name a day each, or neither does and they hold on each of `days` (all if there
    are none). An end that is not after its start is on the next day, or in the next week.
    Raises InvalidInput.
    """
    (from_day, from_s), (until_day, until_s) = parse_moment(from_text), parse_moment(until_text)
    if (from_day is None) != (until_day is None):
        raise InvalidInput("from and until both name a day, or neither does")
    if from_day is not None and until_day is not None:
        if days:
            raise InvalidInput("weekdays stands for the days that from and until name already")
        span = (from_day * _DAY_S + from_s, (until_day * _DAY_S + until_s) % _WEEK_S)
        if span[0] == span[1]:
            raise InvalidInput("from and until are the same; leave the restriction out")
        return [span]
    chosen = days or ("sunday:saturday",)
    length_s = (until_s - from_s) % _DAY_S or _DAY_S
    return [
        (start, (start + length_s) % _WEEK_S)
        for start in (day * _DAY_S + from_s for day in sorted(_days(chosen)))
    ]


def parse_local(text: str) -> str:
    """Return a local time, to the minute, in ISO 8601. Raises InvalidInput."""
    try:
        if _LOCAL.fullmatch(text) is not None:
            return datetime.fromisoformat(text).isoformat(timespec="minutes")
    except ValueError:
        pass
    raise InvalidInput(f"not a local time: {text!r}; write it as 2026-01-05T09:00")


def moment_text(week_s: int) -> str:
    """Write a second of the week, from Monday, as `friday 17:00`."""
    day, second = divmod(week_s % _WEEK_S, _DAY_S)
    return f"{_DAYS[day]} {second // 3600:02}:{second // 60 % 60:02}"


def _days(texts: tuple[str, ...]) -> set[int]:
    return {
        (day - 1) % 7
        for first, last in map(parse_weekdays, texts)
        for day in range(first, last + 1)
    }
