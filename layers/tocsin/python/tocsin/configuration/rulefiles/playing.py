"""Plays a test: rules over given series, minute by minute, with a clock of its own."""

import math
from collections.abc import Iterator, Mapping

import msgspec
from msgspec.structs import replace

from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.notation import Value, read_series, read_spans, read_values
from tocsin.domain import alertrule
from tocsin.domain.alert import Alert, Status, severity_of
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.happening import SeenChange
from tocsin.domain.matchers import match_all
from tocsin.domain.metricrule import asked, evaluate
from tocsin.domain.metricschedule import is_due
from tocsin.domain.rule import AlertRule, MetricRule, Query, Rule
from tocsin.domain.rulestate import RuleState
from tocsin.domain.series import Answer, Asked, Labels, Point, Series

# When a test begins, 00:00 UTC of a day: any time will do that is on a minute.
EPOCH_S = 1_700_006_400.0
TICK_S = 60.0
TENANT = "test"

_STATUSES: tuple[Status, Status] = ("firing", "resolved")
# What matchers see beside the labels of an alert.
_FIELDS = ("severity", "provider")


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """One alert that a rule made; times are seconds from the beginning of the test."""

    alert: Alert
    at_s: float
    until_s: float | None = None


def play(rule: Rule, test: RuleTest) -> list[Episode]:
    """Return what a rule makes of what a test gives, in the order in which it begins.

    Raises TocsinError for what the rule cannot evaluate.
    """
    made = _of_alerts(rule, test) if isinstance(rule, AlertRule) else _of_metrics(rule, test)
    episodes: list[Episode] = []
    firing: dict[Labels, int] = {}
    for at_s, alert in made:
        labels = tuple(sorted(alert.labels.items()))
        if alert.status == "firing":
            firing[labels] = len(episodes)
            episodes.append(Episode(alert=alert, at_s=at_s))
        elif labels in firing:
            index = firing.pop(labels)
            episodes[index] = replace(episodes[index], until_s=at_s)
    return episodes


def length_s(test: RuleTest) -> float:
    """Return how long a test is played, in seconds."""
    if test.duration is not None:
        return test.duration
    answers = [values for answer in test.answers.values() for values in answer.values()]
    points = [len(read_values(values)) for values in (*test.series.values(), *answers)]
    ends = [max(count - 1, 0) * test.interval for count in points]
    for spans in test.alerts.values():
        ends += [at_s for span in read_spans(spans) for at_s in span if at_s is not None]
    return max(ends, default=0.0)


def ticks(test: RuleTest) -> Iterator[float]:
    """Yield the times of evaluation, in seconds from the beginning, the first of them 0."""
    for index in range(math.floor(length_s(test) / TICK_S) + 1):
        yield index * TICK_S


def _of_metrics(rule: MetricRule, test: RuleTest) -> Iterator[tuple[float, Alert]]:
    source = _Answers(test)
    state = RuleState(tenant=TENANT, rule=rule.name)
    for after_s in ticks(test):
        at_s = EPOCH_S + after_s
        if is_due(rule, at_s):
            answers = [source.answer(each) for each in asked(rule, at_s)]
            evaluated = evaluate(rule, state, answers, at_s)
            state = evaluated.state
            yield from ((after_s, alert) for alert in evaluated.alerts)


def _of_alerts(rule: AlertRule, test: RuleTest) -> Iterator[tuple[float, Alert]]:
    """Hand a rule each change as it comes, and let it look at the clock each minute."""
    state = RuleState(tenant=TENANT, rule=rule.name)
    changes = sorted(changes_of(test), key=lambda each: each.at_s)
    for after_s in sorted({*ticks(test), *(each.at_s - EPOCH_S for each in changes)}):
        at_s = EPOCH_S + after_s
        if now := [each for each in changes if each.at_s == at_s]:
            evaluated = alertrule.take(rule, state, now, at_s)
            state = evaluated.state
            yield from ((after_s, alert) for alert in evaluated.alerts)
        if after_s % TICK_S == 0:
            evaluated = alertrule.look(rule, state, at_s)
            state = evaluated.state
            yield from ((after_s, alert) for alert in evaluated.alerts)


def changes_of(test: RuleTest) -> Iterator[SeenChange]:
    """Yield the changes of the alerts that a test gives."""
    for key, spans in test.alerts.items():
        name, named = read_series(key)
        given = {"alertname": name, **dict(named)}
        severity = severity_of(given.get("severity", "warning"))
        own = {label: text for label, text in given.items() if label not in _FIELDS}
        for episode, span in enumerate(read_spans(spans)):
            for status, at_s in zip(_STATUSES, span, strict=True):
                if at_s is not None:
                    yield SeenChange(
                        source=f"{key}/{episode}/{status}",
                        fingerprint=fingerprint(TENANT, own),
                        name=name,
                        status=status,
                        order_at_s=EPOCH_S + at_s,
                        at_s=EPOCH_S + at_s,
                        episode=episode,
                        labels={"provider": TENANT, **given, "severity": severity},
                        severity=severity,
                    )


def is_given(query: Query, test: RuleTest) -> bool:
    """Tell whether a test gives a series that a query asks for, be its points missing or not."""
    if query.expression:
        return bool(test.answers.get(query.expression))
    named = map(read_series, test.series)
    return any(name == query.metric and _asks_for(query, dict(labels)) for name, labels in named)


class _Answers:
    """What a test gives, as a source would answer it."""

    def __init__(self, test: RuleTest) -> None:
        self._metrics = [
            (*read_series(series), _points(read_values(values), test.interval))
            for series, values in test.series.items()
        ]
        self._expressions = {
            expression: [
                (read_series(series)[1], _points(read_values(values), test.interval))
                for series, values in answer.items()
            ]
            for expression, answer in test.answers.items()
        }

    def answer(self, asked: Asked) -> Answer:
        query = asked.query
        found = self._expressions.get(query.expression, []) if query.expression else [
            (labels, points)
            for name, labels, points in self._metrics
            if name == query.metric and _asks_for(query, dict(labels))
        ]  # fmt: skip
        cut = (
            (labels, tuple(point for point in points if asked.from_s <= point[0] <= asked.to_s))
            for labels, points in found
        )
        return tuple(Series(labels, points) for labels, points in cut if points)


def _asks_for(query: Query, labels: Mapping[str, str]) -> bool:
    dimensions = dict(query.dimensions)
    if query.namespace and dimensions.keys() != labels.keys():
        return False
    return match_all(query.matchers, dict(labels)) and all(
        value in ("*", labels[name]) for name, value in dimensions.items()
    )


def _points(values: list[Value], interval_s: float) -> tuple[Point, ...]:
    return tuple(
        (EPOCH_S + index * interval_s, value)
        for index, value in enumerate(values)
        if value is not None
    )
