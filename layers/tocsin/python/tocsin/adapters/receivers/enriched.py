"""What was found out about an alert, in lines of plain text for people to read."""

from collections.abc import Iterator

from tocsin.domain.alert import Alert
from tocsin.domain.message.finding import found_lines
from tocsin.domain.message.message import Line
from tocsin.domain.wording import words_of

__all__ = ["Line", "lines"]


def lines(alert: Alert) -> Iterator[Line]:
    """Yield what helps whoever is paged, what helps most first; in English."""
    return found_lines(alert, words_of("en"))
