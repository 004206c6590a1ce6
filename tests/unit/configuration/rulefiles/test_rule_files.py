from pathlib import Path

import pytest

from tocsin.configuration import ConfigurationErrors
from tocsin.configuration.rulefiles.loading import load_rules
from tocsin.domain.matchers import Matcher
from tocsin.domain.ownmetrics import KNOWN
from tocsin.domain.rule import AlertRule, Condition, MetricRule, Query

ROOT = Path(__file__).parents[4]
RULE = "name: R, metric: m, op: gt, threshold: 1"


def rule_of(text):
    (placed,) = load_rules(f"rules:\n  - {{{text}}}\n", "r.yaml", {}).rules
    return placed.rule


def problems(text):
    with pytest.raises(ConfigurationErrors) as refused:
        load_rules(text, "r.yaml", {})
    return str(refused.value).splitlines()


def wrong(text):
    (problem,) = problems(f"rules:\n  - {{{text}}}\n")
    assert problem.startswith("r.yaml:2: rules[0]")
    return problem.removeprefix("r.yaml:2: rules[0]").lstrip(".: ")


def test_five_lines_are_a_rule():
    assert rule_of("name: HighCpu, metric: cpu, op: gte, threshold: 85") == MetricRule(
        name="HighCpu",
        conditions=(Condition(query=Query(metric="cpu"), compare="gte", threshold=85.0),),
    )


def test_every_field_of_a_metric_rule_arrives():
    text = """
rules:
  - name: HighCpu
    metric: cpu
    matchers: ['env="prod"', 'host=~"a.*"']
    by: [host]
    aggregate: p95
    window: 10m
    step: 30s
    op: ">="
    threshold: 85
    resolve: 80.5
    breaches: 2
    for: 3m
    keep_firing_for: 4m
    every: 5m
    missing: notBreaching
    cooldown: 15m
    limit: 10/h
    severity: medium
    labels: {team: db}
    annotations: {summary: "{{ $labels.host }} has {{$value}}"}
    link: https://example.com/runbook
    flag: new-rules
"""
    (placed,) = load_rules(text, "r.yaml", {}).rules
    assert placed.rule == MetricRule(
        name="HighCpu",
        conditions=(
            Condition(
                query=Query(
                    metric="cpu",
                    matchers=(Matcher("env", "=", "prod"), Matcher("host", "=~", "a.*")),
                    step_s=30.0,
                ),
                compare="gte",
                threshold=85.0,
                resolve=80.5,
                aggregate="p95",
                window_s=600.0,
            ),
        ),
        by=("host",),
        every_s=300.0,
        breaches=2,
        for_s=180.0,
        keep_firing_for_s=240.0,
        missing="notBreaching",
        cooldown_s=900.0,
        limit=10,
        limit_window_s=3600.0,
        severity="warning",
        labels={"team": "db"},
        annotations={"summary": "{{ $labels.host }} has {{$value}}"},
        link="https://example.com/runbook",
        flag="new-rules",
    )


@pytest.mark.parametrize("combine", ["all", "any"])
def test_several_conditions(combine):
    one, two = "{metric: a, op: lt, threshold: 1}", "{metric: b, op: absent, window: 10m}"
    made = rule_of(f"name: R, {combine}: [{one}, {two}], by: []")
    assert (made.combine, made.by) == (combine, ())
    assert made.conditions == (
        Condition(query=Query(metric="a"), compare="lt", threshold=1.0),
        Condition(query=Query(metric="b"), compare="absent", window_s=600.0),
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        (
            "source: prom, expression: up == 0, op: present",
            Query(source="prom", expression="up == 0"),
        ),
        (
            "source: cw, namespace: AWS/SQS, metric: NumberOfMessagesSent, "
            'dimensions: {QueueName: "*"}, statistic: Sum, op: lt, threshold: 1',
            Query(
                source="cw",
                namespace="AWS/SQS",
                metric="NumberOfMessagesSent",
                dimensions=(("QueueName", "*"),),
                statistic="Sum",
            ),
        ),
    ],
)
def test_other_sources(text, query):
    (condition,) = rule_of(f"name: R, {text}").conditions
    assert condition.query == query


