"""Times and durations as people read them."""

from datetime import UTC, datetime

from tocsin.domain.duration import format_duration
from tocsin.domain.wording.words import Words


def moment(at_s: float, words: Words) -> str:
    """Return a time in UTC; seconds since 1970 where no calendar has it."""
    try:
        return datetime.fromtimestamp(at_s, UTC).strftime(words.time)
    except (ValueError, OverflowError, OSError):
        return f"{at_s:.0f} s"


def span(seconds: float) -> str:
    """Return how long something took: to the second, from an hour on to the minute."""
    unit_s = 60.0 if seconds >= 3600.0 else 1.0
    return format_duration(round(seconds / unit_s) * unit_s)
