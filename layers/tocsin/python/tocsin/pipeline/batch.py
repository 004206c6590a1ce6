"""A batch of queue messages, and which of them must come back."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

from tocsin.domain.errors import TocsinError
from tocsin.pipeline.envelope import Envelope


class Delivery(msgspec.Struct, frozen=True):
    """A received message: the queue's id for this delivery, and what it holds."""

    message_id: str
    envelope: Envelope


class Outcome(msgspec.Struct):
    """What a stage did with a batch: messages that failed, why, and counts for the metrics."""

    failed: dict[str, str] = {}
    counts: dict[str, int] = {}

    def count(self, name: str, value: int = 1) -> None:
        """Add to one count."""
        self.counts[name] = self.counts.get(name, 0) + value

    def fail(self, deliveries: Iterable[Delivery], error: TocsinError) -> None:
        """Let these messages come back; the queue's redrive policy ends it."""
        for delivery in deliveries:
            self.failed[delivery.message_id] = f"{type(error).__name__}: {error}"


def by_tenant(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    """Group messages by tenant: what goes wrong for one must not touch another."""
    grouped: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        grouped.setdefault(delivery.envelope.tenant, []).append(delivery)
    return grouped


def each_tenant(
    deliveries: Sequence[Delivery],
    handle: Callable[[str, list[Delivery], Outcome], None],
    has_time: Callable[[], bool],
) -> Outcome:
    """Call `handle` for each tenant; a tenant that fails, or gets no time, comes back later.

    An invocation that runs into its time limit would bring back the whole batch, with what
    was done. So nothing is begun once the budget is used up.
    """
    outcome = Outcome()
    for tenant, own in by_tenant(deliveries).items():
        if not has_time():
            outcome.fail(own, TocsinError("the time budget of this invocation is used up"))
            continue
        try:
            handle(tenant, own, outcome)
        except TocsinError as error:
            outcome.fail(own, error)
    return outcome
