"""Which events are certainly repeats."""

from tests.builders import T0, change
from tocsin.domain.change import Change
from tocsin.domain.dedup import is_older, is_repeat, mark_of, may_trust_memory


def _stamped(at_s: float, hold_s: float = 240.0) -> Change:
    return change(at_s=at_s, starts_at_s=T0 - 5, holds_until_s=at_s + hold_s)


def test_nothing_known_is_no_repeat() -> None:
    assert not is_repeat(None, change())


def test_the_same_thing_said_again_is_a_repeat() -> None:
    mark = mark_of("acme", change(at_s=T0, starts_at_s=T0 - 5))
    assert is_repeat(mark, change(at_s=T0 + 60, starts_at_s=T0 - 5))


def test_another_status_or_another_start_is_none() -> None:
    mark = mark_of("acme", change(at_s=T0, starts_at_s=T0 - 5))
    assert not is_repeat(mark, change(at_s=T0 + 60, starts_at_s=T0 - 5, status="resolved"))
    assert not is_repeat(mark, change(at_s=T0 + 60, starts_at_s=T0 + 50))


def test_a_mark_falls_silent_before_the_alert_would_time_out() -> None:
    mark = mark_of("acme", _stamped(T0))
    assert is_repeat(mark, _stamped(T0 + 95))
    assert not is_repeat(mark, _stamped(T0 + 96))


def test_two_resolves_with_different_ends_are_two_events() -> None:
    mark = mark_of("acme", change(status="resolved", ends_at_s=T0))
    assert not is_repeat(mark, change(at_s=T0 + 1, status="resolved", ends_at_s=T0 + 1))


def test_memory_is_proof_only_where_a_mistake_heals() -> None:
    assert may_trust_memory(change(), resends=True)
    assert may_trust_memory(change(observed_at_s=T0), resends=False)
    assert not may_trust_memory(change(), resends=False)


def test_what_has_no_time_of_its_own_repeats_only_within_its_request() -> None:
    mark = mark_of("acme", change(at_s=T0, source="r:0"))
    assert is_repeat(mark, change(at_s=T0, source="r:1"))
    assert not is_repeat(mark, change(at_s=T0 + 1))


def test_a_hold_that_is_longer_or_shorter_is_news() -> None:
    mark = mark_of("acme", _stamped(T0))
    assert is_repeat(mark, _stamped(T0 + 10, hold_s=230))
    assert not is_repeat(mark, _stamped(T0 + 10, hold_s=86400))
    assert not is_repeat(mark, _stamped(T0 + 10, hold_s=60))
    assert not is_repeat(mark, change(at_s=T0 + 10, starts_at_s=T0 - 5))


def test_another_severity_is_news() -> None:
    mark = mark_of("acme", change(starts_at_s=T0, severity="warning"))
    assert not is_repeat(mark, change(at_s=T0 + 1, starts_at_s=T0, severity="critical"))


def test_a_mark_of_a_later_event_stays() -> None:
    mark = mark_of("acme", change(at_s=T0, status="resolved"))
    assert is_older(change(at_s=T0), mark)
    assert not is_older(change(at_s=T0 + 1), mark)
    assert not is_older(change(at_s=T0), None)
