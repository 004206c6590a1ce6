"""What becomes of one notification on its way out, and of the breaker of its endpoint."""

import pytest

from tests.builders import T0, receiver
from tests.unit.pipeline.safecall_world import DOWN, Away, World
from tocsin.domain.breaker import PROBE_S, BreakerPolicy
from tocsin.domain.errors import Conflict, Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.retry import RetryPolicy
from tocsin.pipeline.notify import LEASE_S
from tocsin.pipeline.safecall import SPREAD_S, Dead, Deferred, Delivered


@pytest.fixture
def world():
    return World()


def test_while_all_is_well_nothing_is_written(world):
    assert [world.call() for _ in range(100)] == [Delivered()] * 100
    assert world.breakers.writes == 0


def test_a_failure_is_deferred_by_the_policy_and_uses_up_an_attempt(world):
    first = world.call(DOWN)
    assert (first.attempts, first.reason, first.was_tried) == (1, "HTTP 503", True)
    assert 0.9 <= first.until_s - T0 <= 1.1
    second = world.call(DOWN, attempts=1)
    assert second.attempts == 2
    assert 1.8 <= second.until_s - T0 <= 2.2


def test_retry_after_is_a_least_delay(world):
    assert world.call(Retryable("HTTP 503", 600.0)).until_s >= T0 + 600


def test_the_policy_is_the_receivers_own():
    world = World(retry=RetryPolicy(base_s=7.0, jitter=0.0), breaker=BreakerPolicy(failures=1))
    assert world.call(DOWN).until_s == T0 + 7
    assert world.state.state == "OPEN"


class TestOpen:
    def test_all_workers_stop_and_no_attempt_is_used_up(self, world):
        world.open()
        assert world.counts["breaker_opened"] == 1
        verdict = world.call(attempts=2, worker=world.worker(), owner="w2")
        assert verdict.attempts == 2
        assert not verdict.was_tried
        assert 0 <= verdict.until_s - world.state.open_until_s <= SPREAD_S
        assert world.tries == 5

    def test_those_that_wait_do_not_come_at_once(self, world):
        world.open()
        until = {world.call(key=f"toc_{index}").until_s for index in range(20)}
        assert len(until) == 20

    def test_a_waiting_notification_writes_nothing(self, world):
        world.open()
        writes = world.breakers.writes
        for _ in range(10):
            world.call()
        assert world.breakers.writes == writes

    def test_one_probes_and_its_success_closes(self, world):
        world.expire_open()
        assert world.call() == Delivered()
        assert (world.state.state, world.state.closed_at_s) == ("CLOSED", world.now_s)
        assert world.call(worker=world.worker(), owner="w2") == Delivered()

    def test_while_one_probes_others_wait(self, world):
        world.expire_open()
        send = world.receivers.send
        others = []

        def slow(notification):
            world.receivers.send = send
            others.append(world.call(worker=world.worker(), owner="w2"))
            return send(notification)

        world.receivers.send = slow
        assert world.call() == Delivered()
        assert isinstance(others[0], Deferred)
        assert not others[0].was_tried
        assert world.tries == 6

    def test_a_failed_probe_opens_for_longer_and_uses_up_no_attempt(self, world):
        world.expire_open()
        verdict = world.call(DOWN, attempts=2)
        assert verdict.attempts == 2
        assert world.state.opens == 2
        assert verdict.until_s >= world.state.open_until_s >= world.now_s + 108
        assert world.counts["breaker_opened"] == 2

    def test_a_refused_probe_closes(self, world):
        world.expire_open()
        assert world.call(Permanent("HTTP 410")) == Dead(reason="HTTP 410", is_refusal=True)
        assert world.state.state == "CLOSED"

    def test_a_probe_that_cannot_be_sent_leaves_it_to_the_next(self, world):
        world.expire_open()
        assert world.call(Unsendable("cannot be written")).is_refusal
        assert world.state.state == "OPEN"
        assert world.call(worker=world.worker(), owner="w2") == Delivered()

    def test_a_throttled_probe_closes_and_pauses(self, world):
        world.expire_open()
        world.call(Throttled("HTTP 429", 90.0))
        assert (world.state.state, world.state.paused_until_s) == ("CLOSED", world.now_s + 90)


class TestThrottled:
    def test_everybody_pauses_and_nothing_is_counted(self, world):
        verdict = world.call(Throttled("HTTP 429", 90.0), attempts=2)
        assert (verdict.attempts, verdict.was_tried) == (2, True)
        assert T0 + 90 <= verdict.until_s <= T0 + 90 + SPREAD_S
        assert world.state.failures == ()
        waiting = world.call(worker=world.worker(), owner="w2")
        assert not waiting.was_tried
        assert world.tries == 1
        world.now_s = T0 + 90
        assert world.call() == Delivered()

    def test_without_retry_after_the_policy_says_how_long(self, world):
        world.call(Throttled("HTTP 429"))
        assert T0 + 0.9 <= world.state.paused_until_s <= T0 + 1.1


class TestRefused:
    def test_it_is_dead_and_not_counted(self, world):
        for _ in range(9):
            assert world.call(Permanent("HTTP 404")) == Dead(reason="HTTP 404", is_refusal=True)
        assert world.breakers.writes == 0


