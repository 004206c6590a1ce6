"""Whoever dies while alerts climb."""

from typing import Any

from tests.integration.payloads import webhook
from tests.pipeline.escalation_world import (
    REPEATING,
    escalating,
)
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import ends, fires


def _crashing(fault: Fault) -> MemoryWorld:
    world = MemoryWorld(escalating(REPEATING), fault)
    send_safely(world, fires("a", START_S))
    world.pass_time(3600, step_s=30.0, tick_s=30.0)
    world.drain()
    send_safely(world, ends("a", START_S, world.now_s))
    world.settle()
    return world


def send_safely(world: MemoryWorld, alert: dict[str, Any]) -> None:
    world.send(webhook(alert))
    world.drain()


def test_whoever_dies_at_whichever_call_each_step_is_told_once_a_round_and_its_end() -> None:
    calm = Fault()
    _crashing(calm)
    expected = ["firing", "firing", "resolved"]
    for at in range(1, len(calm.calls) + 1):
        for when in ("before", "after"):
            world = _crashing(Fault(at, when))
            place = f"{when} {at}: {calm.calls[at - 1]}"
            keys = world.tellings()
            # What was told and not written down is told again, under its key.
            unsure = (calm.calls[at - 1], when) in {
                ("receivers.send", "after"),
                ("groups.settle", "before"),
            }
            assert sum(keys.values()) - len(keys) <= unsure, place
            for name in ("first", "second"):
                heard = {
                    each.key: each.news[0].status
                    for each in world.receivers.delivered
                    if each.receiver.name == name
                }
                assert list(heard.values()) == expected, (place, name)
            assert world.balance().is_settled, place
