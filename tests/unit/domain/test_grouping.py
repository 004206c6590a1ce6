"""How events change a group."""

from tests.builders import T0, change, config, group
from tocsin.domain.config import Timing
from tocsin.domain.group import Told
from tocsin.domain.grouping import (
    IDLE_S,
    POKE_GRACE_S,
    TOMBSTONE_S,
    Applied,
    apply_changes,
    apply_timeouts,
    finish,
)


def _finish(applied: Applied, now_s: float = T0):
    return finish(applied, config(version=7), Timing(), now_s)


def test_the_group_that_was_read_is_left_as_it_is() -> None:
    state = group()
    apply_changes(state, [change()], T0)
    assert state.members == {}


def test_each_event_has_a_record_with_its_verdict() -> None:
    applied = apply_changes(group(), [change(at_s=T0 + 60), change(at_s=T0)], T0)
    assert [each.verdict for each in applied.records] == ["new", "repeat"]
    assert applied.is_changed


def test_a_redelivered_event_has_no_second_record_and_changes_nothing() -> None:
    state = apply_changes(group(), [change()], T0).group
    applied = apply_changes(state, [change()], T0)
    assert applied.records == []
    assert not applied.is_changed


def test_a_group_with_something_to_tell_is_due_soon_in_case_the_poke_gets_lost() -> None:
    state = _finish(apply_changes(group(), [change()], T0))
    assert state.poke_due_at_s == T0 + POKE_GRACE_S
    assert state.config_version == 7
    assert state.expires_at_s is None


def test_an_earlier_due_time_stays() -> None:
    applied = apply_changes(group(), [change()], T0)
    applied.group.poke_due_at_s = T0 + 1
    assert _finish(applied).poke_due_at_s == T0 + 1


def test_the_earliest_hold_is_when_to_look_for_timeouts() -> None:
    events = [change("A", holds_until_s=T0 + 300), change("B", holds_until_s=T0 + 100)]
    assert _finish(apply_changes(group(), events, T0)).resolve_due_at_s == T0 + 100


def test_only_what_was_not_repeated_times_out() -> None:
    events = [change("A", holds_until_s=T0 + 300), change("B", holds_until_s=T0 + 100)]
    state = apply_changes(group(), events, T0).group
    applied = apply_timeouts(state, T0 + 150)
    assert [each.reason for each in applied.records] == ["nobody repeated it in time"]
    statuses = sorted(each.status for each in applied.group.members.values())
    assert statuses == ["firing", "resolved"]


def test_a_settled_resolve_is_remembered_for_a_while_and_then_forgotten() -> None:
    fire, resolve = change(at_s=T0), change(at_s=T0 + 1, status="resolved")
    state = apply_changes(group(), [fire, resolve], T0).group
    (member,) = state.members.values()
    state.told = {member.fingerprint: Told(member.episode, "resolved", "delivered")}
    kept = _finish(Applied(group=state), T0 + TOMBSTONE_S)
    assert list(kept.members) == [member.fingerprint]
    assert kept.expires_at_s == T0 + TOMBSTONE_S + IDLE_S
    later = _finish(Applied(group=state), T0 + TOMBSTONE_S + 2)
    assert later.members == {}


def test_an_unsettled_resolve_is_never_forgotten() -> None:
    events = [change(at_s=T0), change(at_s=T0 + 1, status="resolved")]
    state = apply_changes(group(), events, T0).group
    assert len(_finish(Applied(group=state), T0 + 10**6).members) == 1


def test_an_episode_that_was_followed_untold_is_accounted_for() -> None:
    events = [change(at_s=T0), change(at_s=T0 + 1, status="resolved"), change(at_s=T0 + 2)]
    applied = apply_changes(group(), events, T0)
    suppressed = [each.source for each in applied.records if hasattr(each, "outcome")]
    assert suppressed == [events[0].source, events[1].source]


def test_a_critical_member_makes_the_group_urgent() -> None:
    assert _finish(apply_changes(group(), [change(severity="critical")], T0)).urgent
    assert not _finish(apply_changes(group(), [change()], T0)).urgent


def test_a_critical_alert_that_is_over_and_told_makes_its_group_urgent_no_more() -> None:
    fire = change("A", severity="critical")
    resolve = change("A", at_s=T0 + 1, status="resolved", severity="critical")
    state = apply_changes(group(), [fire, resolve], T0).group
    assert _finish(Applied(group=state)).urgent
    (member,) = state.members.values()
    state.told = {member.fingerprint: Told(member.episode, "resolved", "delivered")}
    assert not _finish(Applied(group=state)).urgent
