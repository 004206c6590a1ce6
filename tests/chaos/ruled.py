"""Rules: alerts that fire together become one more, and a pushed metric breaches and is well."""

import json

from tests.chaos.passing import TICK_S
from tests.chaos.records import Post
from tests.chaos.senders import event_of
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.rule import AlertRule, Condition, MetricRule, Query

_TOGETHER = AlertRule(
    name="together",
    kind="correlation",
    matchers=(parse_matcher('alertname=~"disk|cpu"'),),
    threshold=2,
    window_s=3600.0,
)
_HOT = MetricRule(
    name="hot",
    conditions=(
        Condition(
            query=Query(metric="celsius"),
            compare="gt",
            threshold=80.0,
            aggregate="last",
            window_s=1800.0,
        ),
    ),
    severity="critical",
)


def ruled(world: World) -> None:
    """What rules make is told once, and its end once, whoever dies on the way."""
    world.add_tenant("acme", acme(rules=(_TOGETHER, _HOT)))
    world.post("acme", ("disk", "firing"), ("cpu", "firing"))
    _makes(world, "together", "firing")
    _push(world, 95.0)
    _makes(world, "hot", "firing")
    _evaluate(world)
    world.post("acme", ("disk", "resolved"))
    _makes(world, "together", "resolved")
    _push(world, 20.0)
    _makes(world, "hot", "resolved")
    _evaluate(world)


def _evaluate(world: World) -> None:
    """Let the next rounds of rules begin, and all that comes of them end."""
    for _ in range(2):
        world.advance(max(0.0, world.tick_at_s - world.clock.true_s))
        world.tick()
        world.converge()


def _makes(world: World, name: str, status: str) -> None:
    """Note what a rule must make of what was just sent: an alert like any other."""
    at_s = world.clock.true_s + 2 * TICK_S
    world.posts.append(Post(tenant="acme", reports=((name, status),), body=b"", at_s=at_s))


def _push(world: World, celsius: float) -> None:
    """Push a metric as a sender does: again until it is accepted."""
    # Of two minutes, which are stored apart.
    points = [[world.clock.true_s - age_s, celsius] for age_s in (60.0, 0.0)]
    body = json.dumps({"name": "celsius", "points": points}).encode()
    for _ in range(12):
        name = world.name("request")
        result = world.invoke(
            "ingest", event_of("POST", "/v1/metrics", world.keys["acme"], name, body)
        )
        if result is not None and result["statusCode"] == 202:
            return
        world.clock.true_s += 1.0
    world.errors.append("acme cannot push")
