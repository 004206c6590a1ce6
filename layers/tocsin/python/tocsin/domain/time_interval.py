"""Time intervals as Alertmanager has them: when a route keeps silent, or speaks at all."""

import msgspec

# First and last, both included; a negative day of a month counts from its end.
Span = tuple[int, int]


class TimeInterval(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A set of moments: those that meet every field; an empty field is met by all.

    `times` are minutes of the day, from the first to before the last (1440 is midnight).
    `weekdays` count from Sunday = 0, `months` from January = 1. `location` is a name of the
    IANA time zone database; "": UTC. Source: Alertmanager, timeinterval/timeinterval.go.
    """

    times: tuple[Span, ...] = ()
    weekdays: tuple[Span, ...] = ()
    days_of_month: tuple[Span, ...] = ()
    months: tuple[Span, ...] = ()
    years: tuple[Span, ...] = ()
    location: str = ""
