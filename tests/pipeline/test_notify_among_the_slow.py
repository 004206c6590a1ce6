"""Notify where receivers are slow, or are mended while one waits."""

from collections import Counter

from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.errors import Retryable
from tocsin.domain.retry import RetryPolicy
from tocsin.pipeline.intents import LOOK_AGAIN_S

SLOW = receiver("slow", url="https://slow.example/hook")
QUICK = receiver("quick", url="https://quick.example/hook")


def two_receivers():
    slow = route("slow", 'instance=~"slow.*"', group_by=("instance",))
    top = route("quick", group_by=("instance",), routes=(slow,))
    return config(route=top, receivers={"slow": SLOW, "quick": QUICK})


def up_to_notify(world, *names):
    world.send(webhook(*map(member, names)))
    for queue in ("enrich-urgent", "enrich", "evaluate-urgent", "evaluate"):
        world.pump(queue)


def takes(world, seconds):
    """Let each call of the slow receiver take that long."""
    send = world.receivers.send

    def slowly(notification):
        if notification.receiver.name == "slow":
            world.now_s += seconds
        return send(notification)

    world.receivers.send = slowly


def told(world):
    return Counter(each.receiver.name for each in world.receivers.delivered)


class TestSlow:
    def test_a_slow_receiver_takes_one_turn_and_not_all_the_time(self):
        world = MemoryWorld(two_receivers())
        world.budget_s = 13.0
        takes(world, 9.0)
        up_to_notify(world, *(f"slow-{index}" for index in range(20)), "quick-1")
        world.pump("notify")
        assert told(world)["quick"] == 1

    def test_an_unknown_one_takes_no_more_than_its_first(self):
        world = MemoryWorld(two_receivers())
        takes(world, 5.0)
        up_to_notify(world, *(f"slow-{index}" for index in range(20)))
        up_to_notify(world, *(f"quick-{index}" for index in range(20)))
        order = []
        send = world.receivers.send

        def noting(notification):
            order.append(notification.receiver.name)
            return send(notification)

        world.receivers.send = noting
        world.pump("notify")
        assert "slow" in order[:2]
        assert order[:22].count("quick") == 20

    def test_known_to_be_slow_it_comes_last(self):
        world = MemoryWorld(two_receivers())
        takes(world, 9.0)
        up_to_notify(world, "slow-0")
        world.pump("notify")
        up_to_notify(world, "slow-1", "quick-1", "quick-2")
        at_s = world.now_s
        sent_at_s = {}
        send = world.receivers.send

        def noting(notification):
            sent_at_s.setdefault(notification.receiver.name, world.now_s)
            return send(notification)

        world.receivers.send = noting
        world.pump("notify")
        assert sent_at_s["quick"] == at_s

    def test_what_finds_no_time_is_left_to_the_clock_and_none_is_a_dead_letter(self):
        world = MemoryWorld(two_receivers())
        world.budget_s = 13.0
        takes(world, 9.0)
        up_to_notify(world, *(f"slow-{index}" for index in range(20)))
        world.pump("notify")
        assert told(world)["slow"] == 2
        assert world.outbox.queues["notify"] == []
        for _ in range(12):
            world.settle()
        assert told(world)["slow"] == 20
        assert set(world.tellings().values()) == {1}
        assert world.balance().delivered == 20

    def test_a_revival_that_finds_no_time_comes_back(self):
        world = MemoryWorld(two_receivers())
        world.receivers.failures = [Retryable("HTTP 500")] * 50
        world.configs.apply(
            replace(two_receivers(), version=2, receivers=_with_retry(give_up_after_s=60.0)),
            "",
            world.now_s,
        )
        up_to_notify(world, "quick-1")
        world.settle()
        (letter,) = world.outbox.dead["notify"]
        world.budget_s = 0.0
        world.outbox.send("notify", [letter.message])
        world.pump("notify")
        assert world.outbox.take("notify") == [letter.message]


def _with_retry(**fields):
    retry = RetryPolicy(**fields)
    return {each.name: replace(each, retry=retry) for each in (SLOW, QUICK)}


class TestMended:
    def test_a_mended_address_is_tried_soon_however_long_the_old_one_had_to_be_left_alone(self):
        world = MemoryWorld(two_receivers())
        world.receivers.failures = [Retryable("HTTP 503", 3 * 3600.0)]
        up_to_notify(world, "quick-1")
        world.pump("notify")
        mended = replace(QUICK, url="https://quick.example/new-hook")
        both = {"slow": SLOW, "quick": mended}
        world.configs.apply(replace(two_receivers(), version=2, receivers=both), "", world.now_s)
        started_s = world.now_s
        while not told(world):
            world.now_s += 60
            world._tick.run(world.now_s)
            world.drain()
        assert world.now_s - started_s <= LOOK_AGAIN_S + 60
        assert world.receivers.delivered[0].receiver.url == mended.url

    def test_an_address_that_stays_is_left_alone_as_it_asked(self):
        world = MemoryWorld(two_receivers())
        world.receivers.failures = [Retryable("HTTP 503", 3 * 3600.0)]
        up_to_notify(world, "quick-1")
        world.pump("notify")
        started_s = world.now_s
        while not told(world):
            world.settle()
        assert world.now_s - started_s >= 3 * 3600.0
        assert len(world.receivers.attempted) == 2


class TestPace:
    def test_a_receiver_that_was_slow_once_is_not_passed_over_for_ever(self):
        busy = [receiver(name, url=f"https://{name}.example/hook") for name in ("a", "b", "c")]
        receivers = {each.name: each for each in (SLOW, *busy)}
        routes = tuple(
            route(each, f'instance=~"{each}.*"', group_by=("instance",)) for each in receivers
        )
        top = route("a", group_by=("instance",), routes=routes)
        world = MemoryWorld(config(route=top, receivers=receivers))
        world.budget_s = 13.0
        send = world.receivers.send
        took_s = {"slow": 9.0}

        def slowly(notification):
            world.now_s += took_s.get(notification.receiver.name, 1.0)
            return send(notification)

        world.receivers.send = slowly
        up_to_notify(world, "slow-0")
        world.pump("notify")
        took_s["slow"] = 0.1
        for minute in range(10):
            names = [f"{name}-{minute}-{index}" for name in "abc" for index in range(10)]
            up_to_notify(world, *names, *(["slow-1"] if minute == 0 else []))
            world.pump("notify")
            world.outbox.take("notify")
            world.now_s += 60
            world._tick.run(world.now_s)
        assert told(world)["slow"] == 2
