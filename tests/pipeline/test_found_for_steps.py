"""What is found out about an alert that has reached the steps of its policy."""

from tests.builders import receiver, route
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_onealert import only
from tests.pipeline.test_timers import ends, fires, send
from tests.pipeline.updates_world import cases_of, find, found, updating
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.escalation import EscalationPolicy, EscalationStep

PAGES = EscalationPolicy(
    name="pages",
    steps=(EscalationStep(after_s=60, receivers=("first",)),),
    repeat=1,
    repeat_after_s=300,
)


def climbing() -> MemoryWorld:
    """Return a world in which an alert has reached a step, and something was found out since."""
    world = updating(
        route=route(policy="pages"),
        receivers={name: receiver(name, send_updates=True) for name in ("oncall", "first")},
        policies={"pages": PAGES},
    )
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(100)
    find(world, cases)
    world.pass_time(10)
    return world


def told(world: MemoryWorld) -> list[tuple[str, list[str]]]:
    """Return what the receiver of the step was told: status, and what was found."""
    return [
        (each.alerts[0].status, found(each.alerts[0]))
        for each in world.receivers.delivered
        if each.receiver.name == "first"
    ]


def test_the_next_round_tells_it_and_so_does_the_end() -> None:
    world = climbing()
    assert told(world) == [("firing", [])]
    world.pass_time(400)
    assert told(world)[1:] == [("firing", list(LATE))]
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(10)
    assert told(world)[2:] == [("resolved", list(LATE))]


def test_whoever_looks_at_the_alert_sees_it() -> None:
    assert found(only(climbing()).alert) == list(LATE)
