"""When an update is due: what was found out about a firing that its receiver was told without."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from tests.builders import T0, change, group, receiver
from tocsin.domain.change import Change
from tocsin.domain.config import Timing
from tocsin.domain.decision import has_work
from tocsin.domain.flush import due_at_s
from tocsin.domain.found import Enrichment, Findings, RecentChange, StageResult
from tocsin.domain.group import Group, Intent, Outcome, Step, Told
from tocsin.domain.grouping import Applied, apply_changes, apply_findings
from tocsin.domain.intent import intent_for, revive, settle_steps
from tocsin.domain.reconcile import Look, Plan, plan

FIRE = change(at_s=T0)
RESOLVE = change(at_s=T0 + 60, status="resolved")
REFIRE = change(at_s=T0 + 120)
FOUND_AT_S = T0 + 30
COLLAPSING = Look(collapses=True)


def _with(event: Change, *titles: str, **fields: Any) -> Change:
    changes = tuple(RecentChange(at_s=T0, service="api", title=title) for title in titles)
    stages = (StageResult("find_changes", "ok"),)
    found = Enrichment(findings=Findings(changes=changes, stages=stages), **fields)
    return replace(event, alert=replace(event.alert, enrichment=found))


def _find(state: Group, *found: Change, at_once: bool = True) -> Group:
    return apply_findings(Applied(group=state), found, FOUND_AT_S, at_once=at_once).group


def _then(state: Group, *changes: Change) -> Group:
    return apply_changes(state, changes, T0).group


def _plan(state: Group, look: Look = Look(), **fields: Any) -> Plan:  # noqa: B008 - it is frozen
    return plan(state, receiver(**{"send_updates": True} | fields), T0, look)


def _tell(state: Group, outcome: Outcome = "delivered", look: Look = Look()) -> Intent:  # noqa: B008
    planned = _plan(state, look)
    intent = intent_for(state, planned, T0)
    state.told = settle_steps(planned.told, intent, outcome)
    return intent


def _said(planned: Plan) -> list[tuple[str, str]]:
    return [(step.step, step.found) for step in planned.steps]


def _updated() -> Group:
    """Return a group whose alert was told, and about which something was found since."""
    state = _then(group(), FIRE)
    _tell(state)
    return _find(state, _with(FIRE, "deployed"))


def test_what_was_found_after_the_telling_is_due_once_under_a_key_of_its_own() -> None:
    state = _then(group(), FIRE)
    first = _tell(state)
    state = _find(state, _with(FIRE, "deployed"))
    update = _tell(state)
    assert (_said(_plan(state)), has_work(state)) == ([], False)
    assert update.reason == "enrichment added"
    assert update.key != first.key
    state = _find(state, _with(FIRE, "deployed again"))
    assert not has_work(state)


def test_a_telling_that_has_it_all_is_the_first_one_and_has_its_key() -> None:
    bare = _tell(_then(group(), FIRE))
    state = _find(_then(group(), FIRE), _with(FIRE, "deployed"))
    first = _tell(state)
    assert first.key == bare.key
    assert first.reason == "first notification"
    assert not has_work(state)


@pytest.mark.parametrize("at_once", [True, False])
def test_how_stages_ended_is_no_news(at_once: bool) -> None:
    state = _then(group(), FIRE)
    _tell(state)
    assert not has_work(_find(state, _with(FIRE), at_once=True))
    assert not has_work(_find(state, _with(FIRE, "deployed"), at_once=False))
    known = _find(state, _with(FIRE, "deployed"), at_once=False)
    again = _with(FIRE, "deployed", category="database")
    assert not has_work(_find(known, again, at_once=at_once))


def test_that_less_was_found_the_next_time_is_no_news() -> None:
    state = _then(group(), FIRE)
    _tell(state)
    state = _find(state, _with(FIRE, "deployed"), at_once=False)
    assert not has_work(_find(state, _with(FIRE)))


def test_what_is_found_next_puts_off_nothing() -> None:
    more = _with(FIRE, "deployed", "rolled back")
    state = apply_findings(Applied(group=_updated()), [more], FOUND_AT_S + 500, at_once=True).group
    assert due_at_s(state, Timing()) == FOUND_AT_S


@pytest.mark.parametrize("outcome", ["dead", "refused"])
def test_what_may_never_have_arrived_gets_no_update(outcome: Outcome) -> None:
    state = _then(group(), FIRE)
    first = _tell(state, outcome)
    state = _find(state, _with(FIRE, "deployed"))
    assert not has_work(state)
    state.told, names = revive(state, first.key)
    assert _tell(state, look=Look(revived=names)).key == first.key
    assert not has_work(state)


@pytest.mark.parametrize("outcome", ["dead", "refused"])
def test_the_end_is_told_of_what_was_told_though_its_update_was_given_up(outcome: Outcome) -> None:
    state = _updated()
    _tell(state, outcome)
    assert not has_work(state)
    assert _said(_plan(_then(state, RESOLVE))) == [("resolved", "")]


@pytest.mark.parametrize("outcome", ["dead", "refused"])
def test_an_update_that_was_given_up_is_redriven_as_it_was_and_nothing_else(
    outcome: Outcome,
) -> None:
    state = _updated()
    given_up = _tell(state, outcome)
    state = _then(state, change("Other", at_s=T0))
    state.told, names = revive(state, given_up.key)
    again = intent_for(state, _plan(state, Look(revived=names)), T0)
    assert (again.key, again.alerts) == (given_up.key, given_up.alerts)


@pytest.mark.parametrize("outcome", ["dead", "refused"])
def test_an_alert_whose_update_was_given_up_is_shown_and_repeated_as_it_was_told(
    outcome: Outcome,
) -> None:
    state = _updated()
    told = state.members[FIRE.fingerprint].alert
    _tell(state, outcome)
    repeat = _plan(state, Look(again="repeat interval elapsed"))
    assert [alert.labels for alert in repeat.alerts] == [told.labels]
    assert all(each.enrichment is None or not each.enrichment.findings for each in repeat.alerts)
    beside = _plan(_then(state, change("Other", at_s=T0)))
    assert len(beside.alerts) == 2
    assert beside.alerts[1] == repeat.alerts[0]


def test_given_up_with_the_news_beside_it_it_is_redriven_with_that() -> None:
    state = _then(_updated(), change("Other", at_s=T0))
    given_up = _tell(state, "dead")
    assert [step.found for step in given_up.steps] == ["", "update"]
    state.told, names = revive(state, given_up.key)
    again = intent_for(state, _plan(state, Look(revived=names)), T0)
    assert again.key == given_up.key


def test_what_ended_is_told_as_that_and_not_more_about() -> None:
    state = _then(_updated(), RESOLVE)
    assert _said(_plan(state)) == [("resolved", "")]
    _tell(state)
    assert not has_work(state)


def test_an_alert_that_became_news_that_is_dropped_is_told_no_more_about_and_its_end_is() -> None:
    dropped = _with(change(at_s=T0 + 40), is_dropped=True, irrelevant="sports")
    state = _then(_updated(), dropped)
    planned = _plan(state)
    assert (_said(planned), planned.records) == ([], ())
    assert _said(_plan(_then(state, RESOLVE))) == [("resolved", "")]


def test_what_fires_and_what_ended_is_told_before_what_is_only_told_more_about() -> None:
    state = _updated()
    both = _then(state, change("Other", at_s=T0))
    planned = _plan(both, max_alerts=1)
    assert (_said(planned), planned.more) == ([("firing", "")], True)
    assert planned.reason == "new alerts added"
    other = change("Zero", at_s=T0)
    both = _then(group(), FIRE, other)
    _tell(both)
    both = _then(
        _find(both, _with(FIRE, "deployed")), change("Zero", at_s=T0 + 9, status="resolved")
    )
    planned = _plan(both)
    assert _said(planned) == [("resolved", ""), ("firing", "update")]
    assert planned.reason == "some alerts resolved"


def test_of_what_is_one_run_to_its_receiver_it_is_told_more_once() -> None:
    state = _updated()
    _tell(state)
    state = _then(state, RESOLVE, REFIRE)
    state.told = _plan(state, COLLAPSING).told
    assert not has_work(_find(state, _with(REFIRE, "deployed")))
    fresh = _then(group(), FIRE)
    _tell(fresh)
    fresh = _then(fresh, RESOLVE, REFIRE)
    fresh = _find(fresh, _with(REFIRE, "deployed"))
    first = _plan(fresh, COLLAPSING)
    assert _said(first) == [("firing", "update")]
    fresh.told = settle_steps(first.told, intent_for(fresh, first, T0), "delivered")
    assert not has_work(fresh)


def test_it_is_due_at_the_first_look_after_it_was_found() -> None:
    timing = Timing(group_interval_s=100)
    state = _updated()
    state.first_flush_at_s = state.flushed_at_s = T0 - 180
    assert due_at_s(state, timing) == T0 + 120
    assert due_at_s(state, Timing()) == FOUND_AT_S


def test_steps_and_outcomes_that_an_earlier_release_stored_are_read() -> None:
    told = msgspec.json.decode(b'[1,"firing","delivered","",0]', type=Told)
    step = msgspec.json.decode(b'["f",1,"firing","s:0",0]', type=Step)
    assert (told.found, step.found) == ("", "")


@pytest.mark.parametrize("outcome", ["dead", "refused"])
def test_the_end_of_what_took_no_update_does_not_say_what_that_could_not_take(
    outcome: Outcome,
) -> None:
    state = _updated()
    _tell(state, outcome)
    (ended,) = _plan(_then(state, RESOLVE)).alerts
    assert ended.status == "resolved"
    assert ended.enrichment is None or ended.enrichment.findings is None


def test_a_receiver_that_asks_for_no_updates_any_more_gets_none_and_all_else() -> None:
    state = _updated()
    planned = _plan(state, send_updates=False)
    assert (_said(planned), planned.records) == ([], ())
    state.told = planned.told
    assert not has_work(state)
    (repeat,) = _plan(state, Look(again="repeat interval elapsed"), send_updates=False).alerts
    assert repeat == state.members[FIRE.fingerprint].alert
    assert _said(_plan(_then(state, RESOLVE))) == [("resolved", "")]


@pytest.mark.parametrize("again", ["snooze ended", "repeat interval elapsed"])
def test_what_is_told_again_is_no_mere_update_though_it_tells_more(again: str) -> None:
    state = _then(group(), FIRE, change("Other", at_s=T0))
    _tell(state)
    planned = _plan(_find(state, _with(FIRE, "deployed")), Look(again=again))
    assert (_said(planned), len(planned.alerts)) == ([("firing", "update")], 2)
    assert planned.reason == again
