"""The parts of a time interval in Alertmanager's words: `monday:friday`, `-3:-1`, `may`.

Source: Alertmanager, docs/configuration.md ("Time interval") and timeinterval/timeinterval.go.
"""

import re
from collections.abc import Callable
from typing import Any

from tocsin.domain.errors import InvalidInput
from tocsin.domain.time_interval import Span, TimeInterval

_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}")
_LONGEST_MONTH, _SHORTEST_MONTH = 31, 28


def parse_clock(text: str) -> int:
    """Return the minute of the day of a time such as `09:00`, or `24:00`. Raises InvalidInput."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        raise InvalidInput(f"not a time of day: {text!r}; write it as 09:00, up to 24:00")
    return 24 * 60 if found[1] is None else int(found[1]) * 60 + int(found[2])


def parse_times(start: str, end: str) -> Span:
    """Return the minutes from a time to before another one. Raises InvalidInput."""
    times = parse_clock(start), parse_clock(end)
    if times[0] >= times[1]:
        raise InvalidInput(
            "start_time must be before end_time; one that passes midnight is two: up to 24:00, "
            "and from 00:00"
        )
    return times


def parse_weekdays(text: str) -> Span:
    """Return the days of a week, from Sunday = 0, such as `monday:friday`. Raises InvalidInput."""
    return _in_order(text, _span(text, _weekday), "a week begins on sunday")


def parse_months(text: str) -> Span:
    """Return months, from January = 1, such as `1:3` or `may:august`. Raises InvalidInput."""
    first, last = _span(text, _month)
    for month in (first, last):
        if not 1 <= month <= len(_MONTHS):
            raise InvalidInput(f"there is no month {month}")
    return _in_order(text, (first, last), "a year begins in january")


def parse_years(text: str) -> Span:
    """Return years, such as `2020:2022`. Raises InvalidInput."""
    return _in_order(text, _span(text, _number), "years rise")


def parse_days_of_month(text: str) -> Span:
    """Return days of a month, negative ones from its end, as `-3:-1`. Raises InvalidInput."""
    first, last = _span(text, _number)
    for day in (first, last):
        if not 1 <= abs(day) <= _LONGEST_MONTH:
            raise InvalidInput(f"there is no day {day} in a month; days are 1 to 31, or -1 to -31")
    if first < 0 < last:
        raise InvalidInput(f"{text!r} must end with a negative day as it begins with one")
    # What ends before it begins in the shortest month might not in a longer one, but for this.
    if _least(first) > _least(last):
        raise InvalidInput(f"{text!r} ends before it begins, in any month")
    return first, last


def written(interval: TimeInterval) -> dict[str, Any]:
    """Return an interval as its block of an Alertmanager's configuration."""
    block: dict[str, Any] = {}
    if interval.times:
        block["times"] = [
            {"start_time": _clock(first), "end_time": _clock(end)} for first, end in interval.times
        ]
    if interval.weekdays:
        block["weekdays"] = [_text(span, _WEEKDAYS.__getitem__) for span in interval.weekdays]
    if interval.days_of_month:
        block["days_of_month"] = [_text(span, str) for span in interval.days_of_month]
    if interval.months:
        block["months"] = [
            _text(span, lambda month: _MONTHS[month - 1]) for span in interval.months
        ]
    if interval.years:
        block["years"] = [_text(span, str) for span in interval.years]
    if interval.location:
        block["location"] = interval.location
    return block


def _span(text: str, read: Callable[[str], int]) -> Span:
    members = [read(member) for member in text.lower().split(":")]
    if len(members) > 2:
        raise InvalidInput(f"{text!r} must be one, or the first and the last with a colon between")
    return members[0], members[-1]


def _in_order(text: str, span: Span, order: str) -> Span:
    if span[0] > span[1]:
        raise InvalidInput(f"{text!r} ends before it begins: {order}")
    return span


def _number(text: str) -> int:
    if _NUMBER.fullmatch(text) is None:
        raise InvalidInput(f"not a whole number: {text!r}")
    return int(text)


def _weekday(text: str) -> int:
    if text not in _WEEKDAYS:
        raise InvalidInput(f"not a day of the week: {text!r}; write it as monday")
    return _WEEKDAYS.index(text)


def _month(text: str) -> int:
    if text in _MONTHS:
        return _MONTHS.index(text) + 1
    if _NUMBER.fullmatch(text) is None:
        raise InvalidInput(f"not a month: {text!r}; write it as may, or as 5")
    return int(text)


def _least(day: int) -> int:
    return _SHORTEST_MONTH + day if day < 0 else day


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _text(span: Span, word: Callable[[int], str]) -> str:
    first, last = word(span[0]), word(span[1])
    return first if first == last else f"{first}:{last}"
