"""A few workers that wait for somebody at the same time, within a time for each and for all."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition
from time import monotonic
from typing import TypeVar

Job = TypeVar("Job")
LeftS = Callable[[], float]


class Workers:
    """At most `count` jobs at a time; each has `each_s` from its start, all have `all_s`.

    A job is told how much time it has left. One that does not heed it is given up: its thread
    goes on until whatever it waits for ends, and nobody waits for it. A single worker is the
    caller itself, who gives up nothing. `clock_s` measures.
    """

    def __init__(
        self, count: int, each_s: float, all_s: float, clock_s: Callable[[], float] = monotonic
    ) -> None:
        self._count = count
        self._each_s = each_s
        self._all_s = all_s
        self._clock_s = clock_s

    def run(self, work: Callable[[Job, LeftS], None], jobs: Sequence[Job]) -> None:
        """Return when each job is done or its time is over. Raises what a job raised."""
        times = _Times(self._each_s, self._clock_s() + self._all_s, self._clock_s)

        def timed(index: int, job: Job) -> None:
            work(job, times.begun(index))

        if self._count == 1:
            for index, job in enumerate(jobs):
                timed(index, job)
            return
        pool = ThreadPoolExecutor(self._count, thread_name_prefix="investigate")
        try:
            futures = [pool.submit(timed, index, job) for index, job in enumerate(jobs)]
            for future in futures:
                future.add_done_callback(times.ended)
            times.wait(futures)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        for future in futures:
            if future.done() and not future.cancelled():
                future.result()


class _Times:
    """When each job that has begun must be done, on the clock `clock_s`."""

    def __init__(self, each_s: float, end_s: float, clock_s: Callable[[], float]) -> None:
        self._each_s = each_s
        self._end_s = end_s
        self._clock_s = clock_s
        self._ends_s: dict[int, float] = {}
        # Told whenever a job begins or ends: what has not begun has no end of its own yet.
        self._moved = Condition()

    def begun(self, index: int) -> LeftS:
        """Let the time of a job begin; return how to ask for what is left of it."""
        until_s = min(self._end_s, self._clock_s() + self._each_s)
        with self._moved:
            self._ends_s[index] = until_s
            self._moved.notify_all()
        return lambda: until_s - self._clock_s()

    def ended(self, _: Future[None]) -> None:
        """Let whoever waits look again."""
        with self._moved:
            self._moved.notify_all()

    def wait(self, futures: Sequence[Future[None]]) -> None:
        """Wait until every job is done or its time is over."""
        with self._moved:
            while (left_s := self._soonest_s(futures)) is not None:
                self._moved.wait(left_s)

    def _soonest_s(self, futures: Sequence[Future[None]]) -> float | None:
        """Return how long to wait at most before the next look; None if there is nothing left."""
        now_s = self._clock_s()
        ends_s = [
            self._ends_s.get(index, self._end_s)
            for index, future in enumerate(futures)
            if not future.done()
        ]
        return min((each - now_s for each in ends_s if each > now_s), default=None)
