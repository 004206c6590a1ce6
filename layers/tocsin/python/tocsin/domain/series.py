"""Series of points, as sources give them."""

import msgspec

from tocsin.domain.rule import Query

# The most that one answer holds; a source that has more says so instead. A point needs some 130
# bytes of memory.
SERIES_LIMIT = 20_000
POINTS_LIMIT = 500_000

Labels = tuple[tuple[str, str], ...]
# (epoch seconds, value)
Point = tuple[float, float]


class Series(msgspec.Struct, frozen=True, array_like=True):
    """The points of one set of labels, sorted by name; the points are sorted by time."""

    labels: Labels
    points: tuple[Point, ...]


class Asked(msgspec.Struct, frozen=True):
    """One query over a span of time, in epoch seconds; both ends are in it."""

    query: Query
    from_s: float
    to_s: float


class Unanswered(msgspec.Struct, frozen=True):
    """A query that a source did not answer, and why. It says nothing of the metric.

    That is not missing data, which is an answer: a series without points, or no series. `is_down`:
    the source itself gave no answer, whatever it was asked.
    """

    reason: str
    is_down: bool = False


Answer = tuple[Series, ...] | Unanswered


def labels_of(labels: dict[str, str]) -> Labels:
    """Return labels in the order in which series have them."""
    return tuple(sorted(labels.items()))
