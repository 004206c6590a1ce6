"""Time intervals as Alertmanager has them: when a route keeps silent, or speaks at all."""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, tzinfo
from functools import lru_cache

import msgspec

from tocsin.domain.errors import ConfigurationError

# First and last, both included; a negative day of a month counts from its end.
Span = tuple[int, int]


class TimeInterval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A set of moments: those that meet every field; an empty field is met by all.

    `times` are minutes of the day, from the first to before the last (1440 is midnight).
    `weekdays` count from Sunday = 0, `months` from January = 1. `location` is a name of the
    IANA time zone database, or "Local" for the zone of the machine; "": UTC.
    Source: Alertmanager, timeinterval/timeinterval.go.
    """

    times: tuple[Span, ...] = ()
    weekdays: tuple[Span, ...] = ()
    days_of_month: tuple[Span, ...] = ()
    months: tuple[Span, ...] = ()
    years: tuple[Span, ...] = ()
    location: str = ""


def is_in(intervals: Iterable[TimeInterval], at_s: float) -> bool:
    """Tell whether any of the intervals contains a moment."""
    return any(contains(interval, at_s) for interval in intervals)


def contains(interval: TimeInterval, at_s: float) -> bool:
    """Tell whether an interval contains a moment.

    The clock at the interval's location decides: an hour that comes twice counts twice, and
    one that is left out not at all. Raises ConfigurationError for an unknown location.
    """
    at = datetime.fromtimestamp(at_s, zone(interval.location))
    minute = at.hour * 60 + at.minute
    return (
        (not interval.times or any(first <= minute < end for first, end in interval.times))
        and _is_met(interval.weekdays, at.isoweekday() % 7)
        and _is_met(interval.months, at.month)
        and _is_met(interval.years, at.year)
        and _is_day(interval.days_of_month, at)
    )


@lru_cache(maxsize=256)
def zone(location: str) -> tzinfo | None:
    """Return the time zone of a location; None is that of the machine, as to `datetime`.

    Raises ConfigurationError for one that is unknown. Source: Go, time.LoadLocation.
    """
    if location in ("", "UTC"):
        return UTC
    if location == "Local":
        return None
    # Imported here since few tenants have intervals, and fewer a location.
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(location)
    # The name of a directory, and one that leads out of the database, raise errors of their own.
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(f"there is no time zone {location!r}") from error


def _is_met(spans: Sequence[Span], value: int) -> bool:
    return not spans or any(first <= value <= last for first, last in spans)


def _is_day(spans: Sequence[Span], at: datetime) -> bool:
    """Tell whether the day is in a span; ends beyond those of the month count as its ends."""
    days = monthrange(at.year, at.month)[1]

    def counted(day: int) -> int:
        return days + day + 1 if day < 0 else day

    return _is_met([(counted(first), counted(last)) for first, last in spans], at.day)
