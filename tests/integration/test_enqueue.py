"""POST /v2/enqueue: PagerDuty's Events API, with the key in the body and nowhere else."""

import gzip
import json
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain import apikey
from tocsin.domain.compression import decompress
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Retryable
from tocsin.runtime import enqueue

PATH = "/v2/enqueue"


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def event(key: str, action: str = "trigger", **fields: Any) -> dict[str, Any]:
    payload = {"summary": "Disk full", "source": "db-1", "severity": "error"}
    return {
        "routing_key": key,
        "event_action": action,
        "dedup_key": "disk-db-1",
        "payload": payload,
        **fields,
    }


def body_of(answer: dict[str, Any]) -> Any:
    return json.loads(answer["body"])


def archived(stack: World) -> bytes:
    """Return the bodies that the archive holds."""
    s3 = aws.client("s3")
    names = [each["Key"] for each in s3.list_objects_v2(Bucket="archive")["Contents"]]
    found = b""
    for name in names:
        data = s3.get_object(Bucket="archive", Key=name)["Body"].read()
        # A skippable frame with metadata, then the frame of the body (RFC 8878).
        start = 8 + int.from_bytes(data[4:8], "little")
        found += data[:start] + decompress(data[start:], 1 << 20)
    return found


def test_an_event_is_accepted_as_pagerduty_would(
    stack: World, key: str, people: LocalReceiver
) -> None:
    answer = stack.post(PATH, "", event(key))
    expected = {"status": "success", "message": "Event processed", "dedup_key": "disk-db-1"}
    assert (answer["statusCode"], body_of(answer)) == (202, expected)
    stack.drain()
    assert stack.post(PATH, "", event(key, "resolve"))["statusCode"] == 202
    stack.drain()
    assert [each.body["status"] for each in people.arrivals] == ["firing", "resolved"]


def test_the_key_is_not_archived_and_the_rest_is_bit_for_bit(stack: World, key: str) -> None:
    body = json.dumps(event(key), indent=3).encode()
    stack.post(PATH, "", body)
    stack.drain()
    stored = archived(stack)
    assert body.replace(key.encode(), b"test") in stored
    assert key.encode() not in stored


@pytest.mark.parametrize(
    "hidden",
    [
        '{"routing_key": "\\u0074oc_%s", "event_action": "trigger", "payload": {"summary": "x"}}',
        '{"routing_key": "\\u0074oc_%s", "routing_key": "toc_%s", "event_action": "trigger", '
        '"payload": {"summary": "x"}}',
        '{"routing_key": "toc_%s", "event_action": "trigger", "payload": {"summary": "x", '
        '"custom_details": {"key": "toc_%s", "again": "\\u0074oc_%s"}}}',
    ],
)
def test_no_escape_hides_the_key_from_its_removal(stack: World, key: str, hidden: str) -> None:
    body = hidden.replace("%s", key.removeprefix("toc_")).encode()
    assert stack.post(PATH, "", body)["statusCode"] == 202
    stack.drain()
    assert apikey.parse(key).secret.encode() not in archived(stack)


@pytest.mark.parametrize(
    "kept",
    [
        '{"routing_key": "OTHER", "routing_key": "KEY", "event_action": "trigger", '
        '"payload": {"summary": "x"}}',
        '{"routing_key": " KEY", "event_action": "trigger", "payload": {"summary": "x"}}',
        '{"routing_key": "R0", "event_action": "trigger", "payload": {"summary": "x", '
        '"custom_details": {"url": "https://example.com/k/KEY/v1/alerts"}}}',
        '{"routing_key": "R0", "event_action": "trigger", "payload": {"summary": "x", '
        '"custom_details": {"key": "\\u0074oc_CUT"}}}',
    ],
)
def test_whatever_looks_like_a_key_is_replaced_wherever_the_right_one_came(
    stack: World, key: str, kept: str
) -> None:
    other = apikey.generate("test", b"o" * 48)
    text = kept.replace("OTHER", other).replace("KEY", key).replace("CUT", key[4:])
    assert stack.post(PATH, key, text.encode())["statusCode"] == 202
    stack.drain()
    stored = archived(stack)
    secrets = (apikey.parse(key).secret, apikey.parse(other).secret)
    assert not any(secret.encode() in stored for secret in secrets)


def test_without_a_key_in_it_a_body_with_escapes_stays_bit_for_bit(stack: World, key: str) -> None:
    body = json.dumps(event("R0123", payload={"summary": "caf\u00e9", "source": "db"})).encode()
    assert b"\\u00e9" in body
    assert stack.post(PATH, key, body)["statusCode"] == 202
    stack.drain()
    assert body in archived(stack)


