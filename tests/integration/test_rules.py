"""Rules through the real handlers: numbers of every source in, one page out, what failed says."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.configuration.rulefiles.shipped import shipped_rules
from tocsin.domain.config import TenantConfig
from tocsin.domain.matchers import Matcher
from tocsin.domain.rule import (
    AlertRule,
    CloudWatchSource,
    Condition,
    MetricRule,
    PrometheusSource,
    Query,
    Source,
)
from tocsin.runtime import clock

AM = "/v1/alerts/alertmanager"


def cpu(**fields: Any) -> MetricRule:
    condition = Condition(
        query=Query(metric="cpu"), compare="gte", threshold=85.0, aggregate="last", window_s=60.0
    )
    return MetricRule(name="HighCpu", conditions=(condition,), every_s=1.0, **fields)


def above(threshold: float, name: str, **query: Any) -> MetricRule:
    """A rule over the sum of ten minutes."""
    condition = Condition(
        query=Query(**query), compare="gt", threshold=threshold, aggregate="sum", window_s=600.0
    )
    return MetricRule(name=name, conditions=(condition,), every_s=1.0)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the clock, at a time that a test sets."""
    at_s = [float(int(clock.now_s()))]
    monkeypatch.setattr(clock, "time", lambda: at_s[0])
    return at_s


def told(people: LocalReceiver) -> list[tuple[str, str, str]]:
    return [
        (alert["labels"]["alertname"], alert["labels"].get("host", ""), alert["status"])
        for arrival in people.arrivals
        for alert in arrival.alerts
    ]


def round_of(stack: World, now: list[float], key: str, **values: float) -> None:
    """Push values by host, and let the clock evaluate a second later."""
    pushed = [
        {"name": "cpu", "value": value, "labels": {"host": host}, "time": now[0]}
        for host, value in values.items()
    ]
    assert stack.post("/v1/metrics", key, pushed)["statusCode"] == 202
    now[0] += 1
    stack.tick(every_s=1)
    stack.drain()


