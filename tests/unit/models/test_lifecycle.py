"""What is done about a model is what the pipeline does about its alert."""

from functools import reduce
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import T0, alert, change, config, receiver
from tocsin import models
from tocsin.domain.alert import Alert, routing_labels
from tocsin.domain.episode import merge, resolve_by_hand
from tocsin.domain.errors import InvalidInput
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.grouping import Applied, apply_actions
from tocsin.domain.handling import Action, handled
from tocsin.domain.journal import ActionRecord
from tocsin.domain.silence import silenced_by

MEMBER = merge(None, change("DiskFull", T0, labels={"host": "db1"})).member
ALERT = models.Alert.of_member(MEMBER)
NOW = {"by": "ann", "at_s": T0 + 60.0}
POLICY = EscalationPolicy(
    name="db",
    steps=(
        EscalationStep(after_s=300.0, receivers=("phone",)),
        EscalationStep(after_s=600.0, receivers=("boss",)),
    ),
)
CONFIG = config(
    receivers={name: receiver(name) for name in ("oncall", "phone", "boss")},
    policies={"db": POLICY},
)

ACTIONS = st.builds(
    lambda kind, by, at_s, name, until_s: Action(
        id=name,
        kind=kind,
        fingerprint=MEMBER.fingerprint,
        episode=MEMBER.episode,
        by=by,
        at_s=at_s,
        text="text",
        assignee=by if kind == "assign" else "",
        until_s=until_s if kind == "snooze" else 0.0,
    ),
    st.sampled_from(["acknowledge", "unacknowledge", "assign", "comment", "snooze", "resolve"]),
    st.sampled_from(["ann", "bob"]),
    st.floats(T0, T0 + 1e6),
    st.sampled_from("abcdefgh"),
    st.floats(T0, T0 + 1e6),
)


def done(model: models.Alert, action: Action) -> tuple[models.Alert, models.AlertEvent]:
    """Do something about a model."""
    who: dict[str, Any] = {"by": action.by, "at_s": action.at_s, "action_id": action.id}
    if action.kind == "assign":
        return model.assign(action.assignee, text=action.text, **who)
    if action.kind == "snooze":
        return model.snooze(action.until_s, text=action.text, **who)
    if action.kind == "comment":
        return model.comment(action.text, **who)
    method = getattr(model, action.kind)
    acted: tuple[models.Alert, models.AlertEvent] = method(text=action.text, **who)
    return acted


@given(st.lists(ACTIONS, max_size=8))
def test_the_same_actions_come_to_the_same_as_in_a_group(actions: list[Action]) -> None:
    group = Group(key=GroupKey("acme", "oncall"), members={MEMBER.fingerprint: MEMBER})
    applied = apply_actions(Applied(group=group), actions, T0)
    model = reduce(lambda known, action: done(known, action)[0], actions, ALERT)
    assert model.to_member() == applied.group.members[MEMBER.fingerprint]


@given(ACTIONS)
def test_one_action_is_what_handling_and_episode_make_of_it(action: Action) -> None:
    expected = msgspec.structs.replace(MEMBER, handling=handled(None, action))
    if action.kind == "resolve":
        expected = resolve_by_hand(expected, action)
    model, event = done(ALERT, action)
    assert model.to_member() == expected
    record = ActionRecord(action=action, group="g", receiver="r", at_s=action.at_s)
    (entry,) = models.AlertEvent.of_records([record], MEMBER.fingerprint, {MEMBER.episode})
    assert event == entry
    assert (event.what, event.by, event.reason) == (action.kind, action.by, "")


def test_the_alert_that_was_there_stays_as_it_was() -> None:
    before = ALERT.model_dump_json()
    ALERT.acknowledge(action_id="a", **NOW)
    ALERT.resolve(action_id="b", **NOW)
    assert ALERT.model_dump_json() == before


def test_each_method_leads_to_its_status() -> None:
    at_s = T0 + 120.0
    assert ALERT.status_at(at_s) == "firing"
    acknowledged, _ = ALERT.acknowledge(action_id="a", **NOW)
    assert acknowledged.status_at(at_s) == "acknowledged"
    assert acknowledged.unacknowledge(action_id="b", by="ann", at_s=at_s)[0].status_at(at_s) == (
        "firing"
    )
    snoozed, _ = ALERT.snooze(T0 + 600.0, action_id="a", **NOW)
    assert snoozed.status_at(at_s) == "snoozed"
    assert snoozed.status_at(T0 + 600.0) == "firing"
    assert ALERT.resolve(action_id="a", **NOW)[0].status_at(at_s) == "resolved"
    assert ALERT.assign("bob", action_id="a", **NOW)[0].status_at(at_s) == "firing"
    inhibited = models.Alert.of_member(MEMBER, inhibited_by="f")
    assert inhibited.status_at(at_s) == "inhibited"


