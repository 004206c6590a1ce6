"""tocsin's own metrics, as a source that every tenant has.

What is of one tenant comes from the tenant's journal and breakers. What is of the whole
installation comes from its queues and from CloudWatch, and is told to operators alone.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import get_args

import msgspec

from tocsin.domain.breaker import Breaker
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import TocsinError
from tocsin.domain.journal import Record
from tocsin.domain.journalcounts import JournalCounts
from tocsin.domain.matchers import match_all
from tocsin.domain.series import Answer, Asked, Labels, Series, Unanswered
from tocsin.pipeline.ownstack import FROM_CLOUDWATCH, Stack, from_cloudwatch
from tocsin.pipeline.owntasks import TASK_METRICS, from_tasks
from tocsin.pipeline.safecall import endpoint_of
from tocsin.ports import (
    Breakers,
    Configs,
    DeadLetters,
    Journal,
    MetricSource,
    Outbox,
    Queue,
)

# More than so many records of a tenant in one window are not added up.
RECORDS_LIMIT = 200_000

_QUEUES: tuple[Queue, ...] = get_args(Queue)
# What waits to be investigated keeps nobody from being told.
_ON_THE_WAY = tuple(queue for queue in _QUEUES if queue != "investigate")
_FROM_JOURNAL: dict[str, Callable[[JournalCounts], tuple[Series, ...]]] = {
    "tocsin_alerts_accepted": lambda counts: counts.series(counts.accepted),
    "tocsin_alerts_duplicate": lambda counts: counts.series(counts.duplicates),
    "tocsin_alerts_dead": lambda counts: counts.series(counts.dead),
    "tocsin_deliveries": lambda counts: counts.series(counts.deliveries),
    "tocsin_retry_percent": JournalCounts.failed_percent,
}
_BREAKER_OPEN = "tocsin_breaker_open"
_DEAD_LETTERS = "tocsin_dead_letters"
_DEPTHS = ("tocsin_queue_messages", _DEAD_LETTERS)
_OF_INSTALLATION = (*_DEPTHS, *FROM_CLOUDWATCH, *TASK_METRICS)
NAMES = (*_FROM_JOURNAL, _BREAKER_OPEN, *_OF_INSTALLATION)

_Counted = dict[tuple[float, float], JournalCounts | Unanswered]


class OwnPorts(msgspec.Struct, frozen=True, kw_only=True):
    """Where its numbers come from."""

    journal: Journal
    configs: Configs
    breakers: Breakers
    outbox: Outbox
    letters: DeadLetters
    cloudwatch: MetricSource


class OwnMetrics:
    """Answers from what tocsin stores and counts; `stack` says what CloudWatch calls its parts."""

    def __init__(self, ports: OwnPorts, stack: Stack) -> None:
        self._ports = ports
        self._stack = stack

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order; the journal is read once for each window."""
        counted: _Counted = {}
        answers: list[Answer] = []
        for each in asked:
            try:
                answer = self._one(tenant, each, now_s, counted)
            except TocsinError as error:
                answer = Unanswered(str(error))
            answers.append(_matching(each, answer))
        return answers

    def _one(self, tenant: str, asked: Asked, now_s: float, counted: _Counted) -> Answer:
        name = asked.query.metric
        if name in _FROM_JOURNAL:
            span = (asked.from_s, asked.to_s)
            if span not in counted:
                counted[span] = self._count(tenant, *span)
            counts = counted[span]
            return counts if isinstance(counts, Unanswered) else _FROM_JOURNAL[name](counts)
        if name not in NAMES:
            return Unanswered(f"there is no such metric; there are {', '.join(NAMES)}")
        config: TenantConfig | None = self._ports.configs.current(tenant)
        if name == _BREAKER_OPEN:
            return tuple(self._breakers(config, asked, now_s))
        if config is None or not config.is_operator:
            return Unanswered(f"{name} is of the whole installation, and told to operators alone")
        if name in _DEPTHS:
            return self._depths(asked)
        return self._from_cloudwatch(tenant, asked, now_s)

    def _from_cloudwatch(self, tenant: str, asked: Asked, now_s: float) -> Answer:
        cloudwatch = self._ports.cloudwatch
        if asked.query.metric in TASK_METRICS:
            return from_tasks(cloudwatch, self._stack.namespace, tenant, asked, now_s)
        return from_cloudwatch(cloudwatch, self._stack, tenant, asked, now_s)

    def _count(self, tenant: str, from_s: float, to_s: float) -> JournalCounts | Unanswered:
        read = self._ports.journal.read(tenant, from_s, to_s)
        records: list[Record] = list(islice(read, RECORDS_LIMIT + 1))
        if len(records) > RECORDS_LIMIT:
            return Unanswered(f"the window has more than {RECORDS_LIMIT} records")
        return JournalCounts(records, from_s, to_s)

    def _breakers(
        self, config: TenantConfig | None, asked: Asked, now_s: float
    ) -> Iterator[Series]:
        """Yield for each receiver whether its endpoint is left alone now."""
        for name, receiver in sorted(config.receivers.items() if config else ()):
            if config is None or receiver.kind == "nobody":
                continue
            found = self._ports.breakers.read(endpoint_of(config.tenant, receiver), now_s)
            is_open = (found or Breaker(key="")).state != "CLOSED"
            # Whoever is not told anything hears of nothing: each of them is critical.
            yield _now((("critical", "true"), ("domain", name)), float(is_open), asked)

    def _depths(self, asked: Asked) -> Answer:
        is_dead = asked.query.metric == _DEAD_LETTERS
        depth = (self._ports.letters if is_dead else self._ports.outbox).depth
        return tuple(
            _now((("queue", queue),), float(depth(queue).visible), asked)
            for queue in (_QUEUES if is_dead else _ON_THE_WAY)
        )


def _now(labels: Labels, value: float, asked: Asked) -> Series:
    # A rule is evaluated as of a time that is a little ago, and looks at nothing after it.
    return Series(labels, ((asked.to_s, value),))


def _matching(asked: Asked, answer: Answer) -> Answer:
    if isinstance(answer, Unanswered):
        return answer
    matchers = asked.query.matchers
    return tuple(each for each in answer if match_all(matchers, dict(each.labels)))
