"""What senders are told about limits, and what becomes of their alerts."""

import json
import re
from typing import Any

import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.limits import Bucket, Limits

ALERT = {"name": "DiskFull", "host": "db-1"}
AM = "/v1/alerts/alertmanager"
FIELDS = {
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
}


def _key(stack: World, tenant: str = "acme", **limits: Any) -> str:
    return stack.add_tenant(config(tenant, limits=Limits(**limits)))


def _shown(answer: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in answer["headers"].items() if name in FIELDS}


def _statuses(stack: World, key: str, path: str, payload: Any, times: int) -> list[int]:
    return [stack.post(path, key, payload)["statusCode"] for _ in range(times)]


def test_every_answer_says_what_is_left(stack: World) -> None:
    key = _key(stack, alerts=5)
    answers = [stack.post("/v1/alerts", key, payload) for payload in (ALERT, b"{", "no alert")]
    assert [answer["statusCode"] for answer in answers] == [202, 400, 422]
    assert [answer["headers"]["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2"]
    shown = _shown(answers[0])
    assert shown.keys() == FIELDS
    assert shown["X-RateLimit-Limit"] == "5"
    assert shown["RateLimit-Policy"] == '"alerts";q=5;w=60'
    assert shown["RateLimit"] == '"alerts";r=4;t=60'
    assert shown["X-RateLimit-Reset"] == "60"


def test_an_answer_about_a_queue_that_is_away_says_it_too(stack: World) -> None:
    key = _key(stack)
    aws.client("sqs").delete_queue(QueueUrl=stack.resources.queues["enrich"])
    answer = stack.post("/v1/alerts", key, ALERT)
    assert answer["statusCode"] == 503
    assert _shown(answer).keys() == FIELDS


def test_strangers_are_told_nothing(stack: World) -> None:
    assert _shown(stack.post("/v1/alerts", "", ALERT)) == {}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{", 400),
        ({}, b" " * (512 * 1024 + 1), 413),
        ({"content-encoding": "br"}, b"{}", 415),
        ({"content-encoding": "gzip"}, b"\x1f\x8b", 400),
    ],
)
def test_what_is_refused_before_the_limits_are_asked_does_not_count(
    stack: World, headers: dict[str, str], body: bytes, status: int
) -> None:
    key = _key(stack, webhook=1)
    answer = stack.post("/v2/enqueue", key, body, **headers)
    assert (answer["statusCode"], _shown(answer)) == (status, {})
    assert _statuses(stack, key, AM, webhook(member("db")), 2) == [202, 429]


def test_a_request_above_the_limit_is_told_when_to_come_back(stack: World) -> None:
    key = _key(stack, alerts=2)
    _statuses(stack, key, "/v1/alerts", ALERT, 2)
    answer = stack.post("/v1/alerts", key, ALERT)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 429
    assert body["error"]["code"] == "rate_limited"
    assert "2 requests in 60 s" in body["error"]["message"]
    wait_s = int(answer["headers"]["Retry-After"])
    assert 0 < wait_s <= 60
    assert body["backoff"] == {
        "retry_after_s": wait_s,
        "scope": "alerts",
        "limit": 2,
        "window_s": 60,
    }
    assert answer["headers"]["RateLimit"] == f'"alerts";r=0;t={wait_s}'
    assert answer["headers"]["X-RateLimit-Remaining"] == "0"


def test_alertmanagers_clients_are_told_in_its_own_way(stack: World) -> None:
    key = _key(stack, alerts=1)
    payload = [{"labels": {"alertname": "Up"}}]
    assert stack.post("/api/v2/alerts", key, payload)["statusCode"] == 200
    answer = stack.post("/api/v2/alerts", key, payload)
    assert answer["statusCode"] == 429
    assert re.fullmatch(r"more than 1 requests in 60 s .* send again in \d+ s", _text(answer))
    assert int(answer["headers"]["Retry-After"]) > 0
    assert _shown(answer).keys() == FIELDS


