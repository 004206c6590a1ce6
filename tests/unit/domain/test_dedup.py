"""Which events are certainly repeats."""

from tests.builders import T0, change
from tocsin.domain.dedup import is_repeat, mark_of, may_trust_memory


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
    mark = mark_of("acme", change(at_s=T0, holds_until_s=T0 + 240))
    assert is_repeat(mark, change(at_s=T0 + 179))
    assert not is_repeat(mark, change(at_s=T0 + 180))


def test_two_resolves_with_different_ends_are_two_events() -> None:
    mark = mark_of("acme", change(status="resolved", ends_at_s=T0))
    assert not is_repeat(mark, change(at_s=T0 + 1, status="resolved", ends_at_s=T0 + 1))


def test_memory_is_proof_only_where_a_mistake_heals() -> None:
    assert may_trust_memory(change(), resends=True)
    assert may_trust_memory(change(observed_at_s=T0), resends=False)
    assert not may_trust_memory(change(), resends=False)
