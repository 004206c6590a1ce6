"""Pushed metrics in memory."""

from collections.abc import Mapping, Sequence

from tocsin.domain.matchers import Matcher, match_all
from tocsin.domain.metricpieces import Joined
from tocsin.domain.series import Series


class MemoryMetrics:
    """Points by tenant and the name that they were stored under."""

    def __init__(self) -> None:
        self.pieces: dict[tuple[str, str], dict[str, tuple[Series, ...]]] = {}

    def append(
        self, tenant: str, name: str, at_s: float, metrics: Mapping[str, Sequence[Series]]
    ) -> None:
        """Store points by metric; the same `name` again overwrites the same points."""
        self.pieces[tenant, name] = {metric: tuple(series) for metric, series in metrics.items()}

    def read(
        self,
        tenant: str,
        metric: str,
        from_s: float,
        to_s: float,
        matchers: tuple[Matcher, ...] = (),
    ) -> list[Series]:
        """Return the points of a span, of the series that match."""
        joined = Joined(from_s, to_s)
        for (owner, _), metrics in self.pieces.items():
            if owner == tenant:
                found = metrics.get(metric, ())
                joined.add(each for each in found if match_all(matchers, dict(each.labels)))
        return joined.all()
