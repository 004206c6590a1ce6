"""Queues on a virtual clock, and receivers that only remember what they were given."""

from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import Literal

import msgspec

from tocsin.domain.deadletter import Depth
from tocsin.ports import Clock, DeadLetter, Notification, OutMessage, Queue

_TICK = OutMessage("", "")


class Due(msgspec.Struct, frozen=True):
    """A message whose time has come, or a tick of the clock."""

    queue: Queue | Literal["tick"]
    message: OutMessage


class VirtualQueues:
    """An outbox whose messages come in the order of their times, and a clock that follows them."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, int, Due]] = []
        self._count = 0
        self._now_s = 0.0
        self.dead: list[str] = []

    def clock(self) -> float:
        """Return the virtual time, in epoch seconds."""
        return self._now_s

    def at(self, at_s: float) -> None:
        """Set the clock, for what is put in before anything is taken out."""
        self._now_s = at_s

    def tick(self, at_s: float) -> None:
        """Let the clock tick at a time, after all messages of that moment."""
        self._push(at_s, 1, Due("tick", _TICK))

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Keep messages until their time has come."""
        for message in messages:
            self._push(self._now_s + delay_s, 0, Due(queue, message))

    def next(self, until_s: float) -> Due | None:
        """Return what is due next, and set the clock; None if that is later than `until_s`."""
        if not self._heap or self._heap[0][0] > until_s:
            return None
        at_s, _, _, due = heappop(self._heap)
        self._now_s = max(self._now_s, at_s)
        return due

    def depth(self, queue: Queue) -> Depth:
        """Return how many messages wait in a queue."""
        return Depth(sum(due.queue == queue for *_, due in self._heap), 0)

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Note what could not be done."""
        self.dead += [f"{queue}: {each.error}: {each.reason}" for each in letters]

    def _push(self, at_s: float, turn: int, due: Due) -> None:
        self._count += 1
        heappush(self._heap, (at_s, turn, self._count, due))


class Recorder:
    """Receivers that take everything and tell nobody."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sent: list[tuple[float, Notification]] = []

    def send(self, notification: Notification) -> str:
        """Remember a notification and when it came."""
        self.sent.append((self._clock(), notification))
        return ""
