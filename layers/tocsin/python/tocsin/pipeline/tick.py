"""Tick: wake what is due. It decides nothing: whoever is woken looks at the state again."""

from typing import Literal

import msgspec

from tocsin.domain.errors import TocsinError
from tocsin.domain.fairness import fair_share
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.poke import pack_pokes
from tocsin.ports import Blobs, Groups, Outbox, Queue

# What one tick can read and pass on well within its time.
DUE_LIMIT = 10_000
# What it passes on where the queue is long already: each group that waits there is due still.
BUSY_LIMIT = 1000
BUSY_MESSAGES = 500


class TickPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What tick needs of the outside world."""

    outbox: Outbox
    blobs: Blobs
    groups: Groups


class Tick:
    """Read the time index and pass on what has come due. Overlapping ticks do no harm."""

    def __init__(self, ports: TickPorts) -> None:
        self._ports = ports

    def run(self, now_s: float) -> Outcome:
        """Poke every group that is due."""
        outcome = Outcome()
        self._wake("poke", ("notify-urgent", "notify"), now_s, outcome)
        self._wake("resolve", ("evaluate-urgent", "evaluate"), now_s, outcome)
        return outcome

    def _wake(
        self,
        kind: Literal["poke", "resolve"],
        queues: tuple[Queue, Queue],
        now_s: float,
        outcome: Outcome,
    ) -> None:
        due = self._ports.groups.due(kind, now_s, DUE_LIMIT)
        outcome.count(f"{kind}_due", len(due))
        at_s = [getattr(group, f"{kind}_due_at_s") for group in due[:1]]
        outcome.count(f"{kind}_late_s", int(now_s - at_s[0]) if at_s else 0)
        for queue, urgent in zip(queues, (True, False), strict=True):
            keys = [group.key for group in due if group.urgent is urgent]
            chosen = fair_share(keys, self._limit(queue, len(keys)))
            outcome.count(f"{kind}_left", len(keys) - len(chosen))
            if chosen:
                name = f"tick.{kind}.{int(now_s)}"
                messages = pack_pokes(chosen, name, now_s, self._ports.blobs, kind)
                self._ports.outbox.send(queue, list(messages))

    def _limit(self, queue: Queue, wanted: int) -> int:
        """Return how many groups a queue may take; only where many want is it looked at."""
        if wanted <= BUSY_LIMIT:
            return BUSY_LIMIT
        try:
            is_busy = self._ports.outbox.depth(queue).visible > BUSY_MESSAGES
        except TocsinError:
            is_busy = True
        return BUSY_LIMIT if is_busy else DUE_LIMIT
