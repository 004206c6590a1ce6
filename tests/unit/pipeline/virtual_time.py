"""Threads that sleep in virtual time: one runs at a time, in the order in which they wake."""

import heapq
from collections.abc import Callable
from itertools import count
from threading import Lock, Thread


class VirtualTime:
    """A clock, and a heap of who wakes when. What is not asleep takes no time."""

    def __init__(self, start_s: float) -> None:
        self.now_s = start_s
        self._sleepers: list[tuple[float, int, Lock]] = []
        self._order = count()
        self._rest = Lock()
        self._rest.acquire()
        self._is_over = False
        self._threads: list[Thread] = []
        self._errors: list[BaseException] = []

    def __call__(self) -> float:
        """Return the present, as `Clock` does."""
        return self.now_s

    def start(self, act: Callable[[], None], after_s: float) -> None:
        """Let a thread begin after some time."""
        turn = self._asleep(after_s)

        def run() -> None:
            turn.acquire()
            try:
                if not self._is_over:
                    act()
            except _Over:
                pass
            except BaseException as error:  # noqa: BLE001 - shown by whoever runs the clock
                self._errors.append(error)
            self._rest.release()

        thread = Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()

    def sleep(self, duration_s: float) -> None:
        """Let the calling thread sleep."""
        turn = self._asleep(duration_s)
        self._rest.release()
        turn.acquire()
        if self._is_over:
            raise _Over

    def run(self, until: Callable[[], bool], at_most_s: float) -> None:
        """Let time pass until something holds, or so long."""
        end_s = self.now_s + at_most_s
        while self._sleepers and self._sleepers[0][0] <= end_s and not until():
            self._wake()
            if self._errors:
                raise self._errors[0]

    def end(self) -> None:
        """Let all threads end where they are."""
        self._is_over = True
        while self._sleepers:
            self._wake()
        for thread in self._threads:
            thread.join()

    def _wake(self) -> None:
        self.now_s, _, turn = heapq.heappop(self._sleepers)
        turn.release()
        self._rest.acquire()

    def _asleep(self, duration_s: float) -> Lock:
        turn = Lock()
        turn.acquire()
        heapq.heappush(self._sleepers, (self.now_s + duration_s, next(self._order), turn))
        return turn


class _Over(BaseException):
    """Ends a thread that would sleep on."""
