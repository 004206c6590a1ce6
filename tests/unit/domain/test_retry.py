"""When to try again."""

from tocsin.domain.retry import RetryPolicy

POLICY = RetryPolicy()


def test_delays_grow_up_to_the_cap_within_the_jitter() -> None:
    for attempt, expected_s in ((1, 1), (2, 2), (3, 4), (7, 60), (50, 60)):
        assert expected_s * 0.9 <= POLICY.delay_s(attempt, "k") <= expected_s * 1.1


def test_the_same_failure_gives_the_same_plan_and_another_one_another() -> None:
    assert POLICY.delay_s(3, "k") == POLICY.delay_s(3, "k")
    assert POLICY.delay_s(3, "k") != POLICY.delay_s(3, "other")


def test_never_earlier_than_the_receiver_asked_for() -> None:
    assert POLICY.delay_s(1, "k", retry_after_s=90.0) == 90.0
