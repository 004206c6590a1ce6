"""A metric source in memory: what it is told to answer, by the metric or expression asked for."""

from collections.abc import Sequence

from tocsin.domain.matchers import match_all
from tocsin.domain.series import Answer, Asked, Series, Unanswered


class MemoryMetricSource:
    """Answers from `series`; `unanswered` says of a query why it has no answer, "" of all."""

    def __init__(self) -> None:
        self.series: dict[str, tuple[Series, ...]] = {}
        self.unanswered: dict[str, Unanswered] = {}
        # What was asked, call by call.
        self.asked: list[tuple[str, tuple[Asked, ...]]] = []

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        self.asked.append((tenant, tuple(asked)))
        return [self._answer(each) for each in asked]

    def _answer(self, asked: Asked) -> Answer:
        name = asked.query.expression or asked.query.metric
        refusal = self.unanswered.get(name) or self.unanswered.get("")
        if refusal is not None:
            return refusal
        found = (
            Series(each.labels, tuple(_within(asked, each)))
            for each in self.series.get(name, ())
            if match_all(asked.query.matchers, dict(each.labels))
        )
        return tuple(each for each in found if each.points)


def _within(asked: Asked, series: Series) -> list[tuple[float, float]]:
    return [point for point in series.points if asked.from_s <= point[0] <= asked.to_s]
