"""A few workers that wait for somebody at the same time, within a time for each and for all."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from time import monotonic
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
LeftS = Callable[[], float]


class Workers:
    """At most `count` jobs at a time; each has `each_s` from its start, all have `all_s`.

    A job is told how much time it has left. One that does not heed it is given up: its thread
    goes on until whatever it waits for ends, and nobody looks at what it returns. A single worker
    is the caller itself, who gives up nothing.
    """

    def __init__(self, count: int, each_s: float, all_s: float) -> None:
        self._count = count
        self._each_s = each_s
        self._all_s = all_s

    def run(self, work: Callable[[Job, LeftS], Result], jobs: Sequence[Job]) -> list[Result | None]:
        """Return what came of each job, in order; None where its time was over.

        Raises what a job raised.
        """
        end_s = monotonic() + self._all_s
        ends_s: dict[int, float] = {}

        def timed(index: int, job: Job) -> Result:
            ends_s[index] = min(end_s, monotonic() + self._each_s)
            return work(job, lambda: ends_s[index] - monotonic())

        if self._count == 1:
            return [timed(index, job) for index, job in enumerate(jobs)]
        pool = ThreadPoolExecutor(self._count, thread_name_prefix="investigate")
        try:
            futures = [pool.submit(timed, index, job) for index, job in enumerate(jobs)]
            _wait(futures, ends_s, end_s)
            return [future.result() if future.done() else None for future in futures]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _wait(futures: Sequence[Future[Result]], ends_s: dict[int, float], end_s: float) -> None:
    """Wait until every job is done or its time is over."""
    while True:
        now_s = monotonic()
        open_ = [
            (future, ends_s.get(index, end_s))
            for index, future in enumerate(futures)
            if not future.done() and ends_s.get(index, end_s) > now_s
        ]
        if not open_:
            return
        soonest_s = min(at_s for _, at_s in open_) - now_s
        wait([future for future, _ in open_], soonest_s, return_when=FIRST_COMPLETED)
