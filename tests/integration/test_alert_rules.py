"""Fingerprint and storage rules with the real handlers."""

import json
from base64 import b64decode
from typing import Any

import msgspec
import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.integration.payloads import member, webhook
from tests.integration.world import World
from tests.unit.domain.test_redaction import AWS
from tocsin.adapters import aws
from tocsin.domain.compression import decompress
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Retryable
from tocsin.domain.fingerprint_rules import FingerprintRule, RuleSet
from tocsin.domain.storage_rules import REDACTION_KINDS, Redaction, StorageRule
from tocsin.pipeline.archive import unpack
from tocsin.runtime import ingest

AM = "/v1/alerts/alertmanager"


def archived(stack: World) -> list[bytes]:
    s3, bucket = aws.client("s3"), stack.resources.environ["ARCHIVE_BUCKET"]
    listed = s3.list_objects_v2(Bucket=bucket, Prefix="raw/").get("Contents", ())
    objects = [s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read() for each in listed]
    return [decompress(frame, 10**8) for data in objects for _, frame in unpack(data)]


def secret_alert() -> dict[str, Any]:
    alert = member("db-1")
    alert["labels"]["access_key"] = AWS
    return alert


def test_a_secret_is_nowhere_behind_the_front_door(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    rule = StorageRule(redact=Redaction(kinds=REDACTION_KINDS))
    key = stack.add_tenant(msgspec.structs.replace(acme, storage=(rule,)))
    assert stack.post(AM, key, webhook(secret_alert()))["statusCode"] == 202
    (message,) = stack.resources.receive("enrich", 1)
    stack.resources.release("enrich", [message])
    frame = b64decode(json.loads(message["Body"])["frame"])
    assert AWS.encode() not in decompress(frame, 10**8)
    stack.drain()
    (body,) = archived(stack)
    assert b"[redacted:aws-key:" in body
    told = json.dumps([each.body for each in people.arrivals], default=str)
    assert "[redacted:aws-key:" in told
    assert AWS not in told


def test_without_rules_the_body_is_archived_bit_for_bit(stack: World, acme: TenantConfig) -> None:
    key = stack.add_tenant(acme)
    body = b" " + json.dumps(webhook(secret_alert()), indent=1).encode()
    assert stack.post(AM, key, body)["statusCode"] == 202
    stack.drain()
    assert archived(stack) == [body]


def test_bodies_that_are_not_kept_are_told_and_in_the_books(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(msgspec.structs.replace(acme, storage=(StorageRule(keep_percent=0.0),)))
    assert stack.post(AM, key, webhook(member("db-1")))["statusCode"] == 202
    stack.drain()
    assert archived(stack) == []
    assert len(people.arrivals) == 1
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"], balance["pending"]) == (1, 1, 0)


def test_nothing_is_taken_while_nobody_can_tell_what_must_be_redacted(
    stack: World, acme: TenantConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = stack.add_tenant(acme)

    class Away:
        def current(self, tenant: str) -> TenantConfig | None:
            raise Retryable("the table does not answer")

    parts = msgspec.structs.replace(ingest._parts(), configs=Away())
    monkeypatch.setattr(ingest, "_parts", lambda: parts)
    assert stack.post(AM, key, webhook(member("db-1")))["statusCode"] == 503


def test_a_rule_makes_one_alert_of_two(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    rules = (RuleSet(rules=(FingerprintRule(exclude=("instance",)),)),)
    key = stack.add_tenant(msgspec.structs.replace(acme, fingerprints=rules))
    for host in ("db-1", "db-2"):
        assert stack.post(AM, key, webhook(member(host)))["statusCode"] == 202
        stack.drain()
    assert len(people.arrivals) == 1
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"], balance["duplicate"]) == (2, 1, 1)
