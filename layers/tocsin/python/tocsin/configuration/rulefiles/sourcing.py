"""What must hold between a rule and the sources that it asks."""

from collections.abc import Iterator, Mapping

from tocsin.configuration.problems import Problem
from tocsin.configuration.rulefiles.loading import PlacedRule
from tocsin.domain.rule import (
    OWN,
    PUSHED,
    CloudWatchSource,
    Condition,
    MetricRule,
    PrometheusSource,
    Query,
    Rule,
    Source,
)
from tocsin.domain.windows import lookback_s

# What is pushed is kept for an hour more.
_PUSHED_S = 86_400.0
# What a Prometheus gives of one series at once. Source: its web/api/v1/api.go.
_STEPS = 11_000
# A round may be late. Source: CloudWatch's APIReference, API_MetricStat.html.
_MINUTE_S = 60.0
_FINE_S = 3 * 3600.0 - 300.0


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
        for field, message in _without_answer(condition, sources):
            yield placed.problem(message, *below, field)


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


def _without_answer(
    condition: Condition, sources: Mapping[str, Source]
) -> Iterator[tuple[str, str]]:
    """Yield what has no data however often it is asked for, as field and message."""
    query = condition.query
    source = sources.get(query.source)
    span_s = condition.window_s + lookback_s(condition)
    if query.source == PUSHED and span_s > _PUSHED_S:
        yield (
            "window",
            "a rate looks back over two windows, and what is pushed is kept for a day: 12h at most",
        )
    if isinstance(source, PrometheusSource) and span_s / query.step_s > _STEPS:
        yield "step", f"a Prometheus gives {_STEPS} points of a series at most: make it longer"
    if isinstance(source, CloudWatchSource):
        if query.step_s > condition.window_s:
            yield "window", "is shorter than `step`: most of the time no period ends in it"
        if query.step_s < _MINUTE_S and span_s > _FINE_S:
            yield "step", "CloudWatch has steps below a minute for three hours: 1m for this window"
