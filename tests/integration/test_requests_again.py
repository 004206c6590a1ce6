"""Unsigned requests that are sent again under one name: told once, whatever came between."""

import hmac
import json
from typing import Any

import pytest
from msgspec.structs import replace

from cli.localcloud.receiver import LocalReceiver
from tests.integration.world import World
from tocsin.domain.change import KEYED
from tocsin.domain.config import Signature, SigningSecret, TenantConfig
from tocsin.runtime.signing import NAME_LIMIT

FIRING = {"name": "DiskFull", "labels": {"host": "db-1"}}
RESOLVED = {**FIRING, "status": "resolved"}
PATH = "/v1/alerts"


@pytest.fixture
def key(stack: World, acme: TenantConfig) -> str:
    return stack.add_tenant(acme)


def send(stack: World, key: str, payload: Any, path: str = PATH, **headers: str) -> str:
    answer = stack.post(path, key, payload, **headers)
    assert answer["statusCode"] == 202, answer
    stack.drain()
    named: str = json.loads(answer["body"])["id"]
    return named


def told(people: LocalReceiver) -> list[str]:
    return [each.body["status"] for each in people.arrivals]


@pytest.mark.parametrize("header", ["idempotency-key", "webhook-id"])
def test_a_firing_whose_answer_was_lost_does_not_open_again_what_ended(
    stack: World, key: str, people: LocalReceiver, header: str
) -> None:
    first = send(stack, key, FIRING, **{header: "a"})
    send(stack, key, RESOLVED, **{header: "b"})
    assert send(stack, key, FIRING, **{header: "a"}) == first
    assert told(people) == ["firing", "resolved"]
    balance = stack.balance(key)
    assert (balance["accepted"], balance["pending"]) == (2, 0)


def test_an_idempotency_key_lasts_a_day_and_the_name_of_a_webhook_as_long_as_its_group(
    stack: World, key: str
) -> None:
    keyed = send(stack, key, FIRING, **{"idempotency-key": "a"})
    named = send(stack, key, FIRING, **{"webhook-id": "a"})
    both = send(stack, key, FIRING, **{"idempotency-key": "a", "webhook-id": "b"})
    kinds = [each.startswith(KEYED) for each in (keyed, named, both)]
    assert kinds == [True, False, False]


def test_an_end_whose_answer_was_lost_does_not_end_what_fired_since(
    stack: World, key: str, people: LocalReceiver
) -> None:
    for name, payload in (("a", FIRING), ("b", RESOLVED), ("c", FIRING), ("b", RESOLVED)):
        send(stack, key, payload, **{"idempotency-key": name})
    assert told(people) == ["firing", "resolved", "firing"]


def test_another_name_is_another_firing(stack: World, key: str, people: LocalReceiver) -> None:
    for name, payload in (("a", FIRING), ("b", RESOLVED), ("c", FIRING)):
        send(stack, key, payload, **{"idempotency-key": name})
    assert told(people) == ["firing", "resolved", "firing"]


def test_without_a_name_a_firing_that_is_sent_again_opens_again(
    stack: World, key: str, people: LocalReceiver
) -> None:
    for payload in (FIRING, RESOLVED, FIRING):
        send(stack, key, payload)
    assert told(people) == ["firing", "resolved", "firing"]


def test_what_a_name_stands_for_is_one_body_of_one_sender(
    stack: World, key: str, acme: TenantConfig
) -> None:
    other = stack.add_tenant(replace(acme, tenant="other"))
    named = {"idempotency-key": "a"}
    ids = [
        send(stack, key, FIRING, **named),
        send(stack, key, RESOLVED, **named),
        send(stack, key, FIRING, "/v1/alerts/generic", **{"webhook-id": "b"}),
        send(stack, other, FIRING, **named),
    ]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize(
    "name", ["", " ", "a, a", "x" * (NAME_LIMIT + 1), "naïve", "a\tb", "\ud800"],
    ids=["empty", "blank", "twice", "long", "not ASCII", "control", "surrogate"],
)  # fmt: skip
def test_a_name_that_is_none_is_not_listened_to(stack: World, key: str, name: str) -> None:
    ids = {send(stack, key, FIRING, **{"idempotency-key": name}) for _ in range(2)}
    assert len(ids) == 2


def test_a_name_costs_no_call(stack: World, key: str) -> None:
    def calls(**headers: str) -> dict[str, int]:
        stack.meter.reset()
        with stack.meter.counting():
            stack.post(PATH, key, FIRING, **headers)
        return dict(stack.meter.calls)

    calls()
    without = calls()
    assert without
    assert calls(**{"idempotency-key": "a"}) == without


def test_what_is_signed_is_named_by_what_is_signed(stack: World, acme: TenantConfig) -> None:
    secret = SigningSecret(value="secret")
    signature = Signature(provider="generic", scheme="github", secrets=(secret,), required=False)
    key = stack.add_tenant(replace(acme, signatures=(signature,)))
    mac = hmac.new(b"secret", json.dumps(FIRING).encode(), "sha256").hexdigest()
    signed = {"x-hub-signature-256": f"sha256={mac}", "x-github-delivery": "d-1"}
    ids = {send(stack, key, FIRING, **signed, **{"idempotency-key": name}) for name in "ab"}
    assert len(ids) == 1
    unsigned = {send(stack, key, FIRING, **{"idempotency-key": "a"}) for _ in range(2)}
    assert len(unsigned) == 1
    assert unsigned != ids
