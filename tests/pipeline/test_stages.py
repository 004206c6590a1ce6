"""What the stages do with what cannot go the usual way."""

from typing import Any

import msgspec
import pytest

from tests.builders import T0, config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.config import TenantConfig
from tocsin.domain.dedup import Mark
from tocsin.domain.errors import Conflict, InvalidAlert
from tocsin.pipeline import batch
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.envelope import VERSION, Envelope, decode, seal
from tocsin.pipeline.recent import RecentMarks
from tocsin.providers import registry


def _broken_for(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let workers that start from now on be unable to read the alerts of one host."""
    good = registry.provider("alertmanager")

    def parse(payload: Any, received_at_s: float) -> list[Any]:
        return [
            InvalidAlert("no more") if host in each.labels["instance"] else each
            for each in good.parse(payload, received_at_s)
        ]

    broken = msgspec.structs.replace(good, parse=parse, parse_again=None)
    monkeypatch.setitem(registry._loaded, "alertmanager", broken)


def test_an_alert_that_fails_in_its_message_is_separated_and_its_neighbours_go_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a"), member("bad"), member("c")))
    with monkeypatch.context() as broken:
        _broken_for("bad", broken)
        world.drain()
    assert sorted(world.view()) == ["a.prod.example:9100", "c.prod.example:9100"]
    (letter,) = world.outbox.dead["enrich"]
    assert (letter.error, decode(letter.message.body).select) == ("InvalidAlert", (1,))
    balance = world.balance()
    assert (balance.accepted, balance.delivered, balance.dead_lettered) == (3, 2, 1)
    # Once the code is mended, the redriven letter goes the way of all alerts.
    world.outbox.queues["enrich"].append(letter.message)
    world.drain()
    balance = world.balance()
    assert (balance.accepted, balance.delivered, balance.dead_lettered) == (3, 3, 0)


def test_a_message_of_the_wrong_kind_fails_alone() -> None:
    world = MemoryWorld(config())
    wrong = Envelope(v=VERSION, kind="poke", id="x", tenant="acme", at_s=T0)
    wrong = seal(wrong, b"[]", MemoryBlobs())
    world.send(webhook(member("a")))
    (message,) = world.outbox.take("enrich")
    deliveries = [Delivery("wrong", wrong), Delivery("right", decode(message.body))]
    outcome = world._enrich.handle(deliveries, world.now_s, lambda: True)
    assert list(outcome.failed) == ["wrong"]
    assert len(world.outbox.queues["evaluate"]) == 1


def test_a_tenant_without_configuration_waits_and_harms_no_other() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.pump("enrich")
    (message,) = world.outbox.take("evaluate")
    stranger = msgspec.structs.replace(decode(message.body), tenant="stranger")
    deliveries = [Delivery("stranger", stranger), Delivery("own", decode(message.body))]
    outcome = world._evaluate.handle(deliveries, world.now_s, lambda: True)
    assert list(outcome.failed) == ["stranger"]
    assert "config apply" in outcome.failed["stranger"]
    assert len(world.outbox.queues["notify"]) == 1


def test_what_finds_no_time_left_comes_back_untouched() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    (message,) = world.outbox.take("enrich")
    deliveries = [Delivery("m", decode(message.body))]
    for stage in (world._enrich, world._evaluate):
        outcome = stage.handle(deliveries, world.now_s, lambda: False)
        assert list(outcome.failed) == ["m"]
    assert world.archive.data == {}


def test_notify_without_time_leaves_the_group_to_the_clock() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.pump("enrich")
    world.pump("evaluate")
    (message,) = world.outbox.take("notify")
    outcome = world._notify.handle([Delivery("m", decode(message.body))], "me", lambda: False)
    assert (outcome.failed, outcome.counts) == ({}, {"left_to_tick": 1})
    assert world.receivers.attempted == []
    world.settle()
    assert len(world.receivers.delivered) == 1


def test_evaluators_that_keep_losing_the_race_give_the_message_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.pump("enrich")

    def lose(*_: Any) -> None:
        raise Conflict("somebody was first")

    with monkeypatch.context() as racing:
        racing.setattr(world.groups, "commit", lose)
        world.pump("evaluate")
    assert len(world.outbox.queues["evaluate"]) == 1
    world.drain()
    assert world.balance().delivered == 1


def test_an_alert_that_nobody_repeats_is_resolved_and_told() -> None:
    world = MemoryWorld(config())
    world.send([{"labels": {"alertname": "Up", "instance": "a"}}], "alertmanager-api")
    world.drain()
    world.settle()
    assert world.view() == {"a": "resolved"}


def test_an_alert_that_is_repeated_keeps_firing() -> None:
    world = MemoryWorld(config())
    for _ in range(12):
        world.send([{"labels": {"alertname": "Up", "instance": "a"}}], "alertmanager-api")
        world.drain()
        world.now_s += 60
        world._tick.run(world.now_s)
        world.drain()
    assert world.view() == {"a": "firing"}
    assert len(world.receivers.delivered) == 1
    assert world.balance().duplicate == 11


def test_a_firing_after_its_resolve_is_told_though_a_worker_remembers_the_first() -> None:
    world = MemoryWorld(config())
    for body in (member("a"), resolved("a"), member("a")):
        world.send(webhook(body))
        world.drain()
        world.now_s += 1
    statuses = [alert.status for each in world.receivers.delivered for alert in each.news]
    assert statuses == ["firing", "resolved", "firing"]


def test_the_tenants_own_resolve_timeout_counts() -> None:
    short: TenantConfig = config(resolve_timeout_s=30.0)
    world = MemoryWorld(short)
    world.send([{"labels": {"alertname": "Up", "instance": "a"}}], "alertmanager-api")
    world.drain()
    world.now_s += 31
    world._tick.run(world.now_s)
    world.drain()
    assert world.view() == {"a": "resolved"}


def _mark(key: str) -> Mark:
    return Mark(key=key, says="warning", order_at_s=T0, quiet_until_s=T0, expires_at_s=T0)


def test_memory_forgets_the_oldest_generation_first() -> None:
    recent = RecentMarks(capacity=2)
    for name in ("a", "b", "c", "d"):
        recent.put(_mark(name))
    assert [recent.get(name) is not None for name in ("a", "b", "c", "d")] == [True] * 4
    recent.put(_mark("e"))
    assert [recent.get(name) is not None for name in ("a", "b", "c", "d", "e")] == [
        False,
        False,
        True,
        True,
        True,
    ]


def _severe_tree() -> TenantConfig:
    tree = route("desk", routes=(route("pager", 'severity="critical"'),))
    return config(route=tree, receivers={name: receiver(name) for name in ("desk", "pager")})


def _heard(world: MemoryWorld) -> list[tuple[str, str]]:
    return [
        (each.receiver.name, alert.status)
        for each in world.receivers.delivered
        for alert in each.news
    ]


def test_a_resolve_without_its_severity_finds_the_receiver_that_was_paged() -> None:
    world = MemoryWorld(_severe_tree())
    world.send({"name": "DiskFull", "severity": "critical", "host": "db-1"}, "generic")
    world.drain()
    world.send({"name": "DiskFull", "status": "resolved", "host": "db-1"}, "generic")
    world.drain()
    assert _heard(world) == [("pager", "firing"), ("pager", "resolved")]
    balance = world.balance()
    assert (balance.delivered, balance.pending) == (2, 0)


def test_a_resolve_finds_the_receiver_that_was_told_before_the_routes_changed() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.drain()
    other = config(version=2, route=route("other"), receivers={"other": receiver("other")})
    world.configs.apply(other, "", world.now_s)
    world.send(webhook(resolved("a")))
    world.drain()
    assert _heard(world) == [("oncall", "firing"), ("oncall", "resolved")]
    assert world.balance().is_settled


def test_a_resolve_that_nobody_waits_for_is_suppressed() -> None:
    world = MemoryWorld(_severe_tree())
    world.send({"name": "DiskFull", "status": "resolved", "host": "db-1"}, "generic")
    world.drain()
    assert _heard(world) == []
    assert world.balance().suppressed == {"nothing was firing": 1}


def test_an_alert_that_becomes_critical_reaches_the_pager() -> None:
    world = MemoryWorld(_severe_tree())
    for body in (
        {"name": "Disk", "severity": "warning"},
        {"name": "Disk", "severity": "critical"},
        {"name": "Disk", "status": "resolved"},
    ):
        world.send(body, "generic")
        world.drain()
        world.now_s += 1
    assert _heard(world)[:2] == [("desk", "firing"), ("pager", "firing")]
    assert sorted(_heard(world)[2:]) == [("desk", "resolved"), ("pager", "resolved")]


def test_what_one_tenant_sends_keeps_no_other_from_its_turn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(batch, "PORTION_ALERTS", 3)
    seen: list[tuple[str, int]] = []

    def handle(tenant: str, own: list[Delivery], outcome: Outcome) -> None:
        seen.append((tenant, len(own)))

    def message(name: str, tenant: str, count: int) -> Delivery:
        fields = {"v": VERSION, "kind": "raw", "id": name, "at_s": T0}
        return Delivery(name, Envelope(tenant=tenant, count=count, **fields))  # type: ignore[arg-type]

    loud = [message(f"loud-{index}", "loud", 2) for index in range(3)]
    quiet = [message("quiet", "quiet", 1)]
    time_left = iter([True, True, False, False])
    outcome = batch.each_tenant([*loud, *quiet], handle, lambda: next(time_left))
    assert seen == [("quiet", 1), ("loud", 1)]
    assert list(outcome.failed) == ["loud-1", "loud-2"]
