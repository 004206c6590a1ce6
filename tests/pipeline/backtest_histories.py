"""Three stories of nights on call, as a back-test plays them."""

from typing import Any

from msgspec.structs import replace

from tests.builders import T0, change, config, receiver, route
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.domain.rule import AlertRule, Condition, MetricRule, Query
from tocsin.domain.series import Series
from tocsin.domain.silence import Silence
from tocsin.pipeline.backtestrules import History

# A whole minute, so that ticks are at whole minutes too.
BEGIN_S = T0 - T0 % 60
MINUTE_S = 60.0


def at(minute: float) -> float:
    return BEGIN_S + minute * MINUTE_S


# One: a processor that is busy for a while, twice, and is only told once.

BUSY = MetricRule(
    name="HighCpu",
    conditions=(
        Condition(
            query=Query(metric="cpu"), compare="gte", threshold=85.0, resolve=80.0, window_s=300.0
        ),
    ),
    by=("host",),
    breaches=2,
    severity="high",
    cooldown_s=1800.0,
)


def cpu_history(until_minute: int = 60) -> History:
    def percent(minute: int) -> float:
        return 95.0 if 10 <= minute < 20 or 30 <= minute < 40 else 20.0

    points = tuple((at(minute), percent(minute)) for minute in range(until_minute + 1))
    idle = tuple((at(minute), 10.0) for minute in range(until_minute + 1))
    series = (Series((("host", "db1"),), points), Series((("host", "web1"),), idle))
    return History(from_s=BEGIN_S, until_s=at(until_minute), pushed={"cpu": series})


def cpu_config() -> TenantConfig:
    return config(rules=(BUSY,))


# Two: a switch fails. Four hosts complain, one of them is silenced, and one incident stands for
# the others, which are told nobody.

INCIDENT = AlertRule(
    name="Outage",
    kind="correlation",
    by=("rack",),
    window_s=300,
    threshold=3,
    severity="critical",
)


def outage(host: str, minute: float, **fields: Any) -> Change:
    labels = {"host": host, "rack": "r1"}
    name = f"Down{host.upper()}"
    return change(name, at(minute), source=f"{host}.{minute}", labels=labels, **fields)


OUTAGE = [
    outage("a", 5),
    outage("b", 5.1),
    outage("c", 5.2),
    outage("d", 5.3),
    # It was told of that one long before.
    change("Old", at(1), source="old", labels={"host": "z", "rack": "r2"}),
    *(
        outage(host, 20 + place / 10, status="resolved", ends_at_s=at(20))
        for place, host in enumerate("abcd")
    ),
]


def outage_config() -> TenantConfig:
    inhibit = InhibitRule(
        source_matchers=(Matcher("alertname", "=", "Outage"),),
        target_matchers=(Matcher("severity", "=", "warning"),),
        equal=("rack",),
    )
    timing = Timing(group_wait_s=60, group_interval_s=60)
    root = route("oncall", timing=timing, group_by=("rack",))
    critical = route("pager", "alertname=Outage", group_by=("rack",))
    return config(
        rules=(INCIDENT,),
        route=replace(root, routes=(critical,)),
        receivers={name: receiver(name) for name in ("oncall", "pager")},
        inhibit_rules=(inhibit,),
    )


def outage_history() -> History:
    return History(from_s=BEGIN_S, until_s=at(40), changes=OUTAGE)


def quiet_d() -> Silence:
    return Silence(
        id="s1",
        matchers=(Matcher("host", "=", "d"),),
        starts_at_s=BEGIN_S,
        ends_at_s=at(60),
        updated_at_s=BEGIN_S,
    )


# Three: a heartbeat stops at night, nobody reacts, the second in line is called, and it returns.

SILENCE = AlertRule(
    name="NoHeartbeat",
    kind="absent",
    matchers=(Matcher("alertname", "=", "Watchdog"),),
    window_s=300,
    severity="critical",
)


def heartbeat_config() -> TenantConfig:
    steps = (EscalationStep(after_s=600, receivers=("boss",)),)
    return config(
        rules=(SILENCE,),
        route=replace(
            route("log"), routes=(route("oncall", "alertname=NoHeartbeat", policy="night"),)
        ),
        receivers={name: receiver(name) for name in ("log", "oncall", "boss")},
        policies={"night": EscalationPolicy(name="night", steps=steps)},
    )


def heartbeat_history() -> History:
    beats = [*range(0, 30), *range(60, 70)]
    changes = [
        change(
            "Watchdog",
            at(minute),
            source=f"beat.{minute}",
            holds_until_s=at(minute) + 180,
            starts_at_s=at(0 if minute < 30 else 60),
        )
        for minute in beats
    ]
    return History(from_s=BEGIN_S, until_s=at(69), changes=changes)
