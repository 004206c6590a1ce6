"""Pushed points on their way into storage: cut by time, and by a hash of the metric's name.

A piece holds a minute of the metrics of one shard, so that a request with hundreds of metrics is
few pieces, and the window of one metric is found without a look at most of the others.
"""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.errors import TooLarge
from tocsin.domain.series import POINTS_LIMIT, SERIES_LIMIT, Labels, Point, Series

# Both are part of what is stored: another number finds none of the pieces that are there.
SLOT_S = 60
SHARDS = 16
# Pieces of one request: above it, its sender should send what is older in requests of its own.
PIECES_LIMIT = 500


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """Points of one minute, that of epoch second `slot_s`, by metric and series."""

    shard: int
    slot_s: int
    metrics: dict[str, tuple[Series, ...]]


def shard_of(metric: str) -> int:
    """Return where the points of a metric are kept."""
    return blake2b(metric.encode(), digest_size=8).digest()[0] % SHARDS


def slot_of(at_s: float) -> int:
    """Return the start of the minute of a time, in epoch seconds."""
    return int(at_s // SLOT_S) * SLOT_S


def cut(metrics: Mapping[str, Sequence[Series]]) -> list[Piece]:
    """Cut points into pieces, in the order of shard and time."""
    found: dict[tuple[int, int], dict[str, list[Series]]] = {}
    for metric, series in metrics.items():
        shard = shard_of(metric)
        for each in series:
            for slot_s, points in _by_slot(each.points).items():
                piece = found.setdefault((shard, slot_s), {})
                piece.setdefault(metric, []).append(Series(each.labels, tuple(points)))
    return [
        Piece(
            shard=shard,
            slot_s=slot_s,
            metrics={metric: tuple(series) for metric, series in found[shard, slot_s].items()},
        )
        for shard, slot_s in sorted(found)
    ]


def _by_slot(points: Iterable[Point]) -> dict[int, list[Point]]:
    slots: dict[int, list[Point]] = {}
    for point in points:
        slots.setdefault(slot_of(point[0]), []).append(point)
    return slots


class Joined:
    """Puts series together again; of several points of one time the last that came counts."""

    def __init__(self, from_s: float, to_s: float) -> None:
        self._from_s = from_s
        self._to_s = to_s
        self._series: dict[Labels, dict[float, float]] = {}
        self._count = 0

    def add(self, series: Iterable[Series]) -> None:
        """Take the points of the span. Raises TooLarge above the limits of one answer."""
        for each in series:
            span = {
                at_s: value for at_s, value in each.points if self._from_s <= at_s <= self._to_s
            }
            if span:
                self._count += len(span)
                self._series.setdefault(each.labels, {}).update(span)
        if self._count > POINTS_LIMIT:
            raise TooLarge(f"an answer may have {POINTS_LIMIT} points")
        if len(self._series) > SERIES_LIMIT:
            raise TooLarge(f"an answer may have {SERIES_LIMIT} series")

    def all(self) -> list[Series]:
        """Return the series, in the order of their labels."""
        return [
            Series(labels, tuple(sorted(points.items())))
            for labels, points in sorted(self._series.items())
        ]