def test_a_metric_that_breaches_twice_is_one_page_and_one_end(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    key = stack.add_tenant(replace(acme, rules=(cpu(breaches=2),)))
    round_of(stack, now, key, a=90, b=10)
    assert told(people) == []
    round_of(stack, now, key, a=95, b=10)
    assert told(people) == [("HighCpu", "a", "firing")]
    round_of(stack, now, key, a=99, b=10)
    round_of(stack, now, key, a=20, b=10)
    assert told(people) == [("HighCpu", "a", "firing"), ("HighCpu", "a", "resolved")]
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"], balance["pending"]) == (2, 2, 0)


def test_a_source_that_is_away_is_told_and_alarms_nobody_else(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    query = Query(source="prom", expression="up == 0")
    away = MetricRule(
        name="Down", conditions=(Condition(query=query, compare="present"),), every_s=1.0
    )
    config = replace(
        acme,
        rules=(cpu(), away),
        sources={"prom": PrometheusSource(url="http://127.0.0.1:9", timeout_s=1.0)},
    )
    key = stack.add_tenant(config)
    round_of(stack, now, key, a=90)
    assert sorted(told(people)) == [("HighCpu", "a", "firing"), ("RuleFailed", "", "firing")]


def test_what_a_tenant_sent_is_counted_for_its_own_rules_alone(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    rule = above(2, "ManyAlerts", source="tocsin", metric="tocsin_alerts_accepted")
    key = stack.add_tenant(replace(acme, rules=(rule,)))
    stack.add_tenant(replace(acme, tenant="beta", rules=(replace(rule, name="Others"),)))
    for count, fired in ((2, []), (1, [("ManyAlerts", "", "firing")])):
        stack.post(AM, key, webhook(*(member(f"db-{count}-{each}") for each in range(count))))
        stack.drain()
        now[0] += 1
        stack.tick(every_s=1)
        stack.drain()
        assert [each for each in told(people) if each[0] != "HighLatency"] == fired
    made = [alert for arrival in people.arrivals for alert in arrival.alerts][-1]
    assert made["labels"]["provider"] == "alertmanager"


def test_operators_alone_are_told_of_queues(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    rules = (
        above(5, "Backlog", source="tocsin", metric="tocsin_queue_messages"),
        above(0, "Letters", source="tocsin", metric="tocsin_dead_letters"),
    )
    for tenant, is_operator in (("acme", False), ("ops", True)):
        made = replace(acme, tenant=tenant, rules=rules, is_operator=is_operator)
        stack.add_tenant(made)
    sqs, queues = aws.client("sqs"), stack.resources.queues
    for _ in range(6):
        sqs.send_message(QueueUrl=queues["notify-urgent"], MessageBody="{}")
    sqs.send_message(QueueUrl=stack.resources.dead_letters["rules"], MessageBody="{}")
    now[0] += 1
    stack.tick(every_s=1)
    # The worker has the round when its time is over.
    now[0] += 30
    while stack.pump("rules", 1):
        pass
    sqs.purge_queue(QueueUrl=queues["notify-urgent"])
    stack.drain()
    alerts = [alert for arrival in people.arrivals for alert in arrival.alerts]
    assert sorted(
        (each["labels"]["alertname"], each["labels"].get("queue", "")) for each in alerts
    ) == [
        ("Backlog", "notify-urgent"),
        ("Letters", "rules"),
        ("RuleFailed", ""),
        ("RuleFailed", ""),
    ]
    failed = [each for each in alerts if each["labels"]["alertname"] == "RuleFailed"]
    assert {each["labels"]["rule"] for each in failed} == {"Backlog", "Letters"}
    assert all("told to operators alone" in str(each["annotations"]) for each in failed)


def test_cloudwatch_is_asked_for_what_it_has(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    dimensions = (("Shop", "north"),)
    rule = above(5, "Sold", source="cloud", namespace="Shop", metric="Orders", statistic="Sum")
    (condition,) = rule.conditions
    query = replace(condition.query, dimensions=dimensions)
    rule = replace(rule, conditions=(replace(condition, query=query),))
    sources: dict[str, Source] = {"cloud": CloudWatchSource(region="eu-central-1")}
    stack.add_tenant(replace(acme, rules=(rule,), sources=sources))
    for region, value in (("us-east-1", 9.0), ("eu-central-1", 3.0), ("eu-central-1", 4.0)):
        put(now[0] - 120, "Shop", "Orders", value, region=region, Shop="north")
        now[0] += 1
        stack.tick(every_s=1)
        stack.drain()
        assert bool(told(people)) == (value == 4.0)
    assert told(people) == [("Sold", "", "firing")]


def test_what_cloudwatch_knows_of_the_stack_is_told_to_operators(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    # moto knows no percentiles, and so nothing of how long functions run but that they did not.
    names = ("queue_age_seconds", "invocation_seconds", "limited_requests", "duplicate_percent")
    rules = tuple(
        above(0, name, source="tocsin", metric=f"tocsin_{name}", step_s=60.0) for name in names
    )
    stack.add_tenant(replace(acme, rules=rules, is_operator=True))
    at_s = now[0] - 120
    put(at_s, "AWS/SQS", "ApproximateAgeOfOldestMessage", 7.0, QueueName="evaluate-urgent")
    put(at_s, "Tocsin", "rate_limited", 7.0, service="ingest")
    now[0] += 1
    stack.tick(every_s=1)
    stack.drain()
    alerts = [alert["labels"] for arrival in people.arrivals for alert in arrival.alerts]
    assert sorted((each["alertname"], each.get("queue", "")) for each in alerts) == [
        ("limited_requests", ""),
        ("queue_age_seconds", "evaluate-urgent"),
    ]


def test_an_operator_has_all_the_shipped_rules_and_none_of_them_fails(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    rules = tuple(
        replace(placed.rule, every_s=1.0)
        for placed in shipped_rules().rules
        if isinstance(placed.rule, MetricRule)
    )
    assert len([each for each in rules if each.conditions[0].query.source == "tocsin"]) == 9
    key = stack.add_tenant(replace(acme, rules=rules, is_operator=True))
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    now[0] += 1
    stack.tick(every_s=1)
    stack.drain()
    assert [each[0] for each in told(people)] == ["HighLatency"]


def put(
    at_s: float, namespace: str, metric: str, value: float, region: str = "", **dimensions: str
) -> None:
    """Let CloudWatch have one value."""
    data = {
        "MetricName": metric,
        "Value": value,
        "Timestamp": datetime.fromtimestamp(at_s, UTC),
        "Dimensions": [{"Name": name, "Value": each} for name, each in dimensions.items()],
    }
    aws.regional_client("cloudwatch", region, 5.0).put_metric_data(
        Namespace=namespace, MetricData=[data]
    )


def test_many_alerts_of_one_kind_become_one_more(
    stack: World, people: LocalReceiver, acme: TenantConfig, now: list[float]
) -> None:
    many = AlertRule(
        name="ManyDown",
        kind="correlation",
        matchers=(Matcher("alertname", "=", "HighLatency"),),
        threshold=3,
        severity="critical",
    )
    key = stack.add_tenant(replace(acme, rules=(many,)))
    for number in range(3):
        stack.post(AM, key, webhook(member(f"db-{number}")))
        stack.drain()
    assert told(people)[-1][0] == "ManyDown"
    assert [each[0] for each in told(people)].count("ManyDown") == 1
    stack.post(AM, key, webhook(resolved("db-0")))
    stack.drain()
    assert ("ManyDown", "", "resolved") in told(people)


def test_a_tenant_without_rules_costs_nothing_at_a_tick(
    stack: World, acme: TenantConfig, now: list[float]
) -> None:
    stack.add_tenant(acme)
    now[0] = now[0] // 3600 * 3600 + 60
    stack.tick()
    assert stack.pump("rules", 1) == 0
