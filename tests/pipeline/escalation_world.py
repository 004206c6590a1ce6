"""Worlds in which alerts climb, and what was told in them."""

from typing import Any

from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.pipeline.memory_world import START_S, MemoryWorld
from tocsin.domain.config import TenantConfig
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.group import Group, Member
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.journal import EscalationRecord
from tocsin.domain.stepreach import is_of_step
from tocsin.pipeline.actions import Order, pack_orders

TICK_S = 10.0
PAGES = EscalationPolicy(
    name="pages",
    steps=(
        EscalationStep(after_s=300, receivers=("first",)),
        EscalationStep(after_s=600, receivers=("second",)),
    ),
)
REPEATING = replace(PAGES, repeat=1, repeat_after_s=1200)
NAMES = ("oncall", "first", "second", "ann", "bob")


def escalating(policy: EscalationPolicy = PAGES, **fields: Any) -> TenantConfig:
    known: dict[str, Any] = {
        "route": route(policy="pages"),
        "receivers": {name: receiver(name) for name in NAMES},
        "policies": {policy.name: policy},
    }
    return config(**{**known, **fields})


def world_of(policy: EscalationPolicy = PAGES, **fields: Any) -> MemoryWorld:
    return MemoryWorld(escalating(policy, **fields))


def wait(world: MemoryWorld, for_s: float) -> None:
    world.pass_time(for_s, tick_s=TICK_S)


def told(world: MemoryWorld) -> list[tuple[float, str, str]]:
    """Return when which receiver was told what, but for the route's own, from the start."""
    return [
        (at_s - START_S, each.receiver.name, each.news[0].status)
        for at_s, each in zip(world.receivers.at_s, world.receivers.delivered, strict=True)
        if each.receiver.name != "oncall"
    ]


def who(world: MemoryWorld) -> list[tuple[str, str]]:
    return [(name, status) for _, name, status in told(world)]


def records(world: MemoryWorld) -> list[EscalationRecord]:
    found = world.journal.read("acme", START_S - 3600, world.now_s + 3600)
    return [each for each in found if isinstance(each, EscalationRecord)]


def whats(world: MemoryWorld) -> list[tuple[str, int, str]]:
    return [(each.what, each.step, each.reason) for each in records(world)]


def standings(world: MemoryWorld) -> list[tuple[Group, Member]]:
    return [(g, m) for g in world.groups.groups.values() for m in g.members.values()]


def source_of(world: MemoryWorld, name: str = "oncall") -> Member:
    (member,) = (m for g, m in standings(world) if not is_of_step(g.key) and g.key.receiver == name)
    return member


def act(world: MemoryWorld, kind: ActionKind, *, everywhere: bool = True, **fields: Any) -> None:
    """Do something, in all groups that know the alert, as the API does, or in its own alone."""
    orders = [
        Order(
            group.key,
            Action(
                id=f"{kind}-{world.now_s}",
                kind=kind,
                fingerprint=member.fingerprint,
                episode=member.episode,
                by="eve",
                at_s=world.now_s,
                **fields,
            ),
        )
        for group, member in standings(world)
        if everywhere or not is_of_step(group.key)
    ]
    world.outbox.send("evaluate", [pack_orders("acme", orders, world.now_s, world.blobs)])
    world.pump("evaluate")
