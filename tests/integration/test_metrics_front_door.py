"""Metrics that are pushed: what is answered, and what is stored before."""

import gzip
import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.metrics import DynamoMetrics
from tocsin.domain.config import TenantConfig
from tocsin.domain.limits import Limits
from tocsin.domain.series import Series
from tocsin.runtime.clock import now_s

PATH = "/v1/metrics"
CPU = {"name": "cpu", "value": 1.5, "labels": {"host": "a"}}


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def read(stack: World, metric: str, tenant: str = "acme") -> list[Series]:
    table = stack.resources.environ["METRIC_TABLE"]
    at_s = now_s()
    return DynamoMetrics(aws.client("dynamodb"), table).read(
        tenant, metric, at_s - 90_000, at_s + 300
    )


def said(answer: dict[str, Any]) -> tuple[int, Any]:
    return answer["statusCode"], json.loads(answer["body"])


def otlp(*points: Any, kind: str = "gauge") -> dict[str, Any]:
    metric = {"name": "queue.length", kind: {"dataPoints": list(points)}}
    return {"resourceMetrics": [{"scopeMetrics": [{"metrics": [metric]}]}]}


def test_what_is_answered_with_202_is_stored(stack: World, key: str) -> None:
    status, body = said(stack.post(PATH, key, [CPU, {"name": "cpu"}, {**CPU, "name": "load"}]))
    assert (status, body["accepted"]) == (202, 2)
    assert [each["index"] for each in body["rejected"]] == [1]
    assert body["id"]
    (series,) = read(stack, "cpu")
    assert (series.labels, series.points[0][1]) == ((("host", "a"),), 1.5)
    assert len(read(stack, "load")) == 1
    assert stack.pump("enrich") == 0


def test_all_bad_is_a_422_and_nothing_is_a_202(stack: World, key: str) -> None:
    assert said(stack.post(PATH, key, [{"name": "x"}]))[0] == 422
    status, body = said(stack.post(PATH, key, []))
    assert (status, body["accepted"], body["rejected"]) == (202, 0, [])


def test_otlp_is_answered_as_otlp(stack: World, key: str) -> None:
    good = {"asInt": "7"}
    assert said(stack.post(PATH, key, otlp(good))) == (200, {})
    (series,) = read(stack, "queue_length")
    assert series.points[0][1] == 7.0
    status, body = said(stack.post(PATH, key, otlp(good, {"asDouble": "NaN"}, {"asInt": {}})))
    partial = body["partialSuccess"]
    assert (status, partial["rejectedDataPoints"]) == (200, "2")
    assert "finite" in partial["errorMessage"]


def test_otlp_of_which_nothing_is_taken_is_a_422_with_a_message(stack: World, key: str) -> None:
    status, body = said(stack.post(PATH, key, otlp({"count": "1"}, kind="histogram")))
    assert status == 422
    assert "histogram" in body["message"]
    assert body["error"]["code"] == "invalid_metric"


def test_the_same_name_again_overwrites_itself(stack: World, key: str) -> None:
    table = stack.resources.environ["METRIC_TABLE"]
    payload = {**CPU, "time": now_s()}
    for _ in range(2):
        assert said(stack.post(PATH, key, payload, **{"idempotency-key": "one"}))[0] == 202
    assert len(aws.client("dynamodb").scan(TableName=table)["Items"]) == 1


def test_the_key_may_stand_in_the_path_and_bodies_may_be_compressed(stack: World, key: str) -> None:
    body = gzip.compress(json.dumps(CPU).encode())
    answer = stack.post(f"/k/{key}{PATH}", "", body, **{"content-encoding": "gzip"})
    assert answer["statusCode"] == 202
    assert len(read(stack, "cpu")) == 1


@pytest.mark.parametrize(
    ("payload", "headers", "status", "code"),
    [
        (b"{", {}, 400, "invalid_json"),
        (b'"x"', {}, 422, "invalid_payload"),
        (b"\x0a\x05", {"content-type": "application/x-protobuf"}, 415, "unsupported_media_type"),
        (b"x", {"content-encoding": "br"}, 415, "unsupported_encoding"),
        ([CPU] * 10_001, {}, 413, "too_large"),
    ],
)
def test_refusals_have_the_one_shape_and_a_message(
    stack: World, key: str, payload: Any, headers: dict[str, str], status: int, code: str
) -> None:
    answer = stack.post(PATH, key, payload, **headers)
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["error"]["code"]) == (status, code)
    assert body["message"] == body["error"]["message"]


def test_without_a_key_nothing_is_read(stack: World) -> None:
    status, body = said(stack.post(PATH, "", b"{"))
    assert (status, body["error"]["code"]) == (401, "unauthorized")


def test_points_of_too_many_minutes_are_refused_whole(stack: World, key: str) -> None:
    points = [[now_s() - 60 * minute, 1] for minute in range(600)]
    assert said(stack.post(PATH, key, {"name": "cpu", "points": points}))[0] == 413
    assert read(stack, "cpu") == []


def test_a_table_that_does_not_answer_is_a_503(stack: World, key: str) -> None:
    aws.client("dynamodb").delete_table(TableName="metric-table")
    answer = stack.post(PATH, key, CPU)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")


def test_metrics_have_a_window_of_their_own(stack: World, acme: TenantConfig) -> None:
    key = stack.add_tenant(replace(acme, limits=Limits(metrics=1, webhook=1)))
    answer = stack.post(PATH, key, CPU)
    assert (answer["statusCode"], answer["headers"]["X-RateLimit-Limit"]) == (202, "1")
    status, body = said(stack.post(PATH, key, CPU))
    assert (status, body["backoff"]["scope"]) == (429, "metrics")
    assert stack.post("/v1/alerts/generic", key, {"name": "x"})["statusCode"] == 202


def test_a_push_writes_in_one_call(stack: World, key: str) -> None:
    stack.post(PATH, key, CPU)
    with stack.meter.counting():
        stack.post(PATH, key, [{**CPU, "name": f"m{n}"} for n in range(300)])
    stored = {name: count for name, count in stack.meter.calls.items() if "Write" in name}
    assert stored == {"dynamodb BatchWriteItem": 1}
    assert sum(stack.meter.calls.values()) == 1
