"""The alerts that a metric rule makes, with what a person needs to know about the numbers."""

import re

from tocsin.domain.alert import Alert
from tocsin.domain.duration import format_duration
from tocsin.domain.metricreading import Reading
from tocsin.domain.rule import OWN, Condition, MetricRule, Query
from tocsin.domain.rulestate import SeriesState
from tocsin.domain.series import Labels

_PLACE = re.compile(r"\{\{\s*\$(?:(value)|labels\.([^\s{}]+))\s*\}\}")
_SIGNS = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<=", "eq": "==", "ne": "!="}


def alert_labels(name: str, series: Labels, added: Labels) -> dict[str, str]:
    """Return the labels of a series' alert: its own, the rule's name, and the rule's labels.

    A rule may give its alerts another `alertname` than its own name.
    """
    return {**dict(series), "alertname": name, **dict(added)}


def chosen_value(reading: Reading, identity: Labels) -> float | None:
    """Return the value that an alert is about: of the first condition that breaches, or any."""
    values = [reading.value(index, identity) for index in range(len(reading.values))]
    breaching = (
        value for index, value in enumerate(values)
        if value is not None and reading.breaches(index, identity)
    )  # fmt: skip
    known = (value for value in values if value is not None)
    return next(breaching, next(known, None))


def firing(rule: MetricRule, state: SeriesState, reading: Reading) -> Alert:
    """Return the alert of a series that has just fired."""
    labels = alert_labels(rule.name, state.labels, state.added)
    return Alert(
        name=labels["alertname"],
        status="firing",
        severity=rule.severity,
        labels=labels,
        annotations=_annotations(rule, labels, reading, state.labels, state.value),
        starts_at_s=state.fired_at_s,
        observed_at_s=state.fired_at_s,
        provider=OWN,
        url=rule.link,
        value=state.value,
    )


def resolved(
    rule: MetricRule, was: SeriesState, reading: Reading, reason: str, at_s: float
) -> Alert:
    """Return the end of a series' alert, with its value at the end and why it ended."""
    value = chosen_value(reading, was.labels)
    told = ended(rule.name, was, reason, at_s)
    context = _annotations(rule, told.labels, reading, was.labels, value)
    return Alert(
        name=told.name,
        status="resolved",
        severity=told.severity,
        labels=told.labels,
        annotations={**context, **told.annotations},
        starts_at_s=told.starts_at_s,
        ends_at_s=told.ends_at_s,
        observed_at_s=told.observed_at_s,
        provider=OWN,
        url=rule.link,
        value=value,
    )


def ended(name: str, was: SeriesState, reason: str, at_s: float) -> Alert:
    """Return the end of a series' alert from what its state holds alone."""
    ends_at_s = max(at_s, was.fired_at_s)
    duration = format_duration(ends_at_s - was.fired_at_s)
    labels = alert_labels(name, was.labels, was.added)
    return Alert(
        name=labels["alertname"],
        status="resolved",
        severity=was.severity,
        labels=labels,
        annotations={"duration": duration, "reason": reason},
        starts_at_s=was.fired_at_s,
        ends_at_s=ends_at_s,
        observed_at_s=ends_at_s,
        provider=OWN,
    )


def number(value: float | None) -> str:
    """Write a value for people: ten digits at most, and "no data" for none."""
    if value is None:
        return "no data"
    # A threshold or a value may be an int, which has no `is_integer` before Python 3.12.
    is_whole = float(value).is_integer() and abs(value) < 1e15
    return str(int(value)) if is_whole else format(value, ".10g")


def in_words(rule: MetricRule) -> str:
    """Describe what a rule waits for: `avg of cpu over 5m > 85 and ...`."""
    word = " and " if rule.combine == "all" else " or "
    return word.join(_condition_in_words(each) for each in rule.conditions)


def rendered(text: str, labels: dict[str, str], value: float | None) -> str:
    """Put values for `{{ $labels.NAME }}` ("" without such a label) and `{{ $value }}`.

    Nothing else is a place, and what is put in is not looked at again.
    """
    if "{{" not in text:
        return text
    return _PLACE.sub(lambda found: number(value) if found[1] else labels.get(found[2], ""), text)


def _annotations(
    rule: MetricRule, labels: dict[str, str], reading: Reading, identity: Labels,
    value: float | None,
) -> dict[str, str]:  # fmt: skip
    """Return the context, over which the rule's own annotations count."""
    values = [reading.value(index, identity) for index in range(len(rule.conditions))]
    context = {
        "condition": in_words(rule),
        "value": ", ".join(number(each) for each in values),
        "window": ", ".join(format_duration(each.window_s) for each in rule.conditions),
    }
    thresholds = [number(each.threshold) for each in rule.conditions if each.compare in _SIGNS]
    if thresholds:
        context["threshold"] = ", ".join(thresholds)
    own = {name: rendered(text, labels, value) for name, text in rule.annotations.items()}
    return {**context, **own}


def _condition_in_words(condition: Condition) -> str:
    over = f"over {format_duration(condition.window_s)}"
    asked = _query_in_words(condition.query)
    if condition.compare in ("absent", "present"):
        return f"{asked} is {condition.compare} {over}"
    sign = _SIGNS[condition.compare]
    return f"{condition.aggregate} of {asked} {over} {sign} {number(condition.threshold)}"


def _query_in_words(query: Query) -> str:
    if query.expression:
        return query.expression
    name = f"{query.namespace}/{query.metric}" if query.namespace else query.metric
    pairs = [f'{key}="{value}"' for key, value in query.dimensions]
    chosen = ",".join([*map(str, query.matchers), *pairs])
    return f"{name}{{{chosen}}}" if chosen else name
