"""Storage rules through the stages: what is stored, and that every alert still arrives."""

import json
from hashlib import sha512
from typing import Any

import orjson
import pytest

from tests.builders import config
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.unit.domain.test_redaction import AWS, SLACK
from tocsin.domain.compression import decompress
from tocsin.domain.errors import TooLarge
from tocsin.domain.fingerprint_rules import FingerprintRule, RuleSet
from tocsin.domain.redaction import tenant_key
from tocsin.domain.storage_rules import REDACTION_KINDS, Redaction, StorageRule
from tocsin.pipeline import storing
from tocsin.pipeline.archive import unpack
from tocsin.pipeline.storing import Stored, as_stored
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import provider
from tocsin.runtime import storing as ingest_storing

SECRETS = StorageRule(redact=Redaction(kinds=REDACTION_KINDS))


def stored(
    payload: Any,
    *rules: StorageRule,
    name: str = "alertmanager",
    fingerprints: tuple[RuleSet, ...] = (),
) -> Stored:
    key = tenant_key(b"pepper", "acme")
    return as_stored(rules, key, provider(name), orjson.dumps(payload), START_S, fingerprints)


def archived(world: MemoryWorld) -> list[bytes]:
    return [
        decompress(frame, 10**8)
        for data in world.archive.data.values()
        for _, frame in unpack(data)
    ]


def test_a_rule_of_another_provider_leaves_the_body_bit_for_bit() -> None:
    payload = webhook(member(AWS))
    other = StorageRule(provider="datadog", redact=Redaction(kinds=REDACTION_KINDS))
    assert stored(payload, other).body == orjson.dumps(payload)
    assert stored(webhook(member("db")), SECRETS).body == orjson.dumps(webhook(member("db")))


# Tracing would double the time, and other tests go through nearly all of these lines.
@pytest.mark.no_cover
def test_no_secret_reaches_a_queue_a_claim_the_archive_or_a_receiver() -> None:
    world = MemoryWorld(config())
    alert = member("db-1", annotations={"summary": f"token {SLACK}", "pad": "x" * 400})
    alert["labels"]["access_key"] = AWS
    # Nothing that compresses well, so that it travels as a claim.
    noise = [sha512(str(number).encode()).hexdigest() for number in range(6000)]
    big = webhook(alert, *(member(f"h{text}", summary=text) for text in noise))
    for payload in (webhook(alert), big):
        world.send(stored(payload, SECRETS).body)
    world.pump("enrich")
    world.drain()
    claims = [decompress(data, 10**8) for data in world.blobs.data.values()]
    assert claims
    told = [repr(each).encode() for each in world.receivers.delivered]
    everything = b"".join([*archived(world), *claims, *told])
    assert b"[redacted:slack-token:" in everything
    assert AWS.encode() not in everything
    assert SLACK.encode() not in everything


@pytest.mark.parametrize(
    "body",
    [
        f"Status=Down&Name=x&Tags={AWS}&Tags=none",
        f"Status=Down&Name=x&Tags=%41{AWS[1:]}&Tags=none",
    ],
)
def test_a_secret_in_a_field_of_a_form_that_comes_again_is_not_stored(body: str) -> None:
    source = provider("statuscake")
    given = body.encode()
    found = as_stored((SECRETS,), tenant_key(b"pepper", "acme"), source, given, START_S, ())
    assert AWS.encode() not in found.body
    assert AWS.encode()[1:] not in found.body
    assert payload_of(source, found.body) == found.payload == payload_of(source, given)


def test_secrets_in_labels_stay_apart_and_join_their_resolve() -> None:
    world = MemoryWorld(config())
    for keys, end in (((AWS, AWS[:-1] + "Z"), False), ((AWS,), True)):
        alerts = [resolved("db") if end else member("db") for _ in keys]
        for alert, key in zip(alerts, keys, strict=True):
            alert["labels"]["access_key"] = key
        world.send(stored(webhook(*alerts), SECRETS).body)
        world.drain()
    (group,) = world.groups.groups.values()
    assert sorted(each.status for each in group.members.values()) == ["firing", "resolved"]


@pytest.mark.parametrize(("percent", "count"), [(0.0, 0), (100.0, 40)])
def test_bodies_that_are_not_kept_change_nothing_but_the_archive(
    percent: float, count: int
) -> None:
    world = MemoryWorld(config(storage=(StorageRule(keep_percent=percent),)))
    for number in range(40):
        world.send(webhook(member(f"db-{number}")))
    world.drain()
    world.settle()
    assert len(archived(world)) == count
    assert world.balance().delivered == 40
    assert world.balance().is_settled


def test_a_sample_of_the_requests_is_archived() -> None:
    world = MemoryWorld(config(storage=(StorageRule(keep_percent=50.0),)))
    for number in range(40):
        world.send(webhook(member(f"db-{number}")))
    world.drain()
    assert 8 <= len(archived(world)) <= 32


