"""A worker that dies before or after any single call loses nothing and repeats nothing."""

from collections.abc import Callable

import pytest

from tests.builders import config
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import MemoryWorld

Scenario = Callable[[MemoryWorld], None]


def _fire(world: MemoryWorld) -> None:
    world.send(webhook(member("a"), member("b"), member("a")))
    world.drain()


def _fire_critical(world: MemoryWorld) -> None:
    world.send(webhook(member("a", severity="critical"), member("b")))
    world.drain()


def _fire_twice(world: MemoryWorld) -> None:
    _fire(world)
    _fire(world)


def _fire_and_resolve(world: MemoryWorld) -> None:
    _fire(world)
    world.send(webhook(resolved("a")))
    world.drain()


def _fire_resolve_and_fire(world: MemoryWorld) -> None:
    _fire_and_resolve(world)
    world.send(webhook(member("a", startsAt="2025-11-22T06:00:00Z")))
    world.drain()


def _all_at_once(world: MemoryWorld) -> None:
    world.send(webhook(member("a"), member("b")))
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.now_s += 1
    world.send(webhook(member("a", startsAt="2025-11-22T06:00:00Z")))
    world.drain()


SCENARIOS = [
    _fire,
    _fire_critical,
    _fire_twice,
    _fire_and_resolve,
    _fire_resolve_and_fire,
    _all_at_once,
]


def _run(scenario: Scenario, fault: Fault | None = None) -> MemoryWorld:
    world = MemoryWorld(config(), fault)
    scenario(world)
    world.settle()
    return world


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_undisturbed_everything_is_told_exactly_once(scenario: Scenario) -> None:
    world = _run(scenario)
    assert set(world.tellings().values()) == {1}
    assert world.balance().is_settled, world.balance()
    assert world.balance().dead_lettered == 0


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.__name__)
def test_a_crash_at_any_call_loses_nothing_and_repeats_nothing(
    scenario: Scenario, when: str
) -> None:
    undisturbed = _run(scenario)
    calls = undisturbed.fault.calls
    assert len(calls) > 5
    for at, name in enumerate(calls, start=1):
        world = _run(scenario, Fault(at, when))
        where = f"{when} call {at}, {name}"
        assert world.view() == undisturbed.view(), where
        assert world.balance().is_settled, f"{where}: {world.balance()}"
        assert world.balance().delivered >= 1, where
        repeated = sum(world.tellings().values()) - len(world.tellings())
        assert repeated == _is_between_saying_and_writing(calls, at, when), where


def _is_between_saying_and_writing(calls: list[str], at: int, when: str) -> bool:
    """Tell whether the worker dies where it has said something and not yet written that down.

    Then it is said again: the same, under the same key. Nobody can do better with a receiver
    that does not look at the key.
    """
    if when == "after":
        return calls[at - 1] == "receivers.send"
    return calls[at - 1] == "groups.settle" and calls[at - 2] == "receivers.send"


def test_every_accepted_body_is_in_the_archive_whatever_dies() -> None:
    calls = _run(_fire).fault.calls
    for at in range(1, len(calls) + 1):
        world = _run(_fire, Fault(at, "before"))
        assert world.archive.data, f"before call {at}, {calls[at - 1]}"


def test_a_poke_that_gets_lost_is_repeated_by_the_clock() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    for queue in ("enrich", "evaluate"):
        world.pump(queue)
    assert len(world.outbox.take("notify")) == 1
    world.settle()
    assert world.view() == {"a.prod.example:9100": "firing"}
    assert world.balance().is_settled


def test_bodies_of_two_hours_lie_under_their_own_hour() -> None:
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.now_s += 3600
    world.send(webhook(member("b")))
    world.drain()
    hours = {key.partition("hour=")[2][:2] for key in world.archive.data}
    assert len(hours) == 2
