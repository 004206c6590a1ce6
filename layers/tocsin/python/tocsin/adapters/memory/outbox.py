"""Queues in memory."""

from collections.abc import Sequence
from typing import get_args

import msgspec

from tocsin.domain.deadletter import Depth
from tocsin.domain.errors import TocsinError
from tocsin.ports import OutMessage, Queue


class DeadLetter(msgspec.Struct, frozen=True):
    """A message that was dead-lettered, with what went wrong."""

    message: OutMessage
    error: str
    reason: str


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

    def dead_letter(self, queue: Queue, message: OutMessage, error: str, reason: str) -> None:
        """Keep a message apart."""
        self._fail()
        self.dead[queue].append(DeadLetter(message, error, reason))

    def take(self, queue: Queue) -> list[OutMessage]:
        """Remove and return all messages of a queue."""
        messages, self.queues[queue] = self.queues[queue], []
        return messages

    def _fail(self) -> None:
        if self.failures:
            raise self.failures.pop(0)