def test_what_is_over_can_be_commented_and_not_acknowledged() -> None:
    over, _ = ALERT.resolve(action_id="a", **NOW)
    still, event = over.acknowledge(action_id="b", by="bob", at_s=T0 + 120.0)
    assert still == over
    assert (event.what, event.reason) == ("acknowledge", "no effect: over already")
    commented, event = over.comment("why", action_id="c", by="bob", at_s=T0 + 120.0)
    assert event.reason == ""
    assert commented.run is not None
    assert commented.run.handling is not None
    assert [each.kind for each in commented.run.handling.actions] == ["resolve", "comment"]


def test_the_same_action_twice_is_once() -> None:
    before, _ = ALERT.comment("looking", action_id="a", **NOW)
    once, first = before.acknowledge(action_id="b", **NOW)
    twice, second = once.acknowledge(action_id="b", **NOW)
    assert (twice, second) == (once, first)


def test_what_mutes_an_alert_stays_with_it() -> None:
    muted = models.Alert.of_member(MEMBER, ["s1"], "f")
    acted, _ = muted.comment("why", action_id="a", **NOW)
    assert (acted.silenced_by, acted.inhibited_by) == (("s1",), "f")


def test_a_silence_is_one_that_the_pipeline_would_find() -> None:
    silenced, event = ALERT.silence(T0 + 3600.0, silence_id="s1", text="works", **NOW)
    assert silenced.status_at(T0 + 61.0) == "silenced"
    assert (event.what, event.source, event.by) == ("silence", "s1", "ann")
    assert event.silence is not None
    made = event.silence.to_domain()
    labels = routing_labels(MEMBER.alert)
    assert silenced_by([made], labels, T0 + 61.0) == silenced.silenced_by
    assert silenced_by([made], labels, T0 + 3601.0) == ()
    assert silenced_by([made], {**labels, "host": "db2"}, T0 + 61.0) == ()
    assert silenced.to_member() == MEMBER
    again, _ = silenced.silence(T0 + 7200.0, silence_id="s1", **NOW)
    assert again.silenced_by == ("s1",)
    with pytest.raises(InvalidInput, match="start time must be before end time"):
        ALERT.silence(T0, silence_id="s2", **NOW)
    with pytest.raises(msgspec.ValidationError):
        event.to_entry()


def test_escalation_takes_what_is_due_and_stops_at_an_acknowledgement() -> None:
    begun, events = ALERT.escalate("db", CONFIG, at_s=T0 + 1.0)
    assert events == ()
    early, events = begun.escalate("db", CONFIG, at_s=T0 + 299.0)
    assert (early, events) == (begun, ())
    first, (event,) = begun.escalate("db", CONFIG, at_s=T0 + 300.0)
    assert event.what == "escalated"
    assert event.escalation is not None
    assert (event.escalation.step, event.escalation.receivers) == (1, ("phone",))
    _, (event,) = first.escalate("db", CONFIG, at_s=T0 + 900.0, muted="silenced by s1")
    assert (event.what, event.reason) == ("escalation-deferred", "silenced by s1")
    taken, _ = first.acknowledge(action_id="a", by="ann", at_s=T0 + 500.0)
    stopped, (event,) = taken.escalate("db", CONFIG, at_s=T0 + 900.0)
    assert (event.what, event.reason) == ("escalation-stopped", "acknowledged by ann")
    assert stopped.escalate("db", CONFIG, at_s=T0 + 9000.0)[1] == ()
    last, (event,) = first.escalate("db", CONFIG, at_s=T0 + 900.0)
    assert event.escalation is not None
    assert event.escalation.receivers == ("boss",)
    assert last.escalate("db", CONFIG, at_s=T0 + 1e6)[1] == ()
    with pytest.raises(InvalidInput, match="there is no policy 'x'"):
        ALERT.escalate("x", CONFIG, at_s=T0)


def test_nothing_can_be_done_about_an_alert_without_a_run() -> None:
    sent = models.Alert.of(alert())
    assert sent.status_at(T0) == "firing"
    with pytest.raises(InvalidInput, match="has no run yet"):
        sent.acknowledge(action_id="a", **NOW)


def test_a_summary_counts_what_the_alerts_are() -> None:
    critical = msgspec.structs.replace(MEMBER, alert=_critical(MEMBER))
    over, _ = ALERT.resolve(action_id="a", **NOW)
    summary = models.AlertSummary.of(
        [ALERT, models.Alert.of_member(critical, ["s"]), over], now_s=T0 + 61.0
    )
    assert summary.total == 3
    assert summary.by_status == {"firing": 1, "silenced": 1, "resolved": 1}
    assert summary.by_severity == {"warning": 1, "critical": 1}
    assert summary.by_category == {"reported": 2}
    assert models.AlertSummary.model_validate_json(summary.model_dump_json()) == summary


def _critical(member: Member) -> Alert:
    return msgspec.structs.replace(member.alert, severity="critical")
