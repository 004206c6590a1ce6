"""A few workers at the same time, some of which do not come back."""

from collections.abc import Callable, Iterator
from threading import Event, Lock, current_thread, main_thread
from time import monotonic

import pytest

from tocsin.runtime.together import Workers

# Nobody waits so long: a test in which somebody does hangs.
_FOREVER_S = 86_400.0


class Jobs:
    """Jobs that hang until the test is over, and who did what."""

    def __init__(self) -> None:
        self.over = Event()
        self.done: list[str] = []
        self.together = self.most = 0
        self._lock = Lock()

    def work(self, job: str, left_s: Callable[[], float]) -> None:
        if job == "hang":
            self.over.wait()
            return
        if job == "break":
            raise ZeroDivisionError
        with self._lock:
            self.together += 1
            self.most = max(self.most, self.together)
        with self._lock:
            self.together -= 1
            self.done.append(job)


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.over.set()


@pytest.mark.parametrize("count", [1, 3])
def test_each_job_is_done_once(jobs: Jobs, count: int) -> None:
    names = [str(number) for number in range(40)]
    Workers(count, _FOREVER_S, _FOREVER_S).run(jobs.work, names)
    assert sorted(jobs.done) == sorted(names)
    assert jobs.most <= count


def test_a_job_that_hangs_is_given_up_when_its_own_time_is_over(jobs: Jobs) -> None:
    Workers(2, 0.01, _FOREVER_S).run(jobs.work, ["hang", "a", "b", "c"])
    assert jobs.done == ["a", "b", "c"]


def test_one_that_begins_after_somebody_looked_is_given_up_as_soon(jobs: Jobs) -> None:
    looked, looks = Event(), 0

    def clock_s() -> float:
        """Keep a worker from beginning until the caller has looked, and waits."""
        nonlocal looks
        if current_thread() is not main_thread():
            looked.wait()
        elif (looks := looks + 1) == 2:
            looked.set()
        return monotonic()

    Workers(2, 0.01, _FOREVER_S, clock_s).run(jobs.work, ["hang"])


def test_where_all_workers_hang_what_did_not_begin_waits_for_the_end_of_all(jobs: Jobs) -> None:
    Workers(2, 0.01, 0.02).run(jobs.work, ["hang", "hang", "a"])
    assert jobs.done == []


def test_what_was_given_up_begins_nothing_more(jobs: Jobs) -> None:
    Workers(2, 0.01, 0.02).run(jobs.work, ["hang", "hang", "a", "b"])
    jobs.over.set()
    Workers(2, _FOREVER_S, _FOREVER_S).run(jobs.work, ["c"])
    assert jobs.done == ["c"]


def test_a_job_is_told_what_is_left_of_its_own_time_and_of_that_of_all() -> None:
    now_s = 0.0
    left: list[float] = []

    def work(_: str, left_s: Callable[[], float]) -> None:
        nonlocal now_s
        left.append(left_s())
        now_s += 40.0
        left.append(left_s())

    Workers(1, 60.0, 100.0, lambda: now_s).run(work, ["a", "b", "c"])
    assert left == [60.0, 20.0, 60.0, 20.0, 20.0, -20.0]


@pytest.mark.parametrize("count", [1, 2])
def test_what_a_job_raises_is_raised(jobs: Jobs, count: int) -> None:
    with pytest.raises(ZeroDivisionError):
        Workers(count, 0.01, _FOREVER_S).run(jobs.work, ["a", "break"])
