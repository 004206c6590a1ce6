"""What a round of rules costs in calls: by shares of the rules, not by rules or series."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.rule import Condition, MetricRule, Query
from tocsin.pipeline.rounds import RULES_LIMIT
from tocsin.runtime import clock

SERIES = 10


def rules(count: int) -> tuple[MetricRule, ...]:
    def rule(index: int) -> MetricRule:
        query = Query(metric=f"metric_{index % 40}")
        condition = Condition(query=query, compare="gt", threshold=1000.0 + index)
        return MetricRule(name=f"rule-{index}", conditions=(condition,))

    return tuple(map(rule, range(count)))


def calls_of_a_round(stack: World, config: TenantConfig, count: int) -> dict[str, int]:
    """Push series for each rule, evaluate them all, and return the calls of one warm round."""
    tenant = f"tenant{count}"
    key = stack.add_tenant(replace(config, tenant=tenant, rules=rules(count)))
    points: list[Any] = [
        {"name": f"metric_{metric}", "value": 1.0, "labels": {"host": f"h-{host}"}}
        for metric in range(40)
        for host in range(SERIES)
    ]
    assert stack.post("/v1/metrics", key, points)["statusCode"] == 202
    for _ in range(2):
        stack.meter.reset()
        stack.tick()
        with stack.meter.counting():
            stack.drain()
    return {name: n for name, n in stack.meter.calls.items() if "Message" not in name}


@pytest.mark.parametrize(("minute", "hours"), [(30, 1), (0, 2)], ids=["within", "across hours"])
@pytest.mark.parametrize("count", [100, 1000])
def test_a_round_costs_calls_by_shares_of_the_rules(
    stack: World,
    acme: TenantConfig,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
    minute: int,
    hours: int,
) -> None:
    at_s = float(int(clock.now_s()) // 3600 * 3600 + minute * 60 + 59)
    monkeypatch.setattr(clock, "time", lambda: at_s)
    calls = calls_of_a_round(stack, acme, count)
    shares = -(-count // RULES_LIMIT)
    # States of a share are one read. A share asks for the minutes of its window in the partition
    # of each of the forty metrics, one an hour; the names of what is stored are asked for once.
    assert calls.pop("dynamodb BatchGetItem") == shares
    assert calls.pop("dynamodb Query") <= 1 + 40 * hours * shares
    assert calls == {}
