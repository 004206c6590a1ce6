"""Rules through the real handlers: pushed metrics in, one page out, and what failed rules say."""

from typing import Any

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.matchers import Matcher
from tocsin.domain.rule import AlertRule, Condition, MetricRule, PrometheusSource, Query
from tocsin.runtime import clock

AM = "/v1/alerts/alertmanager"


def cpu(**fields: Any) -> MetricRule:
    condition = Condition(
        query=Query(metric="cpu"), compare="gte", threshold=85.0, aggregate="last", window_s=60.0
    )
    return MetricRule(name="HighCpu", conditions=(condition,), every_s=1.0, **fields)


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
