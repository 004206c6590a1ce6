"""What only CloudWatch knows of an installation: the age of its queues, and what stages count."""

from collections.abc import Callable, Iterator

import msgspec

from tocsin.domain.rule import Query
from tocsin.domain.series import Answer, Asked, Labels, Series, Unanswered, labels_of
from tocsin.ports import MetricSource

_Part = tuple[Labels, Query]


class Stack(msgspec.Struct, frozen=True, kw_only=True):
    """What CloudWatch calls the parts of a stack: its namespace, functions and queues, by name."""

    namespace: str
    functions: dict[str, str] = {}
    queues: dict[str, str] = {}


def _counted(stack: Stack, metric: str, service: str, statistic: str) -> Query:
    return Query(
        namespace=stack.namespace,
        metric=metric,
        dimensions=(("service", service),),
        statistic=statistic,
    )


def _ages(stack: Stack) -> Iterator[_Part]:
    for queue, name in stack.queues.items():
        query = Query(
            namespace="AWS/SQS",
            metric="ApproximateAgeOfOldestMessage",
            dimensions=(("QueueName", name),),
            statistic="Maximum",
        )
        yield (("queue", queue),), query


def _durations(stack: Stack) -> Iterator[_Part]:
    for stage, name in stack.functions.items():
        query = Query(
            namespace="AWS/Lambda",
            metric="Duration",
            dimensions=(("FunctionName", name),),
            statistic="p95",
        )
        yield (("stage", stage),), query


def _duplicates(stack: Stack) -> Iterator[_Part]:
    yield (("stage", "enrich"),), _counted(stack, "duplicate_percent", "enrich", "Average")


def _limited(stack: Stack) -> Iterator[_Part]:
    yield (), _counted(stack, "rate_limited", "ingest", "Sum")


def _throughput(stack: Stack) -> Iterator[_Part]:
    dimensions = (("service", "ingest"), ("provider", "*"))
    query = Query(
        namespace=stack.namespace,
        metric="provider_accepted",
        dimensions=dimensions,
        statistic="Sum",
    )
    yield (), query


# Which parts a metric has, and by what their values are multiplied.
FROM_CLOUDWATCH: dict[str, tuple[Callable[[Stack], Iterator[_Part]], float]] = {
    "tocsin_queue_age_seconds": (_ages, 1.0),
    "tocsin_invocation_seconds": (_durations, 0.001),
    "tocsin_duplicate_percent": (_duplicates, 1.0),
    "tocsin_limited_requests": (_limited, 1.0),
    "tocsin_provider_alerts": (_throughput, 1.0),
}
# CloudWatch's own labels, of which only this one is not known before.
_KEPT = "provider"


def from_cloudwatch(
    cloudwatch: MetricSource, stack: Stack, tenant: str, asked: Asked, now_s: float
) -> Answer:
    """Ask for all parts of one metric; if one has no answer, there is none."""
    parts_of, factor = FROM_CLOUDWATCH[asked.query.metric]
    parts = list(parts_of(stack))
    queries = [
        Asked(
            msgspec.structs.replace(query, step_s=max(60.0, asked.query.step_s)),
            asked.from_s,
            asked.to_s,
        )
        for _, query in parts
    ]
    answers = cloudwatch.ask(tenant, queries, now_s) if queries else []
    found: list[Series] = []
    for (labels, _), answer in zip(parts, answers, strict=True):
        if isinstance(answer, Unanswered):
            return answer
        found += [_relabelled(labels, each, factor) for each in answer]
    return tuple(found)


def _relabelled(labels: Labels, series: Series, factor: float) -> Series:
    kept = {name: value for name, value in series.labels if name == _KEPT}
    points = tuple((at_s, value * factor) for at_s, value in series.points)
    return Series(labels_of({**dict(labels), **kept}), points)
