"""tocsin's own metrics, as a source that every tenant has.

What is of one tenant comes from the tenant's journal and breakers. What is of the whole
installation, its queues, is told to operators alone.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice

import msgspec

from tocsin.domain.breaker import Breaker
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import TocsinError
from tocsin.domain.journal import Record
from tocsin.domain.journalcounts import JournalCounts, only
from tocsin.domain.matchers import match_all
from tocsin.domain.series import Answer, Asked, Labels, Series, Unanswered
from tocsin.pipeline.safecall import endpoint_of
from tocsin.ports import Breakers, Configs, DeadLetters, Journal, Outbox, Queue

# More than so many records of a tenant in one window are not added up.
RECORDS_LIMIT = 200_000

_QUEUES: tuple[Queue, ...] = (
    "enrich", "enrich-urgent", "evaluate", "evaluate-urgent", "notify", "notify-urgent",
)  # fmt: skip
_FROM_JOURNAL: dict[str, Callable[[JournalCounts], tuple[Series, ...]]] = {
    "tocsin_alerts_accepted": lambda counts: counts.series(counts.accepted),
    "tocsin_alerts_duplicate": lambda counts: counts.series(counts.duplicates),
    "tocsin_alerts_dead": lambda counts: counts.series(counts.dead),
    "tocsin_deliveries": lambda counts: counts.series(counts.deliveries),
    "tocsin_duplicate_ratio": lambda counts: counts.ratio(
        counts.duplicates, counts.accepted, lambda _: ()
    ),
    "tocsin_delivery_failed_ratio": lambda counts: counts.ratio(
        only(counts.deliveries, "outcome", "failed"),
        only(counts.deliveries, "outcome", "failed", "delivered"),
        lambda labels: tuple(pair for pair in labels if pair[0] == "receiver"),
    ),
}
_OF_INSTALLATION = ("tocsin_queue_messages", "tocsin_dead_letters")
NAMES = (*_FROM_JOURNAL, "tocsin_breaker_open", *_OF_INSTALLATION)


class OwnPorts(msgspec.Struct, frozen=True, kw_only=True):
    """Where its numbers come from."""

    journal: Journal
    configs: Configs
    breakers: Breakers
    outbox: Outbox
    letters: DeadLetters


class OwnMetrics:
    """Answers from what tocsin stores; `operators` are the tenants that may see its queues."""

    def __init__(self, ports: OwnPorts, operators: Collection[str] = ()) -> None:
        self._ports = ports
        self._operators = operators

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order; the journal is read once for each window."""
        counted: dict[tuple[float, float], JournalCounts | Unanswered] = {}
        return [_matching(each, self._one(tenant, each, now_s, counted)) for each in asked]

    def _one(
        self,
        tenant: str,
        asked: Asked,
        now_s: float,
        counted: dict[tuple[float, float], JournalCounts | Unanswered],
    ) -> Answer:
        name = asked.query.metric
        try:
            if name in _FROM_JOURNAL:
                span = (asked.from_s, asked.to_s)
                if span not in counted:
                    counted[span] = self._count(tenant, *span)
                counts = counted[span]
                return counts if isinstance(counts, Unanswered) else _FROM_JOURNAL[name](counts)
            if name == "tocsin_breaker_open":
                return tuple(self._breakers(tenant, now_s))
            if name in _OF_INSTALLATION:
                return self._installation(tenant, name, now_s)
        except TocsinError as error:
            return Unanswered(str(error))
        return Unanswered(f"there is no such metric; there are {', '.join(NAMES)}")

    def _count(self, tenant: str, from_s: float, to_s: float) -> JournalCounts | Unanswered:
        read = self._ports.journal.read(tenant, from_s, to_s)
        records: list[Record] = list(islice(read, RECORDS_LIMIT + 1))
        if len(records) > RECORDS_LIMIT:
            return Unanswered(f"the window has more than {RECORDS_LIMIT} records")
        return JournalCounts(records, from_s, to_s)

    def _breakers(self, tenant: str, now_s: float) -> Iterator[Series]:
        """Yield for each receiver whether its endpoint is left alone now."""
        config: TenantConfig | None = self._ports.configs.current(tenant)
        for name, receiver in sorted(config.receivers.items() if config else ()):
            if receiver.kind == "nobody":
                continue
            found = self._ports.breakers.read(endpoint_of(tenant, receiver), now_s)
            is_open = (found or Breaker(key="")).state != "CLOSED"
            yield _now((("receiver", name),), float(is_open), now_s)

    def _installation(self, tenant: str, name: str, now_s: float) -> Answer:
        if tenant not in self._operators:
            return Unanswered(f"{name} is of the whole installation, and told to operators alone")
        depth = self._ports.outbox.depth
        if name == "tocsin_dead_letters":
            depth = self._ports.letters.depth
        return tuple(
            _now((("queue", queue),), float(depth(queue).visible), now_s) for queue in _QUEUES
        )


def _now(labels: Labels, value: float, now_s: float) -> Series:
    return Series(labels, ((now_s, value),))


def _matching(asked: Asked, answer: Answer) -> Answer:
    if isinstance(answer, Unanswered):
        return answer
    matchers = asked.query.matchers
    return tuple(each for each in answer if match_all(matchers, dict(each.labels)))
