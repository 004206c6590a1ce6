"""The path of an alert through the real handlers and the real adapters."""

import json
from typing import Any

from cli.localcloud.receiver import LocalReceiver
from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.config import TenantConfig

AM = "/v1/alerts/alertmanager"


def _told(people: LocalReceiver) -> list[tuple[str, str]]:
    return [
        (alert["labels"]["instance"].partition(".")[0], alert["status"])
        for arrival in people.arrivals
        for alert in arrival.alerts
    ]


def test_an_accepted_alert_is_told_once(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    answer = stack.post(AM, key, webhook(member("db-1")))
    assert answer["statusCode"] == 202
    body = json.loads(answer["body"])
    assert (body["accepted"], body["rejected"]) == (1, [])
    stack.drain()
    assert _told(people) == [("db-1", "firing")]
    assert people.arrivals[0].key.startswith("toc_")
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"], balance["pending"]) == (1, 1, 0)


def test_duplicates_in_and_across_batches_are_told_no_second_time(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    for _ in range(2):
        stack.post(AM, key, webhook(member("db-1"), member("db-1"), member("db-2")))
        stack.drain()
    assert sorted(_told(people)) == [("db-1", "firing"), ("db-2", "firing")]
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"], balance["duplicate"]) == (6, 2, 4)


def test_the_resolve_follows_and_a_new_episode_is_told_again(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    for body in (member("db-1"), resolved("db-1"), member("db-1", startsAt="2025-11-22T06:00:00Z")):
        stack.post(AM, key, webhook(body))
        stack.drain()
    assert _told(people) == [("db-1", "firing"), ("db-1", "resolved"), ("db-1", "firing")]
    assert len({arrival.key for arrival in people.arrivals}) == 3
    assert stack.balance(key)["delivered"] == 3


def test_a_critical_alert_goes_ahead_of_the_others(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    critical = member("db-9", severity="critical")
    stack.post(AM, key, webhook(member("db-1"), critical, member("db-2")))
    for queue in ("enrich-urgent", "evaluate-urgent", "notify-urgent"):
        assert stack.pump(queue) == 1
    assert _told(people) == [("db-9", "firing")]
    stack.drain()
    # What fires already stands beside what is new.
    assert set(_told(people)) == {("db-1", "firing"), ("db-2", "firing"), ("db-9", "firing")}
    assert len({arrival.key for arrival in people.arrivals}) == len(people.arrivals)
    balance = stack.balance(key)
    assert (balance["accepted"], balance["delivered"]) == (3, 3)


def test_equal_labels_in_two_tenants_are_two_alerts(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    other = config("globex", receivers={"oncall": receiver(url=f"{people.url}/webhook/globex")})
    keys = [stack.add_tenant(acme), stack.add_tenant(other)]
    for key in keys:
        stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    assert sorted(arrival.path for arrival in people.arrivals) == ["/webhook", "/webhook/globex"]
    assert [stack.balance(key)["delivered"] for key in keys] == [1, 1]


def test_a_bad_alert_is_reported_by_index_and_the_good_ones_go_on(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    answer = stack.post(AM, key, webhook(member("db-1"), {"status": "firing"}, member("db-2")))
    body = json.loads(answer["body"])
    assert (answer["statusCode"], body["accepted"]) == (202, 2)
    assert [each["index"] for each in body["rejected"]] == [1]
    stack.drain()
    assert len(_told(people)) == 2
    assert stack.balance(key)["accepted"] == 2


def test_a_message_that_nobody_can_read_ends_as_a_dead_letter_and_harms_no_other(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    queue = stack.resources.queues["enrich"]
    aws.client("sqs").send_message(QueueUrl=queue, MessageBody="not an envelope")
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    assert _told(people) == [("db-1", "firing")]
    letters = stack.resources.letters("enrich")
    assert [letter["Body"] for letter in letters] == ["not an envelope"]


def test_a_receiver_that_fails_for_a_while_gets_the_same_notification_later(
    stack: World, people: LocalReceiver, acme: TenantConfig, monkeypatch: Any
) -> None:
    key = stack.add_tenant(acme)
    people.answer(503, 429)
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    assert stack.balance(key)["pending"] == 1
    for minutes in (2, 4):
        _later(monkeypatch, minutes * 60)
        stack.tick()
        stack.drain()
    assert [arrival.status for arrival in people.arrivals] == [503, 429, 200]
    assert len({arrival.key for arrival in people.arrivals}) == 1
    assert stack.balance(key)["delivered"] == 1


def test_what_a_receiver_refuses_for_good_is_a_dead_letter_that_can_be_redriven(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    key = stack.add_tenant(acme)
    people.answer(404)
    stack.post(AM, key, webhook(member("db-1")))
    stack.drain()
    assert stack.balance(key)["dead_lettered"] == 1
    (letter,) = stack.resources.letters("notify")
    assert letter["MessageAttributes"]["reason"]["StringValue"] == "HTTP 404 from receiver oncall"
    queue = stack.resources.queues["notify"]
    for _ in range(2):
        aws.client("sqs").send_message(QueueUrl=queue, MessageBody=letter["Body"])
        stack.drain()
    assert [arrival.status for arrival in people.arrivals] == [404, 200]
    assert stack.balance(key)["delivered"] == 1


def test_an_alert_that_prometheus_stops_repeating_is_resolved_by_the_clock(
    stack: World, people: LocalReceiver, acme: TenantConfig, monkeypatch: Any
) -> None:
    key = stack.add_tenant(acme)
    answer = stack.post("/api/v2/alerts", key, [{"labels": {"alertname": "Up", "instance": "a.b"}}])
    assert (answer["statusCode"], answer["body"]) == (200, "")
    stack.drain()
    _later(monkeypatch, 301)
    stack.tick()
    stack.drain()
    assert _told(people) == [("a", "firing"), ("a", "resolved")]


def test_every_body_comes_back_from_the_archive_bit_for_bit(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    from tocsin.domain.compression import decompress
    from tocsin.pipeline.archive import unpack

    key = stack.add_tenant(acme)
    bodies = [
        json.dumps(webhook(member(f"db-{index}"), member("x", severity="critical")), indent=2)
        for index in range(3)
    ]
    for body in bodies:
        stack.post(AM, key, body.encode())
    stack.drain()
    s3 = aws.client("s3")
    restored = []
    for item in s3.list_objects_v2(Bucket="archive", Prefix="raw/tenant=acme/")["Contents"]:
        data = s3.get_object(Bucket="archive", Key=item["Key"])["Body"].read()
        restored += [decompress(frame, 10**7).decode() for _, frame in unpack(data)]
    assert sorted(restored) == sorted(bodies)


def test_a_body_too_long_for_a_message_travels_by_claim_check(
    stack: World, people: LocalReceiver, acme: TenantConfig
) -> None:
    import random

    key = stack.add_tenant(acme)
    noise = random.Random(7)
    alerts = [
        member(f"db-{index}", annotations={"dump": noise.randbytes(1500).hex()})
        for index in range(250)
    ]
    assert stack.post(AM, key, webhook(*alerts))["statusCode"] == 202
    claims = aws.client("s3").list_objects_v2(Bucket="archive", Prefix="claims/tenant=acme/")
    assert claims["KeyCount"] == 1
    stack.drain()
    assert len(_told(people)) == 250
    assert stack.balance(key)["delivered"] == 250


def test_two_receivers_of_one_alert_are_both_told(stack: World, people: LocalReceiver) -> None:
    tree = route(routes=(route("audit", 'severity="critical"', continues=True), route("oncall")))
    receivers = {
        "oncall": receiver(url=f"{people.url}/webhook"),
        "audit": receiver("audit", url=f"{people.url}/slack", kind="slack"),
    }
    key = stack.add_tenant(config(route=tree, receivers=receivers))
    stack.post(AM, key, webhook(member("db-1", severity="critical")))
    stack.drain()
    assert sorted(arrival.path for arrival in people.arrivals) == ["/slack", "/webhook"]
    assert stack.balance(key)["delivered"] == 1


def _later(monkeypatch: Any, seconds: float) -> None:
    """Move the clock that every handler reads."""
    from time import time

    from tocsin.runtime import enrich, evaluate, notify, tick

    for module in (enrich, evaluate, notify, tick):
        monkeypatch.setattr(module, "now_s", lambda: time() + seconds)
    notify._notify.cache_clear()
