"""The corpus: every hostile request, by class."""

from collections.abc import Iterator

from tests.hostile.case import Case
from tests.hostile.corpus import (
    batches,
    codings,
    enqueue,
    events,
    keys,
    metrics,
    notjson,
    numbers,
    requests,
    routes,
    samples,
    shapes,
    texts,
    times,
)

_MODULES = (
    notjson, shapes, numbers, texts, times, codings, requests, routes, keys, events, batches,
    enqueue, metrics, samples,
)  # fmt: skip


def corpus(*, whole: bool) -> Iterator[Case]:
    """Yield every case; the many that are made of the samples only if `whole`, else some."""
    for module in _MODULES:
        yield from module.cases(whole=whole)
