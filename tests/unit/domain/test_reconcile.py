"""What a receiver must hear next."""

from tests.builders import T0, change, group, receiver
from tocsin.domain.change import Change
from tocsin.domain.decision import has_work
from tocsin.domain.group import Group, Intent
from tocsin.domain.grouping import apply_changes
from tocsin.domain.intent import intent_for, revive, settle_steps
from tocsin.domain.reconcile import Look, plan


def _group(*changes: Change) -> Group:
    return apply_changes(group(), changes, T0).group


def _said(state: Group, send_resolved: bool = True) -> list[tuple[str, int]]:
    planned = plan(state, receiver(send_resolved=send_resolved), T0)
    return [(step.step, step.episode) for step in planned.steps]


def _tell(state: Group, outcome: str = "delivered") -> Intent:
    planned = plan(state, receiver(), T0)
    intent = intent_for(state, planned, T0)
    state.told = settle_steps(planned.told, intent, outcome)  # type: ignore[arg-type]
    return intent


FIRE = change(at_s=T0)
RESOLVE = change(at_s=T0 + 60, status="resolved")
REFIRE = change(at_s=T0 + 120)


def test_a_firing_alert_is_told_once() -> None:
    state = _group(FIRE)
    assert [step for step, _ in _said(state)] == ["firing"]
    _tell(state)
    assert _said(state) == []
    assert not has_work(state)


def test_the_resolve_is_told_after_the_firing() -> None:
    state = _group(FIRE)
    _tell(state)
    state = apply_changes(state, [RESOLVE], T0).group
    assert [step for step, _ in _said(state)] == ["resolved"]
    _tell(state)
    assert not has_work(state)


def test_what_ended_before_anybody_was_told_is_suppressed_with_its_reason() -> None:
    state = _group(FIRE, RESOLVE)
    planned = plan(state, receiver(), T0)
    assert planned.steps == ()
    assert {(each.source, each.outcome, each.reason) for each in planned.records} == {
        (FIRE.source, "suppressed", "resolved before anybody was told"),
        (RESOLVE.source, "suppressed", "resolved before anybody was told"),
    }
    state.told = planned.told
    assert not has_work(state)


def test_an_old_episode_is_closed_before_the_new_one_opens() -> None:
    state = _group(FIRE)
    _tell(state)
    state = apply_changes(state, [RESOLVE, REFIRE], T0).group
    first = plan(state, receiver(), T0)
    assert [(step.step, step.source) for step in first.steps] == [("resolved", RESOLVE.source)]
    assert first.more
    _tell(state)
    second = plan(state, receiver(), T0)
    assert [(step.step, step.source) for step in second.steps] == [("firing", REFIRE.source)]
    assert not second.more


def test_a_receiver_that_takes_no_resolves_is_settled_silently() -> None:
    state = _group(FIRE)
    _tell(state)
    state = apply_changes(state, [RESOLVE], T0).group
    planned = plan(state, receiver(send_resolved=False), T0)
    assert planned.steps == ()
    assert [each.reason for each in planned.records] == ["the receiver takes no resolves"]


def test_the_end_of_a_refused_firing_is_not_told_but_its_refire_is() -> None:
    state = _group(FIRE)
    _tell(state, "refused")
    state = apply_changes(state, [RESOLVE, REFIRE], T0).group
    planned = plan(state, receiver(), T0)
    assert [step.step for step in planned.steps] == ["firing"]
    assert [each.reason for each in planned.records] == ["its firing was dead-lettered"]


def test_the_end_of_a_firing_that_may_have_arrived_is_told() -> None:
    state = _group(FIRE)
    _tell(state, "dead")
    state = apply_changes(state, [RESOLVE], T0).group
    assert [step for step, _ in _said(state)] == ["resolved"]


def test_a_revived_group_tells_its_dead_steps_again() -> None:
    state = _group(FIRE)
    _tell(state, "dead")
    assert not has_work(state)
    state.told, names = revive(state, "")
    assert [step for step, _ in _said(state)] == ["firing"]
    assert names == set(state.members)


def test_only_what_one_letter_is_about_is_revived_and_under_its_old_key() -> None:
    state = _group(change("A", at_s=T0))
    first = _tell(state, "dead")
    state = apply_changes(state, [change("B", at_s=T0)], T0).group
    second = _tell(state, "refused")
    assert first.key != second.key
    state.told, names = revive(state, first.key)
    planned = plan(state, receiver(), T0, Look(revived=names))
    assert intent_for(state, planned, T0).key == first.key
    assert [value.by for value in state.told.values()] == [second.key]


def test_what_was_revived_goes_apart_from_what_else_is_untold() -> None:
    state = _group(change("A", at_s=T0))
    first = _tell(state, "dead")
    state = apply_changes(state, [change("B", at_s=T0)], T0).group
    state.told, names = revive(state, first.key)
    planned = plan(state, receiver(max_alerts=1), T0, Look(revived=names))
    assert intent_for(state, planned, T0).key == first.key
    assert planned.more


def test_a_receiver_that_tells_nobody_settles_everything_with_that_reason() -> None:
    state = _group(FIRE)
    nobody = receiver(kind="nobody")
    planned = plan(state, nobody, T0)
    assert (planned.steps, planned.alerts) == ((), ())
    assert [each.reason for each in planned.records] == ["its receiver tells nobody"]
    state.told = planned.told
    state = apply_changes(state, [RESOLVE], T0).group
    planned = plan(state, nobody, T0)
    assert [each.step for each in planned.records] == ["resolved"]
    state.told = planned.told
    assert not has_work(state)


def test_a_notification_is_cut_at_the_limit_firing_first() -> None:
    state = _group(change("A", at_s=T0), change("B", at_s=T0))
    _tell(state)
    events = [change("A", at_s=T0 + 60, status="resolved"), change("C", at_s=T0 + 60)]
    state = apply_changes(state, events, T0).group
    planned = plan(state, receiver(max_alerts=1), T0)
    assert [step.step for step in planned.steps] == ["firing"]
    assert planned.more


def test_the_idempotency_key_follows_from_what_is_said_and_to_whom() -> None:
    state = _group(FIRE)
    planned = plan(state, receiver(), T0)
    key = intent_for(state, planned, T0).key
    assert key == intent_for(state, planned, T0 + 99).key
    assert key != intent_for(group("globex"), planned, T0).key
    reopened = plan(_group(FIRE, RESOLVE, REFIRE), receiver(), T0)
    assert key != intent_for(state, reopened, T0).key


def test_an_end_that_is_owed_is_not_forgotten_behind_a_refused_firing() -> None:
    state = _group(FIRE)
    _tell(state)
    state = apply_changes(state, [RESOLVE], T0).group
    _tell(state, "dead")
    state = apply_changes(state, [REFIRE], T0).group
    _tell(state, "refused")
    state = apply_changes(state, [change(at_s=T0 + 180, status="resolved")], T0).group
    assert [step for step, _ in _said(state)] == ["resolved"]
