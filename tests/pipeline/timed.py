"""Queues and receivers that know what time it is."""

from collections.abc import Callable, Sequence

from tocsin.adapters.memory import MemoryOutbox, MemoryReceivers
from tocsin.ports import Notification, OutMessage, Queue


class TimedOutbox(MemoryOutbox):
    """An outbox that shows a message when its delay is over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._visible_at_s: dict[int, float] = {}

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Keep all messages, or none."""
        super().send(queue, messages, delay_s)
        for message in messages:
            self._visible_at_s[id(message)] = self._clock() + delay_s

    def take(self, queue: Queue) -> list[OutMessage]:
        """Remove and return the messages of a queue that are visible."""
        at_s, everything = self._clock(), super().take(queue)
        seen = [each for each in everything if self._visible_at_s.get(id(each), 0.0) <= at_s]
        self.queues[queue] = [each for each in everything if all(each is not one for one in seen)]
        return seen


class TimedReceivers(MemoryReceivers):
    """Receivers that remember when they were told."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self.at_s: list[float] = []

    def send(self, notification: Notification) -> str:
        """Deliver, or fail as told."""
        receipt = super().send(notification)
        self.at_s.append(self._clock())
        return receipt
