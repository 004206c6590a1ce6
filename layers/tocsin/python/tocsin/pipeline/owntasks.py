"""How pages and models answer, made of what investigate counts of them in CloudWatch."""

from collections.abc import Callable, Iterator, Sequence

import msgspec

from tocsin.domain.rule import Query
from tocsin.domain.series import Answer, Asked, Labels, Series, Unanswered
from tocsin.ports import MetricSource

# Those that somebody else runs: the embedded summariser never fails.
_MODELS = ("bedrock", "gemini")
_PAGES = "fetch"
_MINUTE_S = 60.0
# What is usual is that of the day before, if it has enough minutes in which a model was asked.
_USUAL_S = 86400.0
_USUAL_MINUTES = 30

# What was counted in each minute, by the end of the minute.
_Counts = dict[float, float]
_Points = tuple[tuple[float, float], ...]


class _Measure(msgspec.Struct, frozen=True):
    """What a metric is made of: which counts, of how long before the window, and how."""

    label: str
    of_task: tuple[str, ...]
    make: Callable[[Asked, Sequence[_Counts]], _Points]
    has_pages: bool = False
    before_s: float = 0.0


def _all(_asked: Asked, counts: Sequence[_Counts]) -> _Points:
    (asked,) = counts
    return tuple(sorted(asked.items()))


def _success_percent(_asked: Asked, counts: Sequence[_Counts]) -> _Points:
    """Return one point for the window, in which every question counts the same."""
    asked, failed = counts
    total = sum(asked.values())
    return ((max(asked), 100.0 - 100.0 * sum(failed.values()) / total),) if total else ()


def _seconds(_asked: Asked, counts: Sequence[_Counts]) -> _Points:
    asked, took_ms = counts
    total = sum(asked.values())
    return ((max(asked), sum(took_ms.values()) / 1000.0 / total),) if total else ()


def _tokens_ratio(asked: Asked, counts: Sequence[_Counts]) -> _Points:
    """Compare minutes in which a model was asked with such minutes, since most have none."""
    (tokens,) = counts
    used = {at_s: value for at_s, value in tokens.items() if value > 0}
    lately = [value for at_s, value in used.items() if at_s > asked.from_s]
    before = [value for at_s, value in used.items() if at_s <= asked.from_s]
    if not lately or len(before) < _USUAL_MINUTES:
        return ()
    usual = sum(before) / len(before)
    return ((max(used), sum(lately) / len(lately) / usual),)


_MEASURES = {
    "tocsin_tasks": _Measure("task", ("asked",), _all, has_pages=True),
    "tocsin_success_percent": _Measure(
        "task", ("asked", "failed"), _success_percent, has_pages=True
    ),
    "tocsin_model_seconds": _Measure("model", ("asked", "ms"), _seconds),
    "tocsin_model_tokens_ratio": _Measure("model", ("tokens",), _tokens_ratio, before_s=_USUAL_S),
}
TASK_METRICS = tuple(_MEASURES)


def from_tasks(
    cloudwatch: MetricSource, namespace: str, tenant: str, asked: Asked, now_s: float
) -> Answer:
    """Ask for all counts that a metric is made of; if one has no answer, there is none."""
    measure = _MEASURES[asked.query.metric]
    tasks = (*((_PAGES,) if measure.has_pages else ()), *_MODELS)
    queries = [
        Asked(_query(namespace, task, count), asked.from_s - measure.before_s, asked.to_s)
        for task in tasks
        for count in measure.of_task
    ]
    answers = iter(cloudwatch.ask(tenant, queries, now_s))
    found: list[Series] = []
    for task in tasks:
        counts: list[_Counts] = []
        for _ in measure.of_task:
            answer = next(answers)
            if isinstance(answer, Unanswered):
                return answer
            counts.append({at_s: value for each in answer for at_s, value in each.points})
        found += _series(((measure.label, task),), measure.make(asked, counts))
    return tuple(found)


def _series(labels: Labels, points: _Points) -> Iterator[Series]:
    if points:
        yield Series(labels, points)


def _query(namespace: str, task: str, count: str) -> Query:
    is_page = task == _PAGES
    dimensions = (("service", "investigate"), *(() if is_page else (("model", task),)))
    return Query(
        namespace=namespace,
        metric=f"{'pages' if is_page else 'model_kind'}_{count}",
        dimensions=dimensions,
        statistic="Sum",
        step_s=_MINUTE_S,
    )
