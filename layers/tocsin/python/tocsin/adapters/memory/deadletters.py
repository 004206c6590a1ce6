"""Dead-letter queues in memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import get_args

from tocsin.domain.deadletter import Depth, Letter
from tocsin.ports import Queue

_PAGE_LETTERS = 10


class MemoryDeadLetters:
    """Letters by queue, for a test to fill; who reads hides what it met until it ends."""

    def __init__(self) -> None:
        self.queues: tuple[Queue, ...] = get_args(Queue)
        self.letters: dict[Queue, list[Letter]] = {queue: [] for queue in self.queues}
        self._hidden: dict[Queue, set[str]] = {queue: set() for queue in self.queues}

    def depth(self, queue: Queue) -> Depth:
        """Return how many letters there are."""
        hidden = len(self._hidden[queue])
        return Depth(visible=len(self.letters[queue]) - hidden, in_flight=hidden)

    @contextmanager
    def reading(
        self, queue: Queue, has_time: Callable[[], bool] = lambda: True
    ) -> Iterator["MemoryReading"]:
        """Look through the dead letters of a queue."""
        reading = MemoryReading(self.letters[queue], self._hidden[queue])
        try:
            yield reading
        finally:
            if has_time():
                reading.release()


class MemoryReading:
    """One pass over a dead-letter queue."""

    def __init__(self, letters: list[Letter], hidden: set[str]) -> None:
        self._letters = letters
        self._hidden = hidden
        self._met: set[str] = set()

    def pages(self) -> Iterator[list[Letter]]:
        """Yield the letters that nobody holds, ten at most at a time."""
        while page := [each for each in self._letters if each.message_id not in self._hidden]:
            page = page[:_PAGE_LETTERS]
            met = {letter.message_id for letter in page}
            self._hidden |= met
            self._met |= met
            yield page

    def release(self) -> None:
        """Show again what was met."""
        self._hidden -= self._met