class TestUsedUp:
    def test_if_nothing_else_was_taken_the_endpoint_is_down(self, world):
        verdict = world.call(DOWN, attempts=2, failed_at_s=T0 - 60, created_at_s=T0 - 120)
        assert (verdict.attempts, world.state.state) == (0, "OPEN")
        assert verdict.until_s >= world.state.open_until_s
        assert world.counts["breaker_opened"] == 1

    def test_if_this_worker_delivered_others_the_notification_is_at_fault(self, world):
        world.call(key="toc_2")
        world.now_s += 1
        assert world.call(DOWN, attempts=2, failed_at_s=T0 - 1) == Dead(reason="HTTP 503")
        assert world.state.state == "CLOSED"

    def test_if_another_worker_delivered_others_too(self, world):
        first = world.call(DOWN)
        world.now_s += 20
        world.call(key="toc_2", worker=world.worker(), owner="w2")
        world.now_s += 20
        verdict = world.call(DOWN, attempts=2, created_at_s=T0, failed_at_s=T0)
        assert (first.attempts, verdict) == (1, Dead(reason="HTTP 503"))

    def test_what_was_taken_before_it_last_failed_says_nothing(self, world):
        world.call(key="toc_2")
        world.now_s += 30
        verdict = world.call(DOWN, attempts=2, created_at_s=T0 - 60, failed_at_s=T0 + 20)
        assert isinstance(verdict, Deferred)

    def test_a_healthy_endpoint_with_one_bad_notification_is_never_tripped(self, world):
        attempts, failed_at_s, created_at_s = 0, 0.0, world.now_s
        workers = [world.worker() for _ in range(7)]
        for index in range(3):
            verdict = world.call(
                DOWN,
                worker=workers[index],
                attempts=attempts,
                failed_at_s=failed_at_s,
                created_at_s=created_at_s,
            )
            attempts, failed_at_s = getattr(verdict, "attempts", 0), world.now_s
            for worker in workers[3:]:
                world.now_s += 10
                assert world.call(key="toc_2", worker=worker) == Delivered()
            world.now_s += 20
        assert verdict == Dead(reason="HTTP 503")
        assert world.counts["breaker_opened"] == 0
        assert world.breakers.writes == 6


class TestTooOld:
    @pytest.fixture
    def world(self):
        return World(retry=RetryPolicy(give_up_after_s=3600.0))

    @pytest.mark.parametrize("failure", [DOWN, Throttled("HTTP 429", 1.0)])
    def test_a_failure_ends_it(self, world, failure):
        assert isinstance(world.call(failure, created_at_s=T0 - 3599), Deferred)
        world.now_s += 2
        verdict = world.call(failure, created_at_s=T0 - 3599)
        assert (verdict.reason, verdict.is_refusal) == (failure.reason, False)

    def test_having_to_wait_ends_it_untried(self, world):
        world.open()
        verdict = world.call(created_at_s=T0 - 3601)
        assert isinstance(verdict, Dead)
        assert not verdict.was_tried

    def test_it_is_still_delivered_if_that_works(self, world):
        assert world.call(created_at_s=T0 - 3601) == Delivered()


@pytest.mark.parametrize("error", [Retryable("away"), Permanent("unreadable"), Conflict("busy")])
@pytest.mark.parametrize("calls", [("read",), ("write",), ("read", "write")])
class TestStoreAway:
    def test_pages_go_out(self, world, calls, error):
        Away(world, *calls, error=error)
        assert world.call(worker=world.worker()) == Delivered()

    @pytest.mark.parametrize("failure", [DOWN, Throttled("HTTP 429", 9.0)])
    def test_failures_are_retried(self, world, calls, error, failure):
        Away(world, *calls, error=error)
        worker = world.worker()
        for attempts in range(4):
            assert isinstance(world.call(failure, worker=worker, attempts=attempts), Deferred)
        refused = world.call(Permanent("HTTP 410"), worker=worker)
        assert refused == Dead(reason="HTTP 410", is_refusal=True)
        assert world.tries == 5


def test_a_store_that_fails_to_note_a_probes_success_changes_nothing_about_it(world):
    world.expire_open()
    send = world.receivers.send

    def then_away(notification):
        receipt = send(notification)
        Away(world, "read", "write", error=Retryable("away"))
        worker._endpoints._breakers = world.breakers
        return receipt

    worker = world.worker()
    world.receivers.send = then_away
    assert world.call(worker=worker) == Delivered()


def test_without_a_store_one_notification_waits_alone(world):
    Away(world, "read", "write", error=Retryable("away"))
    verdict = world.call(DOWN, worker=world.worker(), attempts=2)
    assert (verdict.attempts, verdict.until_s >= T0 + 54) == (0, True)


def test_in_the_consecutive_mode_a_success_begins_anew():
    world = World(breaker=BreakerPolicy(mode="consecutive"))
    for _ in range(4):
        world.call(DOWN)
    world.call()
    assert world.state.failures == ()
    for _ in range(4):
        world.call(DOWN)
    assert world.state.state == "CLOSED"
    world.call(DOWN)
    assert world.state.state == "OPEN"


def test_a_probe_may_last_as_long_as_a_worker_may_speak_for_its_group():
    assert PROBE_S == LEASE_S


def test_what_a_worker_remembers_is_bounded(world):
    for index in range(1100):
        world.receiver = receiver(url=f"http://127.0.0.1:9/{index}")
        world.call()
    assert len(world.safe_call._endpoints._seen) == 1000


def test_receivers_of_one_address_but_of_two_modes_do_not_spoil_each_others_breaker(world):
    other = world.worker()
    for _ in range(4):
        world.call(DOWN, worker=other)
        for _ in range(20):
            world.call(worker=other)
        world.now_s += 1
    by_rate = world.receiver
    world.receiver = receiver(breaker=BreakerPolicy(mode="consecutive"))
    assert world.receiver.url == by_rate.url
    world.call(DOWN)
    # One failure after 80 successes is not five in a row.
    assert world.counts["breaker_opened"] == 0
    assert world.call() == Delivered()
