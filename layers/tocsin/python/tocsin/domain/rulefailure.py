"""A rule that cannot be evaluated is an alert of its own, at the first time."""

from msgspec.structs import replace

from tocsin.domain.alert import Alert, Status
from tocsin.domain.rule import OWN, MetricRule, Rule
from tocsin.domain.rulestate import Evaluated, RuleState

NAME = "RuleFailed"
_REASON_LIMIT_CHARACTERS = 500
# Two decisions on one alert are never of the same moment: the later one must count.
MOMENT_S = 0.001


def failed(rule: Rule, state: RuleState, reason: str, at_s: float) -> Evaluated:
    """Say that a rule could not be evaluated; what it knows of its series stays as it is.

    A round from before the last evaluation says nothing of now.
    """
    if state.failure or (isinstance(rule, MetricRule) and at_s <= state.evaluated_at_s):
        return Evaluated(state=state)
    # What a rule over alerts hears is later than the round that may come after it.
    failed_at_s = max(at_s, state.evaluated_at_s + MOMENT_S)
    after = replace(state, failure=reason[:_REASON_LIMIT_CHARACTERS], failed_at_s=failed_at_s)
    firing = _alert(rule.name, _sources(rule), after, "firing", failed_at_s)
    return Evaluated(state=after, alerts=(firing,))


def recovered(rule: Rule, evaluated: Evaluated, at_s: float) -> Evaluated:
    """Say that a rule could be evaluated again, if it could not before.

    An evaluation from before the failure does not say so: its alert would end before it began.
    """
    state = evaluated.state
    if not state.failure or at_s < state.failed_at_s:
        return evaluated
    over = _alert(rule.name, _sources(rule), state, "resolved", at_s)
    # A failure that comes next is later than this end.
    evaluated_at_s = max(at_s, state.evaluated_at_s)
    after = replace(state, failure="", failed_at_s=0.0, evaluated_at_s=evaluated_at_s)
    return Evaluated(state=after, alerts=(*evaluated.alerts, over))


def forgotten(evaluated: Evaluated, at_s: float) -> Evaluated:
    """Say that a rule which could not be evaluated is no longer there."""
    state = evaluated.state
    if not state.failure:
        return evaluated
    over = _alert(state.rule, "", state, "resolved", max(at_s, state.failed_at_s))
    after = replace(state, failure="", failed_at_s=0.0)
    return Evaluated(state=after, alerts=(*evaluated.alerts, over))


def _alert(rule: str, sources: str, state: RuleState, status: Status, at_s: float) -> Alert:
    return Alert(
        name=NAME,
        status=status,
        # The sources are no label: a rule that is given others must end what it began.
        labels={"alertname": NAME, "rule": rule},
        annotations={
            "summary": f"Rule {rule} cannot be evaluated",
            "description": state.failure,
            **({"sources": sources} if sources else {}),
        },
        starts_at_s=state.failed_at_s,
        ends_at_s=at_s if status == "resolved" else None,
        observed_at_s=at_s,
        provider=OWN,
    )


def _sources(rule: Rule) -> str:
    if not isinstance(rule, MetricRule):
        return ""
    return ", ".join(dict.fromkeys(each.query.source for each in rule.conditions))
