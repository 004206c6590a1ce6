"""Notify under what other workers, receivers and operators do at the same time."""

from collections.abc import Callable

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.group import Thread
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.retry import RetryPolicy
from tocsin.ports import Notification


def _up_to_notify(world: MemoryWorld, payload: object) -> None:
    world.send(payload)
    for queue in ("enrich-urgent", "enrich", "evaluate-urgent", "evaluate"):
        world.pump(queue)


def _during_send(world: MemoryWorld, act: Callable[[], None]) -> None:
    """Let something happen once, while the first notification is on its way."""
    send = world.receivers.send

    def interrupted(notification: Notification) -> str:
        world.receivers.send = send  # type: ignore[method-assign]
        act()
        return send(notification)

    world.receivers.send = interrupted  # type: ignore[method-assign]


def _refuse_alerts_named(world: MemoryWorld, name: str) -> None:
    send = world.receivers.send

    def picky(notification: Notification) -> str:
        if notification.alerts[0].name == name:
            world.receivers.failures = [Retryable("HTTP 500")]
        return send(notification)

    world.receivers.send = picky  # type: ignore[method-assign]


def _attempts_at(world: MemoryWorld, name: str) -> list[Notification]:
    return [each for each in world.receivers.attempted if each.alerts[0].name == name]


def _deliveries(world: MemoryWorld) -> list[DeliveryRecord]:
    records = world.journal.read("acme", 0.0, world.now_s + 3600)
    return [each for each in records if isinstance(each, DeliveryRecord)]


def _said(world: MemoryWorld) -> list[list[str]]:
    return [[alert.status for alert in each.news] for each in world.receivers.delivered]


def test_a_page_that_may_have_gone_out_is_closed_when_its_alert_is() -> None:
    world = MemoryWorld(config())
    _up_to_notify(world, webhook(member("a")))
    calls = len(world.fault.calls)
    # acquire, intend, breaker, send: the worker dies right after the receiver has it.
    world.fault.at, world.fault.when = calls + 4, "after"
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
    assert group.intent is not None
    assert group.intent.not_before_s >= at_s + 300
    assert group.intent.attempts == 1
    world.now_s += 301
    world.settle()
    assert [each.attempt for each in world.receivers.attempted] == [1, 2]
    assert len({each.key for each in world.receivers.attempted}) == 1


def test_what_fails_while_others_arrive_is_a_dead_letter_after_its_last_attempt() -> None:
    by_name = route(group_by=("alertname",))
    thrice = receiver(retry=RetryPolicy(attempts=3))
    world = MemoryWorld(config(route=by_name, receivers={"oncall": thrice}))
    _refuse_alerts_named(world, "Poison")
    world.send(webhook(member("a", name="Poison")))
    world.drain()
    for index in range(3):
        world.now_s += 30
        world.send(webhook(member("a", name=f"Good{index}")))
        world.drain()
        world.now_s += 31
        world._tick.run(world.now_s)
        world.drain()
    assert [each.attempt for each in _attempts_at(world, "Poison")] == [1, 2, 3]
    assert [letter.reason for letter in world.outbox.dead["notify"]] == ["HTTP 500"]
    assert (world.balance().dead_lettered, world.balance().delivered) == (1, 3)


def test_a_page_outlives_an_outage_of_its_receiver() -> None:
    world = MemoryWorld(config())
    world.receivers.failures = [Retryable("HTTP 503")] * 8
    world.send(webhook(member("a")))
    world.drain()
    for _ in range(6):
        world.settle()
    assert _said(world) == [["firing"]]
    assert not world.outbox.dead["notify"]
    assert len(world.receivers.attempted) == 9
    assert world.balance().delivered == 1


def test_a_page_that_nobody_takes_for_hours_is_a_dead_letter() -> None:
    impatient = receiver(retry=RetryPolicy(give_up_after_s=3600.0))
    world = MemoryWorld(config(receivers={"oncall": impatient}))
    world.receivers.failures = [Retryable("HTTP 503")] * 100
    world.send(webhook(member("a")))
    world.drain()
    began_at_s = world.now_s
    while not world.outbox.dead["notify"]:
        world.settle()
    assert 3600 < world.now_s - began_at_s < 3600 + 700
    assert world.balance().dead_lettered == 1


def test_waiting_for_a_broken_receiver_leaves_no_record_and_calls_nobody() -> None:
    world = MemoryWorld(config(route=route(group_by=("alertname",))))
    world.receivers.failures = [Retryable("HTTP 503")] * 5
    for index in range(7):
        world.send(webhook(member("a", name=f"Disk{index}")))
        world.drain()
    assert len(world.receivers.attempted) == 5
    failed = [each for each in _deliveries(world) if each.outcome == "failed"]
    assert len(failed) == 5
    world.settle()
    assert world.balance().delivered == 7
    assert set(world.tellings().values()) == {1}


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


class TestThreads:
    def test_what_follows_a_page_belongs_under_it(self) -> None:
        world = MemoryWorld(config(route=route(group_by=("job",))))
        world.receivers.names = True
        for payload in (webhook(member("a")), webhook(member("b")), webhook(resolved("a"))):
            world.send(payload)
            world.settle()
        first, *others = world.receivers.delivered
        assert first.thread is None
        assert [each.thread for each in others] == [Thread(first.key, "message-1")] * 2

    def test_a_thread_ends_when_all_that_fired_is_over(self) -> None:
        world = MemoryWorld(config())
        world.receivers.names = True
        for payload in (webhook(member("a")), webhook(resolved("a")), webhook(member("a"))):
            world.send(payload)
            world.settle()
            world.now_s += 60.0
        opening, end, anew = world.receivers.delivered
        assert end.thread == Thread(opening.key, "message-1")
        assert anew.thread is None

    def test_the_books_know_what_the_receiver_calls_it(self) -> None:
        world = MemoryWorld(config())
        world.receivers.names = True
        world.send(webhook(member("a")))
        world.settle()
        assert [each.receipt for each in _deliveries(world)] == ["message-1"]
