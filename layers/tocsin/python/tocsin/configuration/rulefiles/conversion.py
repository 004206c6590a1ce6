"""From the models of rule files to the rules that are evaluated."""

from typing import cast

from tocsin.configuration.rulefiles.models import Alerts, Condition, Rule
from tocsin.domain import rule as domain
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.rule import PUSHED, AlertRule, AlertRuleKind, Comparison, MetricRule, Query


def to_rule(model: Rule) -> domain.Rule:
    """Make the rule of a model that `checks` found right."""
    return _metric_rule(model) if model.alerts is None else _alert_rule(model, model.alerts)


def conditions_of(model: Rule) -> list[tuple[tuple[str | int, ...], Condition]]:
    """Return the conditions of a rule over metrics, and where in it each stands."""
    if model.alerts is not None:
        return []
    listed = [(("all", at), each) for at, each in enumerate(model.all_of)]
    listed += [(("any", at), each) for at, each in enumerate(model.any_of)]
    return list(listed) or [((), model)]


def _metric_rule(model: Rule) -> MetricRule:
    return MetricRule(
        name=model.name,
        conditions=tuple(_condition(each) for _, each in conditions_of(model)),
        combine="any" if model.any_of else "all",
        by=None if model.by is None else tuple(model.by),
        every_s=model.every,
        breaches=model.breaches,
        for_s=model.for_,
        keep_firing_for_s=model.keep_firing_for,
        missing=model.missing,
        cooldown_s=model.cooldown,
        limit=model.limit.number if model.limit else 0,
        limit_window_s=model.limit.window_s if model.limit else 3600.0,
        severity=model.severity,
        labels=dict(model.labels),
        annotations=dict(model.annotations),
        link=model.link,
        flag=model.flag or "",
    )


def _alert_rule(model: Rule, alerts: Alerts) -> AlertRule:
    kind, threshold, window_s = _said(alerts)
    return AlertRule(
        name=model.name,
        kind=kind,
        matchers=tuple(parse_matcher(text) for text in alerts.matchers),
        by=tuple(alerts.by),
        window_s=window_s,
        threshold=threshold,
        cooldown_s=model.cooldown,
        limit=model.limit.number if model.limit else 0,
        limit_window_s=model.limit.window_s if model.limit else 3600.0,
        severity=model.severity,
        labels=dict(model.labels),
        annotations=dict(model.annotations),
        link=model.link,
        flag=model.flag or "",
    )


def _said(alerts: Alerts) -> tuple[AlertRuleKind, int, float]:
    if alerts.count is not None:
        return "count", *alerts.count
    if alerts.correlate is not None:
        return "correlation", *alerts.correlate
    if alerts.flapping is not None:
        return "flapping", *alerts.flapping
    assert alerts.absent_for is not None, "the model has exactly one of them"
    return "absent", 1, alerts.absent_for


def _condition(model: Condition) -> domain.Condition:
    return domain.Condition(
        query=Query(
            source=model.source or PUSHED,
            metric=model.metric or "",
            matchers=tuple(parse_matcher(text) for text in model.matchers),
            expression=model.expression or "",
            namespace=model.namespace or "",
            dimensions=tuple(sorted(model.dimensions.items())),
            statistic=model.statistic or "Average",
            step_s=model.step,
        ),
        compare=cast(Comparison, model.op),
        threshold=model.threshold or 0.0,
        resolve=model.resolve,
        aggregate=model.aggregate,
        window_s=model.window,
    )