def test_pagerdutys_clients_are_told_in_its_own_way(stack: World) -> None:
    key = _key(stack, webhook=1)
    event = {
        "routing_key": key,
        "event_action": "trigger",
        "payload": {"summary": "Disk full", "source": "db-1", "severity": "warning"},
    }
    first, second = (stack.post("/v2/enqueue", "", event) for _ in range(2))
    assert (first["statusCode"], second["statusCode"]) == (202, 429)
    body = json.loads(second["body"])
    assert (body["status"], body["error"]["code"]) == ("throttle exceeded", "rate_limited")
    assert second["headers"]["Retry-After"] == str(body["backoff"]["retry_after_s"])
    assert _shown(second).keys() == FIELDS


def _text(answer: dict[str, Any]) -> str:
    text = json.loads(answer["body"])
    assert isinstance(text, str)
    return text


def test_nothing_of_a_request_that_was_refused_is_queued(
    stack: World, people: LocalReceiver
) -> None:
    key = _key(stack, alerts=1)
    _statuses(stack, key, "/v1/alerts", ALERT, 3)
    assert stack.pump("enrich") == 1


def test_the_two_classes_of_routes_are_counted_apart(stack: World) -> None:
    key = _key(stack, alerts=2, webhook=1)
    payload = webhook(member("db-1"))
    assert _statuses(stack, key, "/v1/alerts", ALERT, 1) == [202]
    assert _statuses(stack, key, AM, payload, 2) == [202, 429]
    assert _statuses(stack, key, f"/k/{key}{AM}", payload, 1) == [429]
    assert _statuses(stack, key, "/api/v2/alerts", [], 2) == [200, 429]


def test_tenants_do_not_share_a_limit(stack: World) -> None:
    acme, globex = _key(stack, alerts=1), _key(stack, "globex", alerts=1)
    assert _statuses(stack, acme, "/v1/alerts", ALERT, 2) == [202, 429]
    assert _statuses(stack, globex, "/v1/alerts", ALERT, 1) == [202]


def test_a_provider_has_a_bucket_of_its_own(stack: World) -> None:
    key = _key(stack, providers={"alertmanager": Bucket(rate_per_s=1, burst=2)})
    payload = webhook(member("db-1"))
    answers = [stack.post(AM, key, payload) for _ in range(3)]
    assert [answer["statusCode"] for answer in answers] == [202, 202, 429]
    assert answers[0]["headers"]["RateLimit-Policy"] == '"webhook";q=200;w=60, "provider";q=2;w=2'
    assert answers[2]["headers"]["Retry-After"] == "1"
    assert json.loads(answers[2]["body"])["backoff"]["scope"] == "provider:alertmanager"
    assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 202


def test_names_that_senders_make_up_share_one_bucket(stack: World) -> None:
    key = _key(stack, providers={"default": Bucket(rate_per_s=1, burst=2)})
    names = ("nagioss", "x" * 5000, "y")
    assert [stack.post(f"/v1/alerts/{name}", key, {})["statusCode"] for name in names] == [
        404,
        404,
        429,
    ]


def test_a_tenant_without_limits_is_told_of_none(stack: World) -> None:
    key = _key(stack, alerts=0)
    assert set(_statuses(stack, key, "/v1/alerts", ALERT, 150)) == {202}
    assert _shown(stack.post("/v1/alerts", key, ALERT)) == {}


def test_who_is_refused_is_counted(stack: World, capsys: pytest.CaptureFixture[str]) -> None:
    key = _key(stack, alerts=1)
    _statuses(stack, key, "/v1/alerts", ALERT, 2)
    first, second = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert (first["limiter_local"], first["accepted"]) == ([1.0], [1.0])
    assert second["rate_limited"] == [1.0]
    assert "accepted" not in second


def test_providers_are_counted_apart_and_so_are_their_duplicates(
    stack: World, people: LocalReceiver, capsys: pytest.CaptureFixture[str]
) -> None:
    key = _key(stack)
    for _ in range(2):
        stack.post(AM, key, webhook(member("db-1"), member("db-2")))
    stack.post("/v1/alerts", key, ALERT)
    capsys.readouterr()
    stack.pump("enrich")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    counted = {line["provider"]: line["provider_duplicates"] for line in lines}
    assert counted == {"alertmanager": 2, "generic": 0}
    stack.drain()
    assert stack.balance(key)["providers"] == {
        "alertmanager": {"accepted": 4, "duplicate": 2},
        "generic": {"accepted": 1, "duplicate": 0},
    }
