"""What comes of one rule at one time, whichever kind it is, and also where it cannot be evaluated.

What keeps a rule from being evaluated is an error or a query that nobody answered, and becomes
an alert of its own; it never looks like missing data.
"""

from collections.abc import Sequence

from tocsin.domain import alertrule, metricrule
from tocsin.domain.errors import Permanent
from tocsin.domain.metricschedule import is_to_be_evaluated
from tocsin.domain.rule import MetricRule, Rule
from tocsin.domain.rulefailure import forgotten, recovered
from tocsin.domain.rulestate import Evaluated, RuleState
from tocsin.domain.series import Answer, Unanswered

# How much later than due a rule is still evaluated for its time; then the next round has it.
_LATE_S = 30.0

REMOVED = "the rule is no longer there"


def is_due(rule: Rule, state: RuleState, at_s: float, tick_s: float, now_s: float) -> bool:
    """Tell whether a rule is to be evaluated as of `at_s`, of which it is told at `now_s`.

    Rounds are `tick_s` apart; what one of them should have done and has not is for the next.
    """
    every_s = max(rule.every_s, tick_s) if isinstance(rule, MetricRule) else tick_s
    if now_s - at_s > every_s + _LATE_S:
        return False
    return not isinstance(rule, MetricRule) or is_to_be_evaluated(rule, state, at_s, tick_s)


def evaluate(rule: Rule, state: RuleState, answers: Sequence[Answer], at_s: float) -> Evaluated:
    """Return what comes of a rule as of `at_s`; `answers` are those to a metric rule's queries.

    What it began when it was a rule of the other kind ends. Raises Permanent where a query has no
    answer, and what the rule's own evaluation raises.
    """
    for answer in answers:
        if isinstance(answer, Unanswered):
            raise Permanent(answer.reason)
    former = _former(rule, state, at_s)
    if isinstance(rule, MetricRule):
        found = metricrule.evaluate(rule, former.state, answers, at_s)
    else:
        found = alertrule.look(rule, former.state, at_s)
    both = Evaluated(state=found.state, alerts=(*former.alerts, *found.alerts))
    return recovered(rule, both, at_s)


def _former(rule: Rule, state: RuleState, at_s: float) -> Evaluated:
    if isinstance(rule, MetricRule) and state.keyed:
        return alertrule.retire(rule.name, state, at_s, alertrule.CHANGED)
    if not isinstance(rule, MetricRule) and (state.series or state.looked_at_s):
        return metricrule.retire(rule.name, state, at_s, metricrule.CHANGED)
    return Evaluated(state=state)


def retire(state: RuleState, at_s: float) -> Evaluated:
    """Return the end of all that a rule began which is no longer there."""
    metric = metricrule.retire(state.rule, state, at_s, REMOVED)
    alert = alertrule.retire(state.rule, metric.state, at_s, REMOVED)
    ended = Evaluated(state=alert.state, alerts=(*metric.alerts, *alert.alerts))
    return forgotten(ended, at_s)
