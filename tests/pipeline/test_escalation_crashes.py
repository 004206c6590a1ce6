"""Whoever dies while alerts climb."""

from typing import Any

import pytest

from tests.integration.payloads import webhook
from tests.pipeline.escalation_world import REPEATING, escalating, wait, who
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import ends, fires, send
from tocsin.adapters.memory import MemoryGroups
from tocsin.domain.errors import Conflict
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.evaluate import Evaluate


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


def test_a_step_counts_once_though_another_worker_changed_the_group_meanwhile(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = MemoryWorld(escalating())
    send(world, fires("a", START_S))
    wait(world, 290)
    commit, seen = MemoryGroups.commit, list[int]()

    def late(self: Any, *args: Any) -> None:
        seen.append(1)
        if len(seen) == 1:
            raise Conflict("another worker was first")
        commit(self, *args)

    handled = list[Outcome]()
    handle = Evaluate.handle

    def counted(self: Any, *args: Any) -> Outcome:
        handled.append(handle(self, *args))
        return handled[-1]

    monkeypatch.setattr(MemoryGroups, "commit", late)
    monkeypatch.setattr(Evaluate, "handle", counted)
    wait(world, 30)
    assert who(world) == [("first", "firing")]
    assert sum(each.counts.get("conflicts", 0) for each in handled) == 1
    assert sum(each.counts.get("escalations", 0) for each in handled) == 1


# Tracing would double the time, and other tests go through nearly all of these lines.
@pytest.mark.no_cover
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