@pytest.mark.parametrize("name", ['db "east"', "db\\east", "caf\u00e9", "\\1"])
def test_a_key_of_any_name_is_replaced_by_json(stack: World, key: str, name: str) -> None:
    keys = DynamoKeys(aws.client("dynamodb"), stack.resources.environ["CONTROL_TABLE"])
    stored = keys.find(apikey.parse(key).id)
    assert stored is not None
    keys.put(replace(stored, name=name))
    assert stack.post(PATH, "", event(key))["statusCode"] == 202
    stack.drain()
    assert msgspec.json.encode(name) in archived(stack)


def test_the_key_is_nowhere_in_queues_tables_and_logs(
    stack: World, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = [
        stack.post(PATH, "", event(key)),
        stack.post(PATH, "", event(key, event_action={"routing_key": key})),
        stack.post(PATH, "", event(key, payload=key)),
    ]
    message = stack.resources.receive("enrich", 10)
    stack.resources.release("enrich", message)
    stack.drain()
    dynamodb = aws.client("dynamodb")
    tables = [dynamodb.scan(TableName=name) for name in dynamodb.list_tables()["TableNames"]]
    said = repr((answers, message, tables, capsys.readouterr().out))
    assert apikey.parse(key).secret not in said


def test_an_alert_is_the_same_after_its_senders_key_was_rotated(
    stack: World, key: str, people: LocalReceiver
) -> None:
    new = apikey.generate("test", b"n" * 48)
    presented = apikey.parse(new)
    keys = DynamoKeys(aws.client("dynamodb"), stack.resources.environ["CONTROL_TABLE"])
    old = keys.find(apikey.parse(key).id)
    assert old is not None
    digest = apikey.digest(stack.resources.pepper.encode(), presented.secret)
    keys.put(replace(old, id=presented.id, digest=digest))
    stack.post(PATH, "", event(key))
    stack.drain()
    stack.post(PATH, "", event(new, "resolve"))
    stack.drain()
    assert [each.body["status"] for each in people.arrivals] == ["firing", "resolved"]


def test_the_key_can_stand_in_a_header_or_the_path_too(stack: World, key: str) -> None:
    assert stack.post(PATH, key, event("R0123"))["statusCode"] == 202
    assert stack.post(f"/k/{key}{PATH}", "", event("R0123"))["statusCode"] == 202


@pytest.mark.parametrize("routing_key", ["", "R0123", "toc_nonsense", 5, None, ["toc_"]])
def test_a_wrong_key_is_the_one_answer(stack: World, key: str, routing_key: Any) -> None:
    answer = stack.post(PATH, "", event(key) | {"routing_key": routing_key})
    error = {"code": "unauthorized", "message": "no valid API key", "path": ""}
    assert (answer["statusCode"], body_of(answer)["error"]) == (401, error)


@pytest.mark.parametrize(
    ("payload", "status", "said"),
    [
        (b"{", 400, "not JSON"),
        (b"[]", 401, "no valid API key"),
        ({"event_action": "explode"}, 400, "event_action"),
        ({"payload": {}}, 400, "payload.summary"),
        ({"payload": None}, 400, "payload"),
    ],
)
def test_what_cannot_be_read_is_said_in_pagerdutys_words(
    stack: World, key: str, payload: Any, status: int, said: str
) -> None:
    given = payload if isinstance(payload, bytes) else event(key) | payload
    answer = stack.post(PATH, "", given)
    body = body_of(answer)
    assert (answer["statusCode"], body["status"]) == (status, "invalid event")
    assert said in body["errors"][0]


def test_an_event_is_no_larger_than_pagerduty_takes(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enqueue, "_LIMIT_BYTES", 100)
    assert stack.post(PATH, "", event(key))["statusCode"] == 413


@pytest.mark.parametrize("count", [30_000, 3_000_000])
def test_an_event_is_no_larger_when_it_is_inflated(stack: World, key: str, count: int) -> None:
    packed = gzip.compress(json.dumps(event(key, client="x" * count)).encode())
    assert len(packed) < 10_000
    answer = stack.post(PATH, "", packed, **{"content-encoding": "gzip"})
    assert answer["statusCode"] == (202 if count == 30_000 else 413)


def test_a_queue_that_is_away_is_a_503_that_says_when(
    stack: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise Retryable("away")

    monkeypatch.setattr(SqsOutbox, "send", fail)
    answer = stack.post(PATH, "", event(key))
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (503, "1")