@pytest.mark.parametrize(
    ("text", "kind", "threshold", "window_s"),
    [
        ("count: 5 in 10m", "count", 5, 600.0),
        ("absent_for: 15m", "absent", 1, 900.0),
        ("correlate: 3 in 5m", "correlation", 3, 300.0),
        ("flapping: 6 in 1h", "flapping", 6, 3600.0),
    ],
)
def test_rules_over_alerts(text, kind, threshold, window_s):
    matchers = "matchers: ['alertname=\"JobFailed\"'], by: [job]"
    made = rule_of(f"name: R, alerts: {{{matchers}, {text}}}, cooldown: 1m, limit: 3/10m")
    assert made == AlertRule(
        name="R",
        kind=kind,
        matchers=(Matcher("alertname", "=", "JobFailed"),),
        by=("job",),
        threshold=threshold,
        window_s=window_s,
        cooldown_s=60.0,
        limit=3,
        limit_window_s=600.0,
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name: R", "asks for nothing; a rule has one of metric, expression, all, any and alerts"),
        (
            f"{RULE}, all: [{{metric: m, op: absent}}]",
            "has metric and all; a rule has one of metric, expression, all, any and alerts",
        ),
        (
            RULE.replace("R,", "RuleFailed,"),
            "name: is what tocsin calls the alert of a rule that fails",
        ),
        ("name: R, metric: m", "needs op: how the value is compared"),
        ("name: R, metric: m, op: gt", "needs threshold: what the value is compared with"),
        (
            "name: R, metric: m, op: above, threshold: 1",
            "op: must be one of gt, gte, lt, lte, eq, ne, absent, present, or a sign such as '>='",
        ),
        (
            "name: R, metric: m, op: absent, threshold: 1",
            "threshold: absent compares with nothing",
        ),
        (f"{RULE}, resolve: 2", "resolve: is above threshold: what fires would end at once"),
        (
            "name: R, metric: m, op: lt, threshold: 1, resolve: 0.5",
            "resolve: is below threshold: what fires would end at once",
        ),
        (
            "name: R, metric: m, op: eq, threshold: 1, resolve: 1",
            "resolve: is for gt, gte, lt and lte",
        ),
        ("name: R, metric: m, op: gt, threshold: '1'", "threshold: must be a number"),
        ("name: R, metric: m, op: gt, threshold: .nan", "threshold: must be a number"),
        ("name: R, metric: m, op: gt, threshold: true", "threshold: must be a number"),
        (
            f"{RULE}, aggregate: median",
            "aggregate: must be avg, min, max, sum, count, rate, last or a percentile such as p95",
        ),
        (
            f"{RULE}, severity: urgent",
            "severity: must be one of critical, high, warning, info, low",
        ),
        (
            f"{RULE}, limit: 10",
            "limit: write it as 10/h or 5/10m, with a number from 1 to 1000",
        ),
        (
            f"{RULE}, limit: 2000/h",
            "limit: write it as 10/h or 5/10m, with a number from 1 to 1000",
        ),
        (
            f"{RULE}, limit: 10/hour",
            "limit: '1hour' is not a duration; write one such as 30s, 5m or 1h30m",
        ),
        (f"{RULE}, every: 500ms", "every: must be from 1s to 1d"),
        (
            f"{RULE}, missing: bad",
            "missing: must be 'missing', 'breaching', 'notBreaching' or 'ignore'",
        ),
        (
            f"{RULE}, labels: {{alertname: X}}",
            "labels.alertname: that label is the name of the rule",
        ),
        (
            f'{RULE}, labels: {{team: "{{{{ $value }}}}"}}',
            "labels.team: nothing is replaced in labels: they are who the alert is",
        ),
        (
            f'{RULE}, annotations: {{a: "{{{{ $value | humanize }}}}"}}',
            "annotations.a: {{ $value | humanize }} is not replaced; there are "
            "{{ $labels.NAME }} and {{ $value }}",
        ),
        (
            "name: R, expression: up, op: present",
            "expression: needs `source`: Prometheus or CloudWatch, which understand it",
        ),
        (
            "name: R, source: tocsin, metric: cpu, op: absent",
            f"metric: tocsin has no such metric; there are {', '.join(KNOWN)}",
        ),
        (
            "name: R, all: [{metric: m, op: absent}], window: 5m",
            "window: belongs into all",
        ),
        (
            "name: R, alerts: {absent_for: 5m}, breaches: 2",
            "breaches: means nothing in a rule over alerts",
        ),
        ("name: R, alerts: {absent_for: 5m}, by: [job]", "by: belongs into alerts"),
        (
            "name: R, alerts: {absent_for: 5m, count: 1 in 5m}",
            "alerts: has exactly one of count, absent_for, correlate and flapping",
        ),
        ("name: R, alerts: {correlate: 1 in 5m}", "alerts.correlate: takes at least 2 alerts"),
        (
            "name: R, alerts: {count: many in 5m}",
            "alerts.count: write it as 5 in 10m, with a number from 1 to 1000",
        ),
        ("name: R, alerts: {count: 5 in 2d}", "alerts.count: the time must be from 1s to 1d"),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(text, problem):
    assert wrong(text) == problem


def test_a_name_twice_and_tests_of_rules_that_are_not_there():
    text = f"""
rules:
  - {{{RULE}}}
  - {{{RULE}}}
tests:
  - name: nothing
  - name: wrong names
    fires: [{{rule: Q}}]
    quiet: [P, R]
  - name: both
    fires: [{{rule: R, at: 1m, between: [1m, 2m]}}]
"""
    assert problems(text) == [
        "r.yaml:11: tests[2].fires[0]: has one of at and between",
    ]
    assert problems(text.replace("at: 1m, ", "").replace("[P, R]", "[P]")) == [
        "r.yaml:4: rules[1].name: 'R' is the name of a rule above already",
        "r.yaml:6: tests[0]: says of no rule what it does; give it `fires` or `quiet`",
        "r.yaml:8: tests[1].fires[0].rule: no rule is called 'Q'",
        "r.yaml:9: tests[1].quiet[0]: no rule is called 'P'",
    ]


def test_variables_are_replaced():
    text = f"rules:\n  - {{{RULE}, labels: {{team: '${{TEAM}}'}}}}\n"
    (placed,) = load_rules(text, "r.yaml", {"TEAM": "db"}).rules
    assert placed.rule.labels == {"team": "db"}
