"""Queues in memory."""

from collections.abc import Iterable, Sequence
from typing import get_args

from tocsin.domain.deadletter import Depth
from tocsin.domain.errors import TocsinError
from tocsin.ports import DeadLetter, OutMessage, Queue


class MemoryOutbox:
    """Keep what was sent, by queue; `failures` are raised first, one a call."""

    def __init__(self) -> None:
        queues: tuple[Queue, ...] = get_args(Queue)
        self.queues: dict[Queue, list[OutMessage]] = {queue: [] for queue in queues}
        self.dead: dict[Queue, list[DeadLetter]] = {queue: [] for queue in queues}
        self.failures: list[TocsinError] = []
        self.delays_s: dict[str, float] = {}

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Keep all messages, or none; `delays_s` says which of them are to wait."""
        self._fail()
        self.queues[queue].extend(messages)
        if delay_s > 0:
            self.delays_s.update((message.body, delay_s) for message in messages)

    def depth(self, queue: Queue) -> Depth:
        """Return how many messages wait in a queue."""
        return Depth(len(self.queues[queue]), 0)

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Keep letters apart, all or none."""
        self._fail()
        self.dead[queue].extend(letters)

    def take(self, queue: Queue) -> list[OutMessage]:
        """Remove and return all messages of a queue."""
        messages, self.queues[queue] = self.queues[queue], []
        return messages

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
