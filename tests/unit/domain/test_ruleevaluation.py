"""One rule at one time, whatever its kind: failures, and rules that become others."""

from msgspec.structs import replace

from tests.builders import T0
from tests.unit.domain.alertrule_world import fires
from tests.unit.domain.watchedrule import rule
from tocsin.domain import alertrule, rulefailure
from tocsin.domain.alert import Alert
from tocsin.domain.change import Change
from tocsin.domain.rule import AlertRule
from tocsin.domain.ruleevaluation import evaluate
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.domain.series import Series

CPU = rule()
COUNT = AlertRule(name=CPU.name, kind="count")
BREACHES = ((Series((("host", "a"),), ((T0 - 1, 90.0), (T0 + 59, 90.0), (T0 + 119, 90.0))),),)
WELL = ((Series((("host", "a"),), ((T0 - 1, 1.0), (T0 + 59, 1.0), (T0 + 119, 1.0))),),)


def state() -> RuleState:
    return RuleState(tenant="acme", rule=CPU.name)


def order(alert: Alert) -> tuple[float, int]:
    at_s = alert.observed_at_s or 0.0
    return Change(source="", fingerprint="", alert=alert, received_at_s=at_s).order


def said(evaluated: Evaluated) -> list[tuple[str, str]]:
    return [(each.name, each.status) for each in evaluated.alerts]


def test_an_evaluation_from_before_a_failure_does_not_end_it() -> None:
    failed = rulefailure.failed(CPU, state(), "away", T0 + 60)
    late = evaluate(CPU, failed.state, WELL, T0)
    assert said(late) == []
    assert late.state.failure == "away"
    over = evaluate(CPU, late.state, WELL, T0 + 120)
    assert said(over) == [("RuleFailed", "resolved")]
    assert order(over.alerts[0]) > order(failed.alerts[0])


def test_a_failure_from_before_an_evaluation_is_none() -> None:
    after = evaluate(CPU, state(), BREACHES, T0 + 60).state
    for at_s in (T0, T0 + 60):
        assert rulefailure.failed(CPU, after, "away", at_s) == Evaluated(state=after)


def test_what_is_heard_and_the_clock_agree_about_the_order_of_failures() -> None:
    # What is heard is as of now, and a round as of the minute that was meant.
    heard = rulefailure.failed(COUNT, state(), "a bug", T0 + 0.5)
    round_before = evaluate(COUNT, heard.state, (), T0)
    assert said(round_before) == []
    over = evaluate(COUNT, round_before.state, (), T0 + 60)
    again = rulefailure.failed(COUNT, over.state, "a bug", T0 + 60)
    once_more = rulefailure.failed(COUNT, over.state, "a bug", T0 + 30)
    assert said(over) == [("RuleFailed", "resolved")]
    for firing in (again, once_more):
        assert order(heard.alerts[0]) < order(over.alerts[0]) < order(firing.alerts[0])


def test_a_rule_over_metrics_that_becomes_one_over_alerts_ends_what_fires() -> None:
    fired = evaluate(CPU, state(), BREACHES, T0)
    assert said(fired) == [("HighCpu", "firing")]
    other = evaluate(COUNT, fired.state, (), T0 + 60)
    assert said(other) == [("HighCpu", "resolved")]
    assert other.alerts[0].labels == fired.alerts[0].labels
    assert other.state.series == {}


def test_a_rule_over_alerts_that_becomes_one_over_metrics_ends_what_fires() -> None:
    fired = alertrule.take(COUNT, state(), [fires("A")], T0)
    assert said(fired) == [("HighCpu", "firing")]
    other = evaluate(CPU, fired.state, BREACHES, T0 + 60)
    assert said(other) == [("HighCpu", "resolved")]
    assert other.state.keyed == {}
    assert said(evaluate(CPU, other.state, BREACHES, T0 + 120)) == [("HighCpu", "firing")]


def test_what_a_rule_heard_before_its_round_is_still_there_after_it_became_another() -> None:
    fired = evaluate(CPU, state(), BREACHES, T0)
    heard = alertrule.take(replace(COUNT, by=("x",)), fired.state, [fires("A")], T0 + 59)
    looked = evaluate(replace(COUNT, by=("x",)), heard.state, (), T0 + 60)
    assert said(looked) == [("HighCpu", "resolved")]
    assert len(looked.state.keyed) == 1
