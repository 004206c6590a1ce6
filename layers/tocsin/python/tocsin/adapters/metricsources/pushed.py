"""What tenants push, as a source."""

from collections.abc import Sequence

from tocsin.domain.errors import TocsinError
from tocsin.domain.series import Answer, Asked, Series, Unanswered
from tocsin.ports import Metrics

_Read = list[Series] | Unanswered


class PushedSource:
    """Reads each metric once for all windows; `kept_s` is for how long there is anything."""

    def __init__(self, metrics: Metrics, kept_s: float) -> None:
        self._metrics = metrics
        self._kept_s = kept_s

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        spans: dict[object, tuple[float, float]] = {}
        for each in asked:
            from_s, to_s = spans.get(_key(each), (each.from_s, each.to_s))
            spans[_key(each)] = (min(from_s, each.from_s), max(to_s, each.to_s))
        found: dict[object, _Read] = {}
        answers: list[Answer] = []
        for each in asked:
            key = _key(each)
            if key not in found:
                found[key] = self._read(tenant, each, *spans[key], now_s)
            answers.append(_within(found[key], each.from_s, each.to_s))
        return answers

    def _read(self, tenant: str, asked: Asked, from_s: float, to_s: float, now_s: float) -> _Read:
        query = asked.query
        if not query.metric:
            return Unanswered("the query names no metric")
        if from_s < now_s - self._kept_s:
            return Unanswered(f"what is pushed is kept for {self._kept_s:.0f} s only")
        try:
            return self._metrics.read(tenant, query.metric, from_s, to_s, query.matchers)
        except TocsinError as error:
            return Unanswered(str(error))


def _key(asked: Asked) -> object:
    return asked.query.metric, asked.query.matchers


def _within(read: _Read, from_s: float, to_s: float) -> Answer:
    if isinstance(read, Unanswered):
        return read
    cut = (
        Series(each.labels, tuple(point for point in each.points if from_s <= point[0] <= to_s))
        for each in read
    )
    return tuple(each for each in cut if each.points)
