import pytest

from tocsin.configuration import ConfigurationErrors, load, to_tenant_config
from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.playing import play
from tocsin.configuration.rulefiles.prometheus import distinct, is_prometheus, load_prometheus
from tocsin.domain.rule import Condition, MetricRule, Query

# In the form of Prometheus' documentation.
FILE = """\
groups:
  - name: example
    interval: 2m
    labels: {team: myteam}
    rules:
      - alert: HighRequestLatency
        expr: |
          job:request_latency_seconds:mean5m{job="myjob"} > 0.5
        for: 10m
        keep_firing_for: 5m
        labels:
          severity: page
          shard: 3
        annotations:
          summary: High request latency on {{ $labels.instance }}
          description: "{{ $value | humanize }} s"
      - record: job:up:sum
        expr: sum by (job) (up)
"""


def loaded(text=FILE):
    return load_prometheus(text, "p.yml", "prom")


def test_an_alerting_rule_becomes_a_metric_rule():
    (placed,) = loaded().rules
    assert placed.rule == MetricRule(
        name="HighRequestLatency",
        conditions=(
            Condition(
                query=Query(
                    source="prom",
                    expression='job:request_latency_seconds:mean5m{job="myjob"} > 0.5',
                ),
                compare="present",
                aggregate="last",
                window_s=60.0,
            ),
        ),
        every_s=120.0,
        for_s=600.0,
        keep_firing_for_s=300.0,
        severity="critical",
        labels={"team": "myteam", "severity": "page", "shard": "3"},
        annotations={
            "summary": "High request latency on {{ $labels.instance }}",
            "description": "{{ $value | humanize }} s",
        },
    )


def test_what_is_not_taken_is_said():
    text = FILE.replace("interval: 2m", "interval: 15s\n    limit: 5").replace(
        "shard: 3", "shard: '{{ $labels.shard }}'"
    )
    found = loaded(text)
    assert [str(note) for note in found.notes] == [
        "p.yml:4: groups[0].limit: not taken: tocsin has no such thing for a group",
        "p.yml:3: groups[0].interval: not taken: rules are looked at once a minute",
        "p.yml:14: groups[0].rules[0].labels.shard: not taken: nothing is replaced in labels; "
        "they are who the alert is",
        "p.yml:17: groups[0].rules[0].annotations.description: stands as it is written: "
        "{{ $value | humanize }}",
        "p.yml:18: groups[0].rules[1]: not taken: a recording rule; leave it to the Prometheus",
    ]
    (placed,) = found.rules
    assert placed.rule.every_s == 60.0
    assert "shard" not in placed.rule.labels


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("{expr: up}", "groups[0].rules[0]: a rule has exactly one of alert and record"),
        ("{alert: A}", "groups[0].rules[0].expr: is required"),
        ("{alert: A, expr: ''}", "groups[0].rules[0].expr: must not be empty"),
        ("{alert: A, expr: up, fro: 5m}", "groups[0].rules[0].fro: is not a known field"),
        (
            "{alert: A, expr: up, for: soon}",
            "groups[0].rules[0].for: not a duration; write one such as 30s, 5m or 1h30m",
        ),
    ],
)
def test_what_is_wrong_is_said(rule, problem):
    with pytest.raises(ConfigurationErrors) as refused:
        loaded(f"groups:\n  - name: g\n    rules:\n      - {rule}\n")
    assert str(refused.value) == f"p.yml:4: {problem}"


def twins(*rules):
    listed = "".join(f"      - {rule}\n" for rule in rules)
    placed = loaded(f"groups:\n  - name: g\n    rules:\n{listed}").rules
    return {each.rule.labels.get("severity", ""): each.rule for each in distinct(placed)}


def test_rules_of_one_name_are_told_apart_by_what_they_are_not_by_their_place():
    warning = "{alert: Full, expr: disk > 80, labels: {severity: warning}}"
    critical = "{alert: Full, expr: disk > 95, labels: {severity: critical}}"
    made = twins(warning, critical)
    assert made == twins(critical, warning)
    assert made["warning"].name != made["critical"].name
    assert all(rule.name.startswith("Full-") for rule in made.values())
    assert {rule.labels["alertname"] for rule in made.values()} == {"Full"}
    changed = twins(warning.replace("80", "85"), critical)
    assert changed["warning"].name == made["warning"].name


def test_the_same_labels_need_more_to_be_told_apart():
    placed = loaded(
        "groups:\n  - name: g\n    rules: [{alert: A, expr: x}, {alert: A, expr: y}]\n"
    ).rules
    names = {each.rule.name for each in distinct(placed)}
    assert len(names) == 2
    assert all(len(name) <= 64 for name in names)


def test_a_name_that_no_rule_may_have_stays_the_alertname():
    (placed,) = loaded("groups:\n  - name: g\n    rules: [{alert: 'Disk full!', expr: x}]\n").rules
    assert (placed.rule.name, placed.rule.labels) == ("Disk_full_", {"alertname": "Disk full!"})


def test_which_files_are_of_prometheus():
    assert is_prometheus(FILE, "p.yml")
    assert not is_prometheus("rules: []", "r.yaml")


def test_a_tenant_takes_them_from_its_source(tmp_path):
    (tmp_path / "p.yml").write_text(FILE, encoding="utf-8")
    head = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
    default_rules: false
"""
    text = head + (
        "    sources: [{name: prom, prometheus: {url: 'https://prom.example'}}]\n"
        "    prometheus_rules: [{source: prom, files: ['*.yml']}]\n"
    )
    file = tmp_path / "tocsin.yaml"
    tenant = load(text, str(file), {}).tenants["acme"]
    (rule,) = to_tenant_config("acme", tenant, 1).rules
    assert rule.conditions[0].query.source == "prom"
    assert len(tenant.rules.notes) == 2
    with pytest.raises(ConfigurationErrors, match="there is no Prometheus 'other' in `sources`"):
        load(text.replace("source: prom,", "source: other,"), str(file), {})


def test_rules_of_one_name_make_alerts_of_that_name():
    placed = loaded(
        "groups:\n  - name: g\n    rules:\n"
        "      - {alert: Full, expr: disk > 80, labels: {severity: warning}}\n"
        "      - {alert: Full, expr: disk > 95, labels: {severity: critical}}\n"
    ).rules
    test = RuleTest.model_validate(
        {
            "name": "t",
            "answers": {
                "disk > 80": {'{host="a"}': "81x9 _x9"},
                "disk > 95": {'{host="a"}': "_x3 96x3 _x9"},
            },
        }
    )
    episodes = [each for one in distinct(placed) for each in play(one.rule, test)]
    assert [
        (each.alert.name, each.alert.severity, each.at_s, each.until_s) for each in episodes
    ] == [
        ("Full", "warning", 0.0, 600.0),
        ("Full", "critical", 180.0, 420.0),
    ]
    assert [each.alert.labels for each in episodes] == [
        {"alertname": "Full", "host": "a", "severity": "warning"},
        {"alertname": "Full", "host": "a", "severity": "critical"},
    ]
