"""Notify where receivers kill whoever calls them, or what came of a call cannot be written down."""

from tests.builders import config, route
from tests.pipeline.faulting import Crash
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_notify_among_the_slow import QUICK, told, two_receivers, up_to_notify
from tocsin.domain.errors import Permanent, Retryable


def kills(world, name):
    """Let whoever sends to a receiver die of it."""
    send = world.receivers.send
    tries = []

    def deadly(notification):
        if notification.receiver.name == name:
            tries.append(world.now_s)
            raise Crash
        return send(notification)

    world.receivers.send = deadly
    return tries


class TestDeadly:
    def test_what_kills_every_worker_ends_as_a_dead_letter(self):
        world = MemoryWorld(two_receivers())
        tries = kills(world, "slow")
        up_to_notify(world, "slow-0", "quick-1")
        for _ in range(80):
            world.settle()
        (letter,) = world.outbox.dead["notify"]
        assert "receiver slow" in letter.reason
        assert told(world)["quick"] == 1
        assert world.balance().dead_lettered == 1
        assert world.balance().is_settled
        # Two an attempt, and a breaker that opens for longer and longer, for four hours.
        assert len(tries) < 150

    def test_one_death_costs_no_attempt(self):
        world = MemoryWorld(two_receivers())
        up_to_notify(world, "quick-1")
        world.fault.at, world.fault.when = len(world.fault.calls) + 4, "before"
        world.pump("notify")
        assert world.fault.calls[-1] == "receivers.send"
        world.settle()
        (sent,) = world.receivers.delivered
        assert sent.attempt == 1

    def test_the_breaker_learns_of_it(self):
        world = MemoryWorld(two_receivers())
        kills(world, "slow")
        up_to_notify(world, *(f"slow-{index}" for index in range(6)))
        for _ in range(60):
            world.outbox.take("notify")
            world.now_s += 60
            world._tick.run(world.now_s)
            world.pump("notify")
        (state,) = (each for each, _ in world.breakers.kept.values())
        assert state.state != "CLOSED"
        assert state.opens > 2

    def test_a_group_that_is_never_settled_is_not_the_first_for_ever(self):
        world = MemoryWorld(two_receivers())
        kills(world, "slow")
        up_to_notify(world, "slow-0")
        up_to_notify(world, "quick-1")
        world.outbox.take("notify")
        world.now_s += 120
        slow, quick = world.groups.due("poke", world.now_s, 2)
        assert slow.key.receiver == "slow"
        world.groups.acquire(slow.key, "doomed", world.now_s, world.now_s + 45)
        world.now_s += 60
        first, second = world.groups.due("poke", world.now_s, 2)
        assert (first.key, second.key) == (quick.key, slow.key)


class TestUnwritten:
    """The receiver has it, and what came of it cannot be written down."""

    def world(self, times):
        world = MemoryWorld(two_receivers())
        settle = world.groups.settle
        left = [times]

        def failing(group, settlement, *rest):
            if left[0] and settlement.intent is None and settlement.told:
                left[0] -= 1
                raise Retryable("dynamodb: throttled")
            return settle(group, settlement, *rest)

        world.groups.settle = failing
        return world

    def test_the_same_worker_does_not_say_it_again(self):
        world = self.world(times=3)
        up_to_notify(world, "quick-1")
        for _ in range(6):
            world.settle()
        assert set(world.tellings().values()) == {1}
        assert (world.balance().delivered, world.balance().dead_lettered) == (1, 0)

    def test_other_workers_never_make_a_dead_letter_of_it(self):
        world = self.world(times=6)
        up_to_notify(world, "quick-1")
        for _ in range(12):
            world.start_workers()
            world.settle()
        assert world.outbox.dead["notify"] == []
        assert world.balance().delivered == 1

    def test_deaths_before_anything_was_said_end_in_a_rest_and_not_in_a_failure(self):
        world = MemoryWorld(two_receivers())
        up_to_notify(world, "quick-1")
        (key,) = world.groups.groups
        for number in range(11):
            world.groups.acquire(key, f"doomed-{number}", world.now_s, world.now_s + 45)
            world.now_s += 60
        world.outbox.take("notify")
        world._tick.run(world.now_s)
        world.pump("notify")
        assert not told(world)
        assert world.groups.groups[key].holds == 0
        for _ in range(2):
            world.settle()
        assert told(world) == {"quick": 1}


class TestRedriven:
    def test_two_letters_of_a_group_are_told_again_under_their_own_keys(self):
        top = route("quick", group_by=())
        world = MemoryWorld(config(route=top, receivers={"quick": QUICK}))
        send = world.receivers.send
        answers = []

        def heard_and_broken(notification):
            receipt = send(notification)
            if answers:
                raise answers.pop(0)
            return receipt

        world.receivers.send = heard_and_broken
        answers += [Retryable("HTTP 500"), Permanent("HTTP 410"), Permanent("HTTP 410")]
        up_to_notify(world, "quick-1")
        world.pump("notify")
        up_to_notify(world, "quick-2")
        world.settle()
        letters = [each.message for each in world.outbox.dead["notify"]]
        assert len(letters) == 2
        before = set(world.tellings())
        world.outbox.send("notify", letters)
        world.settle()
        assert set(world.tellings()) == before
        assert world.balance().dead_lettered == 0
