"""When an endpoint is left alone, who tries it, and when it is called again."""

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tocsin.domain.breaker import (
    PROBE_S,
    Breaker,
    BreakerPolicy,
    Failure,
    Seen,
    admit,
    after_failure,
    after_no_call,
    after_pause,
    after_refusal,
    after_success,
    after_trip,
    endpoint_key,
    has_taken_since,
)

POLICY = BreakerPolicy()
CONSECUTIVE = BreakerPolicy(mode="consecutive")
CLOSED = Breaker(key="acme#1", version=3)
OPEN = replace(CLOSED, state="OPEN", opens=1, open_until_s=T0 + 60)
HALF_OPEN = replace(CLOSED, state="HALF_OPEN", opens=1, prober="w1", probe_until_s=T0 + PROBE_S)


def failed(breaker, times, policy=POLICY, successes=0, every_s=1.0):
    for index in range(times):
        breaker = after_failure(breaker, policy, Seen(successes), T0 + index * every_s)
    return breaker


class TestRate:
    def test_five_failures_in_a_window_open(self):
        assert failed(CLOSED, 4).state == "CLOSED"
        opened = failed(CLOSED, 5)
        assert (opened.state, opened.opens, opened.failures) == ("OPEN", 1, ())
        assert T0 + 4 + 54 <= opened.open_until_s <= T0 + 4 + 66

    def test_failures_far_apart_do_not(self):
        assert failed(CLOSED, 50, every_s=15.5).state == "CLOSED"

    def test_failures_among_more_successes_do_not(self):
        assert failed(CLOSED, 50, successes=2).state == "CLOSED"
        assert failed(CLOSED, 5, successes=1).state == "OPEN"

    def test_no_more_is_kept_than_is_needed(self):
        assert len(failed(CLOSED, 50, successes=2).failures) == 5

    def test_the_first_success_after_a_failure_is_noted_and_the_next_is_not(self):
        once = failed(CLOSED, 1)
        noted = after_success(once, POLICY, Seen(1, T0 + 1), T0 + 1)
        assert noted.taken_at_s == T0 + 1
        assert noted.failures == (Failure(T0, 1),)
        assert after_success(noted, POLICY, Seen(1, T0 + 2), T0 + 2) is None

    def test_a_success_by_a_clock_behind_is_noted_no_more_than_once(self):
        noted = after_success(failed(CLOSED, 1), POLICY, Seen(1, T0 - 4), T0 - 4)
        assert after_success(noted, POLICY, Seen(1, T0 - 3), T0 - 3) is None

    def test_where_the_next_failure_would_open_successes_are_counted(self):
        breaker = failed(CLOSED, 4)
        for index in range(6):
            breaker = after_success(breaker, POLICY, Seen(1, T0 + 5 + index), T0 + 5 + index)
        assert after_success(breaker, POLICY, Seen(1, T0 + 12), T0 + 12) is None
        assert after_failure(breaker, POLICY, Seen(), T0 + 12).state == "CLOSED"

    def test_a_healthy_endpoint_needs_no_write(self):
        assert after_success(Breaker(key="k"), POLICY, Seen(9, T0), T0) is None


class TestConsecutive:
    def test_failures_count_however_far_apart(self):
        assert failed(CLOSED, 4, CONSECUTIVE, every_s=900).state == "CLOSED"
        assert failed(CLOSED, 5, CONSECUTIVE, every_s=900).state == "OPEN"

    def test_a_success_begins_anew(self):
        breaker = failed(CLOSED, 4, CONSECUTIVE)
        assert after_success(breaker, CONSECUTIVE, Seen(1, T0), T0).failures == ()
        reported = after_failure(breaker, CONSECUTIVE, Seen(1), T0 + 9)
        assert (reported.state, len(reported.failures)) == ("CLOSED", 1)

    def test_a_healthy_endpoint_needs_no_write(self):
        assert after_success(CLOSED, CONSECUTIVE, Seen(1, T0), T0) is None


class TestAdmission:
    def test_closed_lets_everybody_call(self):
        assert admit(CLOSED, "w1", T0).kind == "go"

    def test_open_lets_nobody_until_its_time_is_up(self):
        waiting = admit(OPEN, "w1", T0 + 59)
        assert (waiting.kind, waiting.until_s) == ("wait", T0 + 60)

    def test_then_one_is_elected_and_the_others_wait_for_it(self):
        elected = admit(OPEN, "w1", T0 + 60)
        assert elected.kind == "probe"
        state = elected.elected
        assert (state.state, state.prober, state.probe_until_s) == (
            "HALF_OPEN",
            "w1",
            T0 + 60 + PROBE_S,
        )
        assert state.version == OPEN.version
        assert admit(state, "w1", T0 + 61) == type(elected)("probe")
        waiting = admit(state, "w2", T0 + 61)
        assert (waiting.kind, waiting.until_s) == ("wait", T0 + 60 + PROBE_S)

    def test_a_prober_that_is_not_heard_of_is_replaced(self):
        elected = admit(HALF_OPEN, "w2", T0 + PROBE_S)
        assert (elected.kind, elected.elected.prober) == ("probe", "w2")

    @pytest.mark.parametrize("state", [CLOSED, OPEN, HALF_OPEN])
    def test_a_pause_holds_in_every_state(self, state):
        paused = replace(state, paused_until_s=T0 + 500)
        waiting = admit(paused, "w1", T0 + 499)
        assert (waiting.kind, waiting.until_s) == ("wait", T0 + 500)
        assert admit(paused, "w1", T0 + 500).kind != "wait"


