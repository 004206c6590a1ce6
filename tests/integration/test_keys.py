"""API keys through the real handlers: who may send, what a refusal says, and what a use costs."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.dynamodb.seen import DynamoSeen
from tocsin.domain import apikey
from tocsin.domain.config import TenantConfig
from tocsin.ports import ApiKey
from tocsin.runtime import ingest

ALERT = {"name": "Disk full"}


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def keys(stack: World) -> DynamoKeys:
    return DynamoKeys(aws.client("dynamodb"), stack.resources.environ["CONTROL_TABLE"])


def change(stack: World, text: str, **fields: Any) -> ApiKey:
    store = keys(stack)
    found = store.find(apikey.parse(text).id)
    assert found is not None
    changed = replace(found, **fields)
    store.put(changed)
    return changed


def test_every_wrong_key_gets_the_very_same_answer(
    stack: World, key: str, acme: TenantConfig
) -> None:
    revoked = stack.add_tenant(replace(acme, tenant="revoked"))
    change(stack, revoked, revoked_at_s=1.0)
    expired = stack.add_tenant(replace(acme, tenant="expired"))
    change(stack, expired, expires_at_s=1.0)
    unknown = apikey.generate("test", b"u" * 48)
    forged = apikey.generate("test", (b"acme" * 48)[:16] + bytes(32))
    wrong = ["", "nonsense", key[:-1], f"{key}, {key}", unknown, forged, revoked, expired]
    answers = [stack.post("/v1/alerts", text, ALERT) for text in wrong]
    answers += [stack.post(f"/k/{text}/v1/alerts", "", ALERT) for text in wrong[1:]]
    assert all(answer == answers[0] for answer in answers)
    assert answers[0]["statusCode"] == 401


def test_a_key_that_has_not_expired_yet_is_good(stack: World, key: str) -> None:
    change(stack, key, expires_at_s=1e12)
    assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 202


def test_a_header_that_came_twice_is_refused_though_both_are_right(stack: World, key: str) -> None:
    event = stack._event("POST", "/v1/alerts", {"x-api-key": key}, json.dumps(ALERT).encode())
    for many in ({"x-api-key": [key, key]}, {"X-Api-Key": [key], "x-api-key": [key]}):
        answer = stack._call(ingest.handler, {**event, "multiValueHeaders": many})
        assert answer["statusCode"] == 401
    assert stack._call(ingest.handler, event)["statusCode"] == 202


def test_an_admin_key_may_not_send_by_that_alone(stack: World, key: str) -> None:
    change(stack, key, scopes=("admin",))
    assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 403


def test_an_unsigned_request_of_a_known_sender_costs_one_call(stack: World, key: str) -> None:
    stack.post("/v1/alerts", key, ALERT)
    with stack.meter.counting():
        for _ in range(5):
            stack.post("/v1/alerts", key, ALERT)
    assert dict(stack.meter.calls) == {"sqs SendMessage": 5}


def test_a_key_is_stamped_once_an_hour_by_a_process(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = DynamoSeen(aws.client("dynamodb"), stack.resources.environ["SEEN_TABLE"])
    key_id = apikey.parse(key).id
    for at_s, stamped_s in ((1000.0, 1000.0), (4599.0, 1000.0), (4600.0, 4600.0)):
        monkeypatch.setattr(ingest, "now_s", lambda at_s=at_s: at_s)
        stack.post("/v1/alerts", key, ALERT)
        assert seen.stamps("acme") == {key_id: stamped_s}


def test_a_question_is_a_use_too(stack: World, key: str) -> None:
    stack.get("/v1/stats/overview", key)
    seen = DynamoSeen(aws.client("dynamodb"), stack.resources.environ["SEEN_TABLE"])
    assert list(seen.stamps("acme")) == [apikey.parse(key).id]


def test_a_stamp_that_fails_costs_nobody_an_alert(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEEN_TABLE", "gone")
    assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 202
    assert stack.post("/v1/alerts", key, ALERT)["statusCode"] == 202
    stack.strict.refusals.clear()
