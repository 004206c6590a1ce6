"""Notify under what other workers, receivers and operators do at the same time."""

from collections.abc import Callable

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.retry import RetryPolicy
from tocsin.ports import Notification


def _up_to_notify(world: MemoryWorld, payload: object) -> None:
    world.send(payload)
    for queue in ("enrich-urgent", "enrich", "evaluate-urgent", "evaluate"):
        world.pump(queue)


def _during_send(world: MemoryWorld, act: Callable[[], None]) -> None:
    """Let something happen once, while the first notification is on its way."""
    send = world.receivers.send

    def interrupted(notification: Notification) -> None:
        world.receivers.send = send  # type: ignore[method-assign]
        act()
        send(notification)

    world.receivers.send = interrupted  # type: ignore[method-assign]


def _said(world: MemoryWorld) -> list[list[str]]:
    return [[alert.status for alert in each.alerts] for each in world.receivers.delivered]


def test_a_page_that_may_have_gone_out_is_closed_when_its_alert_is() -> None:
    world = MemoryWorld(config())
    _up_to_notify(world, webhook(member("a")))
    calls = len(world.fault.calls)
    # acquire, intend, send: the worker dies right after the receiver has it.
    world.fault.at, world.fault.when = calls + 3, "after"
    world.pump("notify")
    assert world.fault.calls[-1] == "receivers.send"
    _up_to_notify(world, webhook(resolved("a")))
    world.settle()
    assert _said(world) == [["firing"], ["firing"], ["resolved"]]
    assert len(world.tellings()) == 2
    assert world.balance().is_settled


def test_a_change_that_comes_while_its_group_is_told_follows_at_once() -> None:
    world = MemoryWorld(config())
    _up_to_notify(world, webhook(member("a")))
    _during_send(world, lambda: _up_to_notify(world, webhook(member("b"))))
    world.pump("notify")
    assert _said(world) == [["firing"], ["firing"]]
    assert set(world.tellings().values()) == {1}
    assert world.balance().delivered == 2


def test_two_workers_on_one_group_tell_once() -> None:
    world = MemoryWorld(config())
    _up_to_notify(world, webhook(member("a")))
    (message,) = world.outbox.queues["notify"]

    def second_worker() -> None:
        world.outbox.queues["notify"].append(message)
        assert world.pump("notify") == 1

    _during_send(world, second_worker)
    world.pump("notify")
    world.settle()
    assert _said(world) == [["firing"]]


def test_a_worker_whose_lease_was_taken_over_writes_nothing() -> None:
    world = MemoryWorld(config())
    _up_to_notify(world, webhook(member("a")))
    (key,) = world.groups.groups

    def take_over() -> None:
        world.now_s += 60
        taken = world.groups.acquire(key, "thief", world.now_s, world.now_s + 45)
        assert taken is not None
        assert taken.intent is not None

    _during_send(world, take_over)
    world.pump("notify")
    assert world.groups.groups[key].told == {}
    world.settle()
    assert world.balance().is_settled


def test_a_failing_receiver_is_tried_again_no_earlier_than_it_asked() -> None:
    world = MemoryWorld(config())
    world.receivers.failures = [Retryable("HTTP 429 from receiver oncall", 300.0)]
    _up_to_notify(world, webhook(member("a")))
    at_s = world.now_s
    world.drain()
    (group,) = world.groups.groups.values()
    assert group.poke_due_at_s is not None
    assert group.poke_due_at_s >= at_s + 300
    assert group.intent is not None
    assert group.intent.attempts == 1
    world.now_s += 301
    world.settle()
    assert [each.attempt for each in world.receivers.attempted] == [1, 2]
    assert len({each.key for each in world.receivers.attempted}) == 1


def test_after_the_last_attempt_the_notification_is_a_dead_letter() -> None:
    world = MemoryWorld(config(), retry=RetryPolicy(attempts=2))
    world.receivers.failures = [Retryable("HTTP 500"), Retryable("HTTP 500")]
    world.send(webhook(member("a")))
    world.drain()
    world.settle()
    assert len(world.receivers.attempted) == 2
    assert [letter.reason for letter in world.outbox.dead["notify"]] == ["HTTP 500"]
    assert world.balance().dead_lettered == 1


def test_a_redriven_dead_letter_is_told_once_however_often_it_is_redriven() -> None:
    world = MemoryWorld(config())
    world.receivers.failures = [Permanent("HTTP 410")]
    world.send(webhook(member("a")))
    world.drain()
    letters = [letter.message for letter in world.outbox.dead["notify"]]
    for _ in range(3):
        world.outbox.queues["notify"].extend(letters)
        world.drain()
    assert _said(world) == [["firing"]]
    assert world.balance().delivered == 1


def test_a_receiver_that_was_removed_still_gets_its_resolve() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.drain()
    world.receivers.failures = [Retryable("HTTP 503")]
    world.send(webhook(resolved("a")))
    world.drain()
    other = config(version=2, route=route("other"), receivers={"other": receiver("other")})
    world.configs.apply(other, "", world.now_s)
    world.settle()
    assert _said(world) == [["firing"], ["resolved"]]
    assert {each.receiver.name for each in world.receivers.delivered} == {"oncall"}


def test_more_alerts_than_a_receiver_takes_at_once_are_told_in_parts() -> None:
    world = MemoryWorld(config(receivers={"oncall": receiver(max_alerts=2)}))
    world.send(webhook(*(member(f"h{index}") for index in range(5))))
    world.drain()
    assert [len(each) for each in _said(world)] == [2, 2, 1]
    assert world.balance().delivered == 5
