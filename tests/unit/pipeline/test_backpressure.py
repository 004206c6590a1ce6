import pytest

from tests.builders import T0
from tocsin.domain.deadletter import Depth
from tocsin.domain.errors import Overloaded, Retryable
from tocsin.pipeline.backpressure import BacklogLimit, Backpressure, waiting_s


class Queues:
    """Queues that hold what they are told, and the time."""

    def __init__(self):
        self.now_s = T0
        self.looks = 0
        self.depths = {}

    def depth(self, queue):
        self.looks += 1
        found = self.depths.get(queue, Depth(0, 0))
        if isinstance(found, Exception):
            raise found
        return found

    def __call__(self):
        return self.now_s


@pytest.fixture
def queues():
    return Queues()


def make(queues, messages=100, age_s=60):
    limit = BacklogLimit(messages, age_s)
    return Backpressure(queues, {"enrich": limit, "enrich-urgent": limit}, queues)


def admitted(backpressure, queue="enrich"):
    """Return whether a large and whether a small sender gets in."""
    found = []
    for is_small in (False, True):
        try:
            backpressure.admit(queue, is_small)
            found.append(True)
        except Overloaded:
            found.append(False)
    return found


@pytest.mark.parametrize(
    ("waiting", "in_flight", "expected"),
    [
        (0, 0, [True, True]),
        (99, 0, [True, True]),
        (100, 0, [False, True]),
        (399, 0, [False, True]),
        (400, 0, [False, False]),
        # A worker that has just started holds one message, and will take many at once.
        (60, 1, [True, True]),
        (99, 1, [True, True]),
    ],
)
def test_a_queue_takes_as_its_backlog_allows(queues, waiting, in_flight, expected):
    queues.depths["enrich"] = Depth(waiting, in_flight)
    assert admitted(make(queues)) == expected


@pytest.mark.parametrize(
    ("waiting", "in_flight", "expected"),
    [
        (2999, 100, [True, True]),
        # They would wait for a minute, and for four.
        (3000, 100, [False, True]),
        (11_999, 100, [False, True]),
        (12_000, 100, [False, False]),
        (12_000, 1000, [True, True]),
    ],
)
def test_the_age_alone_can_close_a_queue(queues, waiting, in_flight, expected):
    queues.depths["enrich"] = Depth(waiting, in_flight)
    assert admitted(make(queues, messages=0)) == expected


def test_the_age_has_no_say_in_a_queue_that_is_nearly_empty(queues):
    queues.depths["enrich"] = Depth(4999, 1)
    assert admitted(make(queues, messages=20_000)) == [True, True]
    queues.depths["enrich"] = Depth(5000, 1)
    assert admitted(make(queues, messages=20_000)) == [False, True]


def test_queues_are_judged_apart(queues):
    queues.depths["enrich"] = Depth(1000, 0)
    backpressure = make(queues)
    assert admitted(backpressure) == [False, False]
    assert admitted(backpressure, "enrich-urgent") == [True, True]


def test_without_limits_nobody_looks(queues):
    queues.depths["enrich"] = Depth(10**9, 1)
    assert admitted(make(queues, messages=0, age_s=0)) == [True, True]
    assert queues.looks == 0


def test_it_looks_once_in_ten_seconds(queues):
    backpressure = make(queues)
    for _ in range(1000):
        admitted(backpressure)
        queues.now_s += 0.1
    assert queues.looks == pytest.approx(10, abs=1)


def test_a_queue_that_cannot_be_looked_at_takes_everything_until_the_next_look(queues):
    queues.depths["enrich"] = Retryable("sqs GetQueueAttributes: Throttling")
    backpressure = make(queues)
    for _ in range(10):
        assert admitted(backpressure) == [True, True]
    assert queues.looks == 1


def test_who_is_refused_is_told_to_come_back_at_different_times(queues):
    queues.depths["enrich"] = Depth(1000, 0)
    backpressure, waits = make(queues), set()
    for _ in range(200):
        queues.now_s += 0.0137
        with pytest.raises(Overloaded) as refused:
            backpressure.admit("enrich", is_small_sender=True)
        waits.add(refused.value.retry_after_s)
    assert min(waits) >= 15
    assert max(waits) <= 30
    assert len(waits) > 10


def test_the_wait_is_estimated_from_what_is_under_way():
    assert waiting_s(Depth(5000, 5000)) == 2
    assert waiting_s(Depth(50_000, 5000)) == 20
    assert waiting_s(Depth(50_000, 0)) == 0


def test_a_worker_that_has_just_started_is_not_taken_for_one_that_is_slow():
    assert waiting_s(Depth(1000, 1)) == waiting_s(Depth(1000, 100)) == 20