class TestProbe:
    def test_a_success_closes(self):
        closed = after_success(HALF_OPEN, POLICY, Seen(1, T0 + 1), T0 + 1, "w1")
        assert (closed.state, closed.opens, closed.prober) == ("CLOSED", 0, "")
        assert (closed.closed_at_s, closed.taken_at_s) == (T0 + 1, T0 + 1)

    def test_a_failure_opens_for_longer_up_to_a_cap(self):
        opens = []
        state = HALF_OPEN
        for _ in range(2000):
            opened = after_failure(state, POLICY, Seen(), T0, "w1")
            opens.append(opened.open_until_s - T0)
            state = replace(opened, state="HALF_OPEN", prober="w1")
        assert 108 <= opens[0] <= 132
        assert 216 <= opens[1] <= 264
        assert all(270 <= open_s <= 330 for open_s in opens[2:])
        assert len(set(opens[2:])) > 100

    def test_a_refusal_closes_and_is_no_delivery(self):
        closed = after_refusal(HALF_OPEN, T0 + 1, "w1")
        assert (closed.state, closed.closed_at_s, closed.taken_at_s) == ("CLOSED", T0 + 1, 0.0)

    def test_a_call_that_could_not_be_made_lets_the_next_try_at_once(self):
        released = after_no_call(HALF_OPEN, T0 + 1, "w1")
        assert (released.state, released.opens) == ("OPEN", 1)
        assert admit(released, "w2", T0 + 1).kind == "probe"

    def test_a_pause_closes_and_pauses(self):
        paused = after_pause(HALF_OPEN, T0 + 90, T0, "w1")
        assert (paused.state, paused.paused_until_s) == ("CLOSED", T0 + 90)

    def test_who_is_no_longer_the_prober_changes_nothing(self):
        for breaker in (HALF_OPEN, OPEN, CLOSED):
            assert after_success(breaker, POLICY, Seen(1, T0), T0, "w9") is None
            assert after_failure(breaker, POLICY, Seen(), T0, "w9") is None
            assert after_refusal(breaker, T0, "w9") is None
            assert after_no_call(breaker, T0, "w9") is None


@pytest.mark.parametrize("breaker", [OPEN, HALF_OPEN])
def test_calls_that_began_before_it_opened_change_nothing(breaker):
    assert after_failure(breaker, POLICY, Seen(), T0) is None
    assert after_success(breaker, POLICY, Seen(1, T0), T0) is None
    assert after_trip(breaker, POLICY, Seen(), T0) is None


def test_one_notification_can_trip_it():
    assert after_trip(failed(CLOSED, 3), POLICY, Seen(), T0).state == "OPEN"


def test_a_pause_is_never_shortened():
    paused = after_pause(CLOSED, T0 + 90, T0)
    assert after_pause(paused, T0 + 30, T0) is None
    assert after_pause(paused, T0 + 100, T0).paused_until_s == T0 + 100
    assert after_pause(OPEN, T0 + 90, T0).state == "OPEN"


def test_what_was_taken_is_known_from_oneself_and_from_others():
    assert not has_taken_since(CLOSED, Seen(), T0)
    assert has_taken_since(CLOSED, Seen(0, T0 + 1), T0)
    assert has_taken_since(replace(CLOSED, taken_at_s=T0 + 1), Seen(), T0)
    assert not has_taken_since(replace(CLOSED, taken_at_s=T0), Seen(0, T0 - 1), T0)


def test_a_longer_time_than_the_cap_can_be_asked_for():
    assert BreakerPolicy(open_s=900, jitter=0).open_for_s("k", 1) == 900
    assert BreakerPolicy(open_s=900, jitter=0).open_for_s("k", 9) == 900


def test_a_key_shows_no_url_and_is_nobody_elses():
    url = "https://hooks.example.com/s3cret"
    keys = {
        endpoint_key("acme", "webhook", url),
        endpoint_key("globex", "webhook", url),
        endpoint_key("acme", "slack", url),
        endpoint_key("acme", "webhook", url + "/"),
    }
    assert len(keys) == 4
    assert endpoint_key("acme", "webhook", url).startswith("acme#")
    assert not any("s3cret" in key or "example" in key for key in keys)


def test_each_mode_has_a_record_of_its_own_and_that_of_rate_stays_where_it_was():
    url = "https://hooks.example.com/s3cret"
    rate = endpoint_key("acme", "webhook", url, "rate")
    # As a former release computed it: what is stored under it stays valid.
    assert rate == endpoint_key("acme", "webhook", url)
    assert rate == "acme#a9510d41e292c480cf10e9f453efff84"
    assert endpoint_key("acme", "webhook", url, "consecutive") != rate
