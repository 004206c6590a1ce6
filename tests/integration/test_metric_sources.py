"""All sources as a worker has them, on moto and a Prometheus that is played on loopback."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.domain.config import TenantConfig
from tocsin.domain.rule import CloudWatchSource, PrometheusSource, Query
from tocsin.domain.series import Asked, Series, Unanswered
from tocsin.pipeline.sources import Sources
from tocsin.runtime import rulesources
from tocsin.runtime.clock import now_s
from tocsin.runtime.settings import RulesSettings, load


@pytest.fixture
def sources(stack: World) -> Sources:
    settings = load(RulesSettings, stack.resources.environ)
    return rulesources.sources(
        settings, DynamoConfigs(aws.client("dynamodb"), settings.control_table)
    )


def asked(source: str, at_s: float, **query: str) -> Asked:
    return Asked(Query(source=source, **query), at_s - 300, at_s)  # type: ignore[arg-type]


def test_each_kind_of_source_answers_in_one_call(
    stack: World, acme: TenantConfig, sources: Sources
) -> None:
    key = stack.add_tenant(acme)
    secret = "s3cret"
    aws.client("secretsmanager").create_secret(Name="tocsin/acme/prom", SecretString=secret)
    stack.post("/v1/metrics", key, {"name": "cpu", "value": 1.5})
    stack.post("/v1/alerts", key, {"name": "Up"})
    stack.drain()
    at_s = now_s()
    data = {
        "MetricName": "Depth",
        "Value": 7.0,
        "Timestamp": datetime.fromtimestamp(at_s - 90, UTC),
    }
    aws.client("cloudwatch").put_metric_data(Namespace="Shop", MetricData=[data])
    said = {"resultType": "matrix", "result": [{"metric": {"a": "b"}, "values": [[at_s, "3"]]}]}
    with local_server() as server:
        server.answers.append(Answer(body=json.dumps({"status": "success", "data": said}).encode()))
        configured = {
            "prom": PrometheusSource(url=server.url, auth="bearer", secret="tocsin/acme/prom"),
            "cloud": CloudWatchSource(),
        }
        pushed, own, prom, cloud, gone = sources.ask(
            "acme",
            configured,
            [
                asked("pushed", at_s, metric="cpu"),
                asked("tocsin", at_s + 60, metric="tocsin_alerts_accepted"),
                asked("prom", at_s, expression="x"),
                asked("cloud", at_s, namespace="Shop", metric="Depth"),
                asked("gone", at_s, metric="x"),
            ],
            at_s,
        )
    assert [each.points[0][1] for each in pushed if isinstance(each, Series)] == [1.5]
    assert isinstance(own, tuple)
    assert sum(value for _, value in own[0].points) == 1.0
    assert prom == (Series((("a", "b"),), ((at_s, 3.0),)),)
    assert isinstance(cloud, tuple)
    assert [value for _, value in cloud[0].points] == [7.0]
    assert isinstance(gone, Unanswered)
    assert server.requests[0].headers["authorization"] == f"Bearer {secret}"


def test_a_window_of_pushed_metrics_costs_one_read(stack: World, sources: Sources) -> None:
    with stack.meter.counting(), stack.meter.invocation():
        queries = [asked("pushed", T0, metric="cpu") for _ in range(100)]
        assert sources.ask("acme", {}, queries, T0) == [()] * 100
    assert dict(stack.meter.calls) == {"dynamodb Query": 1}


def test_a_healthy_source_costs_a_look_at_its_breaker_and_no_write(
    stack: World, sources: Sources
) -> None:
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": []}})
    with local_server() as server:
        server.answers += [Answer(body=body.encode())] * 10
        configured = {"prom": PrometheusSource(url=server.url)}
        with stack.meter.counting(), stack.meter.invocation():
            for _ in range(2):
                queries = [asked("prom", T0, expression=f"m{n}") for n in range(5)]
                assert sources.ask("acme", configured, queries, T0) == [()] * 5
    assert dict(stack.meter.calls) == {"dynamodb GetItem": 2}


class Away:
    """A CloudWatch that does not answer, and counts who asks."""

    def __init__(self) -> None:
        self.asked = 0

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Any]:
        self.asked += 1
        return [Unanswered("no answer in time", is_down=True)] * len(asked)


def test_a_cloudwatch_that_is_away_is_asked_once_and_holds_up_nothing_of_the_rest(
    stack: World, acme: TenantConfig, sources: Sources, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.add_tenant(replace(acme, is_operator=True))
    away = Away()
    monkeypatch.setattr(rulesources, "_cloudwatch", lambda source: away)
    at_s = now_s()
    names = ("queue_age_seconds", "invocation_seconds", "queue_messages", "limited_requests")
    queries = [asked("tocsin", at_s, metric=f"tocsin_{name}") for name in names]
    age, duration, messages, limited = sources.ask("acme", {}, queries, at_s)
    assert all(isinstance(each, Unanswered) for each in (age, duration, limited))
    assert isinstance(messages, tuple)
    assert len(messages) == 7
    assert away.asked == 1
