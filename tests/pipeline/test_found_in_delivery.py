"""What the same simulation found in attempts, dead letters and redrive, one test each."""

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_notify import _during_send, _said, _up_to_notify
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.retry import RetryPolicy
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.envelope import decode


def _lose_the_next_answer(world):
    """Let the receiver hear the next notification, and nobody hear its answer."""
    send = world.receivers.send

    def unheard(notification):
        send(notification)
        world.receivers.send = send
        raise Retryable("no answer: ReadTimeout")

    world.receivers.send = unheard


def test_redriven_dead_resolve_is_told():
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.drain()
    world.receivers.failures = [Permanent("HTTP 410")]
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.drain()
    (letter,) = world.outbox.dead["notify"]
    world.outbox.queues["notify"].append(letter.message)
    world.drain()
    world.settle()
    assert _said(world) == [["firing"], ["resolved"]]


def test_redriven_letter_while_leased_not_lost():
    world = MemoryWorld(config())
    world.receivers.failures = [Permanent("HTTP 410")]
    world.send(webhook(member("a")))
    world.drain()
    (letter,) = world.outbox.dead["notify"]
    _up_to_notify(world, webhook(member("b")))

    def redrive():
        deliveries = [Delivery("x", decode(letter.message.body))]
        out = world._notify.handle(deliveries, "other", lambda: True)
        if out.failed:
            world.outbox.queues["notify"].append(letter.message)

    _during_send(world, redrive)
    world.drain()
    world.settle()
    assert len(world.view()) == 2


def test_pokes_do_not_burn_the_attempts():
    world = MemoryWorld(config())
    world.receivers.failures = [Retryable("HTTP 503", 30.0) for _ in range(10)]
    for i in range(12):
        world.send(webhook(member(f"h{i}")))
        world.drain()
        world.now_s += 1
    assert len(world.receivers.attempted) <= 2
    assert not world.outbox.dead["notify"]


def test_escalation_is_told():
    tree = route(routes=(route("pager", 'severity="critical"'),))
    world = MemoryWorld(
        config(route=tree, receivers={"oncall": receiver(), "pager": receiver("pager")})
    )
    for sev in ("warning", "critical"):
        world.send(
            {"name": "Disk", "instance": "a", "severity": sev, "status": "firing"}, "generic"
        )
        world.drain()
        world.now_s += 1
    assert [d.receiver.name for d in world.receivers.delivered] == ["oncall", "pager"]


def test_timeout_last_try_may_have_arrived():
    at_once = receiver(retry=RetryPolicy(give_up_after_s=-1.0))
    world = MemoryWorld(config(receivers={"oncall": at_once}))
    _lose_the_next_answer(world)
    world.send(webhook(member("a")))
    world.drain()
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.drain()
    world.settle()
    assert world.view() == {"a.prod.example:9100": "resolved"}


def test_a_dead_resolve_can_be_redriven_after_its_tombstone():
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.drain()
    world.receivers.failures = [Permanent("HTTP 410")]
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.drain()
    (letter,) = world.outbox.dead["notify"]
    world.now_s += 5 * 86400
    world.send(webhook(member("b")))
    world.drain()
    world.outbox.queues["notify"].append(letter.message)
    world.drain()
    world.settle()
    assert world.view()["a.prod.example:9100"] == "resolved"


def test_a_refusal_after_a_try_that_may_have_arrived_leaves_nothing_open():
    world = MemoryWorld(config())
    _lose_the_next_answer(world)
    world.send(webhook(member("a")))
    world.drain()
    world.receivers.failures = [Permanent("HTTP 410")]
    world.now_s += 60
    world._tick.run(world.now_s)
    world.drain()
    world.send(webhook(resolved("a")))
    world.drain()
    assert _said(world) == [["firing"], ["resolved"]]


def test_a_refusal_after_a_worker_died_in_the_act_leaves_nothing_open():
    world = MemoryWorld(config())
    _up_to_notify(world, webhook(member("a")))
    world.fault.at, world.fault.when = len(world.fault.calls) + 4, "after"
    world.pump("notify")
    assert world.fault.calls[-1] == "receivers.send"
    world.receivers.failures = [Permanent("HTTP 410")]
    world.drain()
    world.send(webhook(resolved("a")))
    world.drain()
    assert _said(world) == [["firing"], ["resolved"]]
