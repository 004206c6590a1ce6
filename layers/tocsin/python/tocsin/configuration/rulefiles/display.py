"""Rules in force, in the words of a rule file."""

from collections.abc import Mapping
from typing import Any

from tocsin.domain.duration import format_duration
from tocsin.domain.rule import PUSHED, AlertRule, Condition, MetricRule, Query, Rule

_PLAIN_CONDITION = Condition(query=Query(), compare="gt")
_PLAIN_RULE = MetricRule(name="", conditions=())


def displayed_rule(rule: Rule) -> dict[str, Any]:
    """Return a rule as a rule file would say it, without what it leaves out."""
    said = _alerts(rule) if isinstance(rule, AlertRule) else _metrics(rule)
    limit = {"limit": f"{rule.limit}/{format_duration(rule.limit_window_s)}"} if rule.limit else {}
    return {
        "name": rule.name,
        **said,
        **_duration("cooldown", rule.cooldown_s, 0.0),
        **limit,
        "severity": rule.severity,
        **_given(
            labels=dict(rule.labels),
            annotations=dict(rule.annotations),
            link=rule.link,
            flag=rule.flag,
        ),
    }


def _metrics(rule: MetricRule) -> dict[str, Any]:
    conditions = [_condition(each) for each in rule.conditions]
    is_short = len(conditions) == 1
    plain = _PLAIN_RULE
    return {
        **(conditions[0] if is_short else {rule.combine: conditions}),
        **({} if rule.by is None else {"by": list(rule.by)}),
        **_duration("every", rule.every_s, plain.every_s),
        **({} if rule.breaches == plain.breaches else {"breaches": rule.breaches}),
        **_duration("for", rule.for_s, plain.for_s),
        **_duration("keep_firing_for", rule.keep_firing_for_s, plain.keep_firing_for_s),
        **({} if rule.missing == plain.missing else {"missing": rule.missing}),
    }


def _condition(condition: Condition) -> dict[str, Any]:
    query, plain = condition.query, _PLAIN_CONDITION
    is_bare = condition.compare in ("absent", "present")
    return {
        **({} if query.source == PUSHED else {"source": query.source}),
        **_given(
            namespace=query.namespace,
            metric=query.metric,
            matchers=[str(each) for each in query.matchers],
            dimensions=dict(query.dimensions),
            expression=query.expression,
            statistic="" if query.statistic == plain.query.statistic else query.statistic,
        ),
        **_duration("step", query.step_s, plain.query.step_s),
        "aggregate": condition.aggregate,
        "window": format_duration(condition.window_s),
        "op": condition.compare,
        **({} if is_bare else {"threshold": condition.threshold}),
        **({} if condition.resolve is None else {"resolve": condition.resolve}),
    }


def _alerts(rule: AlertRule) -> dict[str, Any]:
    window = format_duration(rule.window_s)
    within = f"{rule.threshold} in {window}"
    when = {
        "count": {"count": within},
        "absent": {"absent_for": window},
        "correlation": {"correlate": within},
        "flapping": {"flapping": within},
    }[rule.kind]
    matchers = [str(each) for each in rule.matchers]
    return {"alerts": {**_given(matchers=matchers, by=list(rule.by)), **when}}


def _given(**fields: str | list[str] | Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value}


def _duration(name: str, value_s: float, plain_s: float) -> dict[str, str]:
    return {} if value_s == plain_s else {name: format_duration(value_s)}