def test_fields_are_left_out_where_the_alerts_stay_what_they_are() -> None:
    rule = StorageRule(drop_fields=("alerts[*].annotations.description", "externalURL"))
    found = stored(webhook(member("a"), member("b")), rule)
    assert not found.kept_whole
    assert b"99th percentile" not in found.body
    assert found.payload == json.loads(found.body)


@pytest.mark.parametrize(
    "rule",
    [
        StorageRule(drop_fields=("alerts",)),
        StorageRule(drop_fields=("alerts[*].labels.instance",)),
        StorageRule(drop_fields=("alerts[*].startsAt",)),
        StorageRule(drop_fields=("alerts[0]",)),
        StorageRule(keep_fields=("alerts[*].annotations",)),
    ],
)
def test_fields_that_alerts_need_are_kept_whatever_the_rule_says(rule: StorageRule) -> None:
    payload = webhook(member("a"), member("b"))
    found = stored(payload, rule)
    assert (found.kept_whole, found.body) == (True, orjson.dumps(payload))
    assert found.payload == payload


def test_what_is_read_is_left_as_it_came_before_fields_are_taken_out() -> None:
    long = member("a", annotations={"runbook": "x" * 20_000})
    found = stored(webhook(long), StorageRule(drop_fields=("externalURL",)))
    assert b"x" * 20_000 in found.body


@pytest.mark.parametrize(
    "rule",
    [Redaction(fields=("pad",)), Redaction(patterns=("a{9}",))],
    ids=["a field", "patterns"],
)
def test_a_body_that_grows_above_what_enrich_reads_is_refused(
    rule: Redaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    payload = {**webhook(member("a")), "pad": ["a" * 9] * 1000}
    size_bytes = len(orjson.dumps(payload))
    monkeypatch.setattr(storing, "FRAME_LIMIT_BYTES", size_bytes)
    with pytest.raises(TooLarge):
        stored(payload, StorageRule(redact=rule))
    monkeypatch.setattr(storing, "FRAME_LIMIT_BYTES", 5 * size_bytes)
    assert len(stored(payload, StorageRule(redact=rule)).body) > size_bytes


ADDING = (FingerprintRule(add=("annotations.queue", "payload.alerts[*].meta.shard")),)
NARROW = RuleSet(rules=ADDING, from_s=0.0)
COMING = RuleSet(rules=ADDING, from_s=START_S + 60)


def tagged(host: str, tag: str) -> dict[str, Any]:
    alert = member(host)
    alert["annotations"]["queue"] = tag
    return {**alert, "meta": {"shard": tag, "noise": "y"}}


@pytest.mark.parametrize("sets", [(NARROW,), (COMING, RuleSet()), (RuleSet(from_s=1.0), NARROW)])
@pytest.mark.parametrize(
    "rule",
    [
        StorageRule(drop_fields=("alerts[*].annotations",)),
        StorageRule(drop_fields=("alerts[*].meta",)),
        StorageRule(keep_fields=("status", "alerts[*].labels", "alerts[*].startsAt")),
    ],
)
def test_fields_that_a_fingerprint_rule_adds_are_kept_under_every_set_that_is_known(
    rule: StorageRule, sets: tuple[RuleSet, ...]
) -> None:
    payload = webhook(*(tagged("a", q) for q in "xy"))
    found = stored(payload, rule, fingerprints=sets)
    assert (found.kept_whole, found.body) == (True, orjson.dumps(payload))


def test_a_fingerprint_rule_that_adds_other_fields_keeps_nothing_whole() -> None:
    payload = webhook(tagged("a", "x"))
    rule = StorageRule(drop_fields=("alerts[*].meta.noise", "externalURL"))
    other = RuleSet(rules=(FingerprintRule(provider="datadog", add=("payload.alerts",)),))
    found = stored(payload, rule, fingerprints=(NARROW, other))
    assert not found.kept_whole
    assert b"noise" not in found.body


def test_what_no_provider_understands_is_refused_as_without_rules() -> None:
    found = stored({"alerts": 7}, StorageRule(drop_fields=("x",)))
    assert found.body == b'{"alerts":7}'


def test_ingest_asks_the_tenants_rules_and_takes_the_body_as_it_is_without() -> None:
    def after(body: bytes, **fields: Any) -> tuple[bytes, Any]:
        configs, source = MemoryWorld(config(**fields)).configs, provider("alertmanager")
        return ingest_storing.as_stored("acme", source, body, START_S, configs, lambda: b"pepper")

    given = orjson.dumps(webhook(member(AWS)))
    body, payload = after(given)
    assert body is given
    assert payload == orjson.loads(given)
    light = StorageRule(drop_fields=("alerts[*].annotations",))
    queued = orjson.dumps(webhook(tagged("a", "x")))
    assert after(queued, storage=(light,), fingerprints=(NARROW,))[0] == queued
    body, payload = after(given, storage=(SECRETS,))
    assert AWS.encode() not in body
    assert AWS not in str(payload)
