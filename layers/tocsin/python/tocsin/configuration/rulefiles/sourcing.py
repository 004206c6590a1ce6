"""What must hold between a rule and the sources that it asks."""

from collections.abc import Iterator, Mapping

from tocsin.configuration.problems import Problem
from tocsin.configuration.rulefiles.loading import PlacedRule
from tocsin.domain.rule import (
    OWN,
    PUSHED,
    CloudWatchSource,
    MetricRule,
    PrometheusSource,
    Query,
    Rule,
    Source,
)


def is_own(rule: Rule) -> bool:
    """Tell whether a rule asks for tocsin's own metrics."""
    return isinstance(rule, MetricRule) and any(
        condition.query.source == OWN for condition in rule.conditions
    )


def wrong_sources(
    placed: PlacedRule, sources: Mapping[str, Source], *, is_operator: bool
) -> Iterator[Problem]:
    """Yield what is wrong with whom a rule asks, and for what."""
    rule = placed.rule
    if not isinstance(rule, MetricRule):
        return
    for condition, below in zip(rule.conditions, placed.conditions, strict=True):
        if message := _wrong(condition.query, sources, is_operator=is_operator):
            yield placed.problem(message, *below, "source")


def _wrong(query: Query, sources: Mapping[str, Source], *, is_operator: bool) -> str:
    if query.source == OWN:
        refusal = "tocsin's own metrics are about all tenants: settings.operator must be true"
        return "" if is_operator else refusal
    if query.source == PUSHED:
        return "" if not query.namespace else "`namespace` is for a source that is a CloudWatch"
    source = sources.get(query.source)
    if source is None:
        known = ", ".join(sorted((*sources, PUSHED, OWN)))
        return f"there is no source {query.source!r} in tocsin.yaml; there are {known}"
    if isinstance(source, PrometheusSource) and not query.expression:
        return "a Prometheus is asked with `expression`"
    if isinstance(source, CloudWatchSource) and not (query.expression or query.namespace):
        return "a CloudWatch is asked for `namespace` and `metric`, or with `expression`"
    return ""
