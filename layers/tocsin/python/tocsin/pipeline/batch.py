"""A batch of queue messages, and which of them must come back."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from tocsin.domain.errors import TocsinError
from tocsin.pipeline.envelope import Envelope

# What a worker takes on at once: it fits the time that is kept in reserve, and the memory.
PORTION_ALERTS = 10_000


class Delivery(msgspec.Struct, frozen=True):
    """A received message: the queue's id for this delivery, and what it holds."""

    message_id: str
    envelope: Envelope


class Outcome(msgspec.Struct):
    """What a stage did with a batch: messages that failed, why, and counts for the metrics.

    `duplicates` are counted by provider. `warnings` are for the operator, and few; they hold no
    secrets.
    """

    failed: dict[str, str] = {}
    counts: dict[str, int] = {}
    duplicates: dict[str, int] = {}
    # Counts by kind of receiver, and how long first attempts were waited for by priority.
    by_kind: dict[str, dict[str, int]] = {}
    waits_ms: dict[str, dict[str, list[float]]] = {}
    # Counts by kind of model.
    by_model: dict[str, dict[str, int]] = {}
    warnings: list[str] = []

    def count(self, name: str, value: int = 1) -> None:
        """Add to one count."""
        self.counts[name] = self.counts.get(name, 0) + value

    def count_duplicates(self, provider: str, value: int) -> None:
        """Add to the duplicates of one provider."""
        self.duplicates[provider] = self.duplicates.get(provider, 0) + value

    def count_by_kind(self, kind: str, name: str, value: int = 1) -> None:
        """Add to one count, also to that of a kind of receiver."""
        self.count(name, value)
        self.note_kind(kind, name, value)

    def note_kind(self, kind: str, name: str, value: int = 1) -> None:
        """Add to a count of a kind of receiver alone."""
        counts = self.by_kind.setdefault(kind, {})
        counts[name] = counts.get(name, 0) + value

    def note_model(self, kind: str, counts: Mapping[str, int]) -> None:
        """Add to counts of a kind of model."""
        known = self.by_model.setdefault(kind, {})
        for name, value in counts.items():
            known[name] = known.get(name, 0) + value

    def note_wait(self, priority: str, name: str, wait_s: float) -> None:
        """Add one wait of a priority; clocks differ, so one below 0 is none."""
        waits = self.waits_ms.setdefault(priority, {}).setdefault(name, [])
        waits.append(round(1000 * max(0.0, wait_s), 3))

    def add(self, part: "Outcome") -> None:
        """Add what became of a part of the batch."""
        self.failed.update(part.failed)
        self.warnings += part.warnings
        for name, value in part.counts.items():
            self.count(name, value)
        for provider, value in part.duplicates.items():
            self.count_duplicates(provider, value)
        for kind, counts in part.by_kind.items():
            for name, value in counts.items():
                self.note_kind(kind, name, value)
        for kind, counts in part.by_model.items():
            self.note_model(kind, counts)
        for priority, found in part.waits_ms.items():
            for name, waits_ms in found.items():
                self.waits_ms.setdefault(priority, {}).setdefault(name, []).extend(waits_ms)

    def fail(self, deliveries: Iterable[Delivery], error: TocsinError) -> None:
        """Let these messages come back; the queue's redrive policy ends it."""
        for delivery in deliveries:
            self.failed[delivery.message_id] = f"{type(error).__name__}: {error}"


def each_tenant(
    deliveries: Sequence[Delivery],
    handle: Callable[[str, list[Delivery], Outcome], None],
    has_time: Callable[[], bool],
) -> Outcome:
    """Call `handle` for each tenant, in portions; what fails or finds no time comes back.

    An invocation that runs into its time limit would bring back the whole batch, with what
    was done. So nothing is begun once the budget is used up, and tenants with little come
    before those with much: what one sends must not keep another from its turn.
    """
    outcome = Outcome()
    tenants = sorted(_by_tenant(deliveries).items(), key=lambda item: _alerts(item[1]))
    for tenant, own in tenants:
        for portion in _portions(own):
            if not has_time():
                outcome.fail(portion, TocsinError("the time budget of this invocation is used up"))
                continue
            try:
                handle(tenant, portion, outcome)
            except TocsinError as error:
                outcome.fail(portion, error)
    return outcome


def _by_tenant(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    grouped: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        grouped.setdefault(delivery.envelope.tenant, []).append(delivery)
    return grouped


def _alerts(deliveries: Iterable[Delivery]) -> int:
    return sum(max(1, delivery.envelope.count) for delivery in deliveries)


def _portions(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Cut messages into portions of a bounded number of alerts; a message stays whole."""
    portion: list[Delivery] = []
    for delivery in deliveries:
        if portion and _alerts([*portion, delivery]) > PORTION_ALERTS:
            yield portion
            portion = []
        portion.append(delivery)
    if portion:
        yield portion
