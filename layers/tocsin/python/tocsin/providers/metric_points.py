"""Points of one request on their way in: what is good of them, and what is wrong with the rest."""

from math import isfinite
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.domain.series import Labels, Series, labels_of
from tocsin.providers import limits
from tocsin.providers.label_set import check_labels
from tocsin.providers.reading import expected, number

# Older points would be gone before a rule looked at them, and newer ones are of a wrong clock.
OLDEST_S = 24 * 3600.0
NEWEST_S = 300.0
INVALID = "invalid_metric"
# Names and values of one series together: they lie in one item with its points of a minute.
SERIES_LABELS_CHARACTERS = 32_768


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """Points by metric, and what was wrong with the others, by index.

    `accepted` counts points. An index is that of a metric in tocsin's own form, and of a data
    point in OTLP, where `is_otlp`.
    """

    metrics: dict[str, tuple[Series, ...]]
    accepted: int
    rejected: tuple[tuple[int, InvalidInput], ...] = ()
    is_otlp: bool = False


class Points:
    """Collects the points of one request, received at `received_at_s`."""

    def __init__(self, received_at_s: float) -> None:
        self.received_at_s = received_at_s
        self._found: dict[str, dict[Labels, dict[float, float]]] = {}
        self._rejected: list[tuple[int, InvalidInput]] = []
        self._accepted = 0

    def add(self, metric: str, labels: dict[str, str], at_s: float, value: float) -> None:
        """Take a point; a later one of the same time and series replaces it."""
        self._accepted += 1
        self._check_count()
        series = self._found.setdefault(metric, {})
        series.setdefault(labels_of(labels), {})[round(at_s, 3)] = value

    def reject(self, index: int, error: InvalidInput) -> None:
        """Note what is wrong."""
        self._rejected.append((index, error))
        self._check_count()

    def moment(self, at_s: float | None, path: str) -> float:
        """Return a time, that of receipt where none is given.

        Raises InvalidInput for one that is too old or not yet.
        """
        if at_s is None:
            return self.received_at_s
        if not -OLDEST_S <= at_s - self.received_at_s <= NEWEST_S:
            message = "a time more than 24 hours ago, or more than 5 minutes ahead"
            raise InvalidInput(message, path, code=INVALID)
        return at_s

    def pushed(self, *, is_otlp: bool = False) -> Pushed:
        """Return all that was collected."""
        metrics = {
            metric: tuple(
                Series(labels, tuple(sorted(points.items())))
                for labels, points in sorted(series.items())
            )
            for metric, series in self._found.items()
        }
        return Pushed(
            metrics=metrics,
            accepted=self._accepted,
            rejected=tuple(self._rejected),
            is_otlp=is_otlp,
        )

    def _check_count(self) -> None:
        if self._accepted + len(self._rejected) > limits.POINTS_PER_REQUEST:
            raise TooLarge(f"a request may have {limits.POINTS_PER_REQUEST} points of metrics")


def metric_name(name: Any, path: str) -> str:
    """Return the name of a metric. Raises InvalidInput for none and for one that is too long."""
    if type(name) is not str:
        raise expected("a string", name, path)
    if not 0 < len(name) <= limits.METRIC_NAME_CHARACTERS:
        message = f"the name of a metric needs 1 to {limits.METRIC_NAME_CHARACTERS} characters"
        raise InvalidInput(message, path, code=INVALID)
    return name


def series_labels(labels: Any, path: str) -> dict[str, str]:
    """Return the labels of a series. Raises InvalidInput as for alerts, and for too many texts."""
    found = check_labels(labels, path)
    if sum(map(len, found)) + sum(map(len, found.values())) > SERIES_LABELS_CHARACTERS:
        message = f"the labels of a series may have {SERIES_LABELS_CHARACTERS} characters"
        raise InvalidInput(message, path, code=INVALID)
    return found


def finite(value: Any, path: str) -> float:
    """Return a number, or a text that is one. Raises InvalidInput for NaN and infinities, too."""
    found = number(value)
    if found is None or not isfinite(found):
        raise InvalidInput("expected a finite number", path, code=INVALID)
    return found
