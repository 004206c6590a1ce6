"""When a receiver is to hear that people have an incident in hand, and what that leaves behind."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0, change, group, receiver
from tocsin.domain.acknowledgement import (
    is_acknowledged,
    is_of_acknowledgement,
    last_acknowledged_by,
    open_steps,
)
from tocsin.domain.flush import survey
from tocsin.domain.group import Group, Intent, Told
from tocsin.domain.grouping import Applied, apply_actions, apply_changes
from tocsin.domain.handling import Action
from tocsin.domain.intent import idempotency_key, intent_for, revive, settle_steps
from tocsin.domain.reconcile import Plan, plan

FIRE = change(at_s=T0)
PAGER = receiver(kind="pagerduty")


def _told(**fields: Any) -> Group:
    """Return a group whose only alert fires, as its receiver knows."""
    state = apply_changes(group(), [FIRE], T0).group
    planned = plan(state, receiver(**{"kind": "pagerduty", **fields}), T0)
    state.told = settle_steps(planned.told, intent_for(state, planned, T0), "delivered")
    return state


def _acted(state: Group, *kinds: str, by: str = "ann", **fields: Any) -> Group:
    (member,) = state.members.values()
    actions = [
        Action(
            id=f"{kind}-{by}-{at}",
            kind=kind,  # type: ignore[arg-type]
            fingerprint=member.fingerprint,
            episode=member.episode,
            by=by,
            at_s=T0 + at,
            **fields,
        )
        for at, kind in enumerate(kinds)
    ]
    return apply_actions(Applied(group=state), actions, T0).group


def _intent(state: Group) -> Intent:
    steps = tuple(open_steps(state.members, state.told))
    return intent_for(state, Plan(told=state.told, steps=steps, acknowledged_by="ann"), T0 + 100)


@pytest.mark.parametrize(
    ("kinds", "is_due"),
    [
        ((), False),
        (("acknowledge",), True),
        (("acknowledge", "unacknowledge"), False),
        (("snooze",), False),
        (("assign",), False),
    ],
)
def test_it_is_due_where_somebody_has_it_in_hand(kinds: tuple[str, ...], is_due: bool) -> None:
    state = _acted(_told(), *kinds)
    assert is_acknowledged(state.members, state.told) is is_due
    assert survey(state).has_untold is is_due


@pytest.mark.parametrize("kind", ["webhook", "slack", "email", "teams"])
def test_other_kinds_never_owe_it(kind: str) -> None:
    state = _acted(_told(kind=kind), "acknowledge")
    assert not is_acknowledged(state.members, state.told)


@pytest.mark.parametrize("outcome", ["dead", "refused", "suppressed"])
def test_a_firing_that_was_not_delivered_opened_nothing(outcome: str) -> None:
    state = _acted(_told(), "acknowledge")
    state.told = {name: replace(last, outcome=outcome) for name, last in state.told.items()}
    assert not is_acknowledged(state.members, state.told)


@pytest.mark.parametrize(("outcome", "is_due"), [("dead", False), ("refused", True)])
def test_what_may_have_arrived_must_be_in_hand_as_well(outcome: Any, is_due: bool) -> None:
    state = _acted(_told(), "acknowledge")
    (member,) = state.members.values()
    state.members["other"] = replace(member, fingerprint="other", handling=None)
    state.told["other"] = Told(member.episode, "firing", outcome)
    assert is_acknowledged(state.members, state.told) is is_due


@pytest.mark.parametrize("outcome", ["delivered", "dead", "refused"])
def test_however_it_ended_the_firing_stays_told_and_what_else_is_owed_stays_owed(
    outcome: Any,
) -> None:
    state = _acted(_told(), "acknowledge")
    before = {
        name: replace(last, unsaid_end_s=T0 + 50, end_by="toc_other")
        for name, last in state.told.items()
    }
    state.told = before
    intent = _intent(state)
    after = settle_steps(state.told, intent, outcome)
    by = "" if outcome == "delivered" else intent.key
    assert after == {
        name: replace(last, acknowledgement="told", acknowledgement_by=by)
        for name, last in before.items()
    }
    assert not is_acknowledged(state.members, after)


def test_one_that_was_dead_lettered_is_revived_alone_and_under_its_key() -> None:
    state = _acted(_told(), "acknowledge")
    intent = _intent(state)
    state.told = settle_steps(state.told, intent, "refused")
    told, names = revive(state, "toc_other")
    assert (told, names) == (state.told, frozenset())
    state.told, names = revive(state, intent.key)
    assert names == set(state.members)
    assert {each.outcome for each in state.told.values()} == {"delivered"}
    assert _intent(state).key == intent.key


def test_each_round_of_an_escalation_has_a_key_of_its_own() -> None:
    state = _acted(_told(), "acknowledge")
    (step,) = open_steps(state.members, state.told)
    keys = {idempotency_key(state.key, [replace(step, round=each)]) for each in range(3)}
    assert len(keys | {idempotency_key(state.key, [replace(step, acknowledgement="")])}) == 4


def test_who_was_the_last_to_take_it_is_named() -> None:
    state = _acted(_acted(_told(), "acknowledge"), "comment", "acknowledge", by="bob")
    assert last_acknowledged_by(state) == "bob"


def test_what_an_older_release_wrote_owes_nothing() -> None:
    state = _acted(_told(), "acknowledge")
    state.told = {
        name: Told(last.episode, "firing", "delivered") for name, last in state.told.items()
    }
    assert not is_acknowledged(state.members, state.told)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("acknowledged", True),
        ("acknowledged: HTTP 400", True),
        ("acknowledged by ann; resolved before anybody was told", False),
        ("", False),
    ],
)
def test_its_deliveries_are_told_apart_by_their_reason(reason: str, expected: bool) -> None:
    assert is_of_acknowledgement(reason) is expected
