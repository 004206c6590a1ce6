"""Which messages of the queues wait, for whom and until when: in memory, rebuilt at each start."""

import threading
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from math import inf
from typing import get_args

from tocsin.ports import Clock, Queue

# The clock may be set while somebody waits.
_LONGEST_WAIT_S = 1.0


class QueueIndex:
    """When each message is visible. Any thread may call."""

    def __init__(self, clock: Clock) -> None:
        queues: tuple[Queue, ...] = get_args(Queue)
        self._clock = clock
        self._visible_at_s: dict[Queue, dict[int, float]] = {queue: {} for queue in queues}
        self._heaps: dict[Queue, list[tuple[float, int]]] = {queue: [] for queue in queues}
        # What nobody has finished or failed with yet, in order.
        self._fresh: dict[Queue, dict[int, None]] = {queue: {} for queue in queues}
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._progressed = threading.Condition(self._lock)
        self._is_closed = False
        self.newest = 0

    def add(
        self, queue: Queue, messages: Iterable[tuple[int, float]], *, is_fresh: bool = True
    ) -> None:
        """Take in new messages, each with the time from which on it is visible."""
        with self._lock:
            now_s = self._clock()
            for seq, visible_at_s in messages:
                self._show(queue, seq, visible_at_s)
                self.newest = max(self.newest, seq)
                if is_fresh and visible_at_s <= now_s:
                    self._fresh[queue][seq] = None
            self._arrived.notify_all()

    def take(self, queues: Sequence[Queue], limit: int, until_s: float) -> dict[int, Queue]:
        """Hide up to `limit` visible messages until `until_s`, and return them, oldest first."""
        taken: dict[int, Queue] = {}
        with self._lock:
            now_s = self._clock()
            for queue in queues:
                heap, visible_at_s = self._heaps[queue], self._visible_at_s[queue]
                while heap and heap[0][0] <= now_s and len(taken) < limit:
                    at_s, seq = heappop(heap)
                    # What was deleted, or shown at another time since, left its place behind.
                    if visible_at_s.get(seq) == at_s:
                        taken[seq] = queue
                        self._show(queue, seq, until_s)
        return taken

    def remove(self, queue: Queue, seqs: Iterable[int]) -> None:
        """Forget messages that are done with."""
        with self._lock:
            for seq in seqs:
                self._visible_at_s[queue].pop(seq, None)
                self._fresh[queue].pop(seq, None)
            self._progressed.notify_all()

    def show(self, queue: Queue, seq: int, at_s: float) -> None:
        """Make a message visible again from `at_s` on."""
        with self._lock:
            if seq in self._visible_at_s[queue]:
                self._show(queue, seq, at_s)
            self._fresh[queue].pop(seq, None)
            self._arrived.notify_all()
            self._progressed.notify_all()

    def count(self, queue: Queue) -> tuple[int, int]:
        """Return how many messages are visible, and how many are not."""
        with self._lock:
            now_s, times_s = self._clock(), self._visible_at_s[queue].values()
            visible = sum(at_s <= now_s for at_s in times_s)
            return visible, len(times_s) - visible

    def wait(self, queues: Sequence[Queue]) -> None:
        """Return when a message of `queues` is or may be visible, or the index is closed."""
        with self._lock:
            if self._is_closed:
                return
            first_s = min(
                (self._heaps[queue][0][0] for queue in queues if self._heaps[queue]), default=inf
            )
            wait_s = min(_LONGEST_WAIT_S, first_s - self._clock())
            if wait_s > 0:
                self._arrived.wait(wait_s)

    def wait_until_past(self, queues: Sequence[Queue], seq: int, until_s: float) -> bool:
        """Return whether nothing new up to `seq` is left in `queues`, waiting for it a while."""

        def is_past() -> bool:
            firsts = (next(iter(self._fresh[queue]), inf) for queue in queues)
            return self._is_closed or min(firsts) > seq

        with self._lock:
            return self._progressed.wait_for(is_past, max(0.0, until_s - self._clock()))

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._lock:
            self._is_closed = True
            self._arrived.notify_all()
            self._progressed.notify_all()

    def _show(self, queue: Queue, seq: int, at_s: float) -> None:
        self._visible_at_s[queue][seq] = at_s
        if at_s < inf:
            heappush(self._heaps[queue], (at_s, seq))
