"""A tenant whose receiver keeps an incident for each group, and what a test does to it."""

from typing import Any

from tests.builders import config, receiver, route
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import fires, host, send
from tocsin.domain.channels import Opsgenie, PagerDuty
from tocsin.domain.config import Receiver, Timing
from tocsin.domain.group import Group, Member
from tocsin.domain.handling import Action, ActionKind
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.secret import Secret
from tocsin.pipeline.actions import Order, pack_orders

KEY = Secret(name="tocsin/acme/key")
PAGERDUTY = PagerDuty(routing_key=KEY, url="https://pd.example")
OPSGENIE = Opsgenie(api_key=KEY, url="https://og.example")
SLOW = Timing(group_wait_s=10, group_interval_s=300, repeat_interval_s=3600)
FIRST, ADDED, OVER = "first notification", "new alerts added", "all alerts resolved"
ACKNOWLEDGED = "acknowledged"


def pager(**fields: Any) -> Receiver:
    return receiver(**{"kind": "pagerduty", "url": "", "settings": PAGERDUTY, **fields})


def paging(
    timing: Timing = SLOW, to: Receiver | None = None, fault: Fault | None = None
) -> MemoryWorld:
    own = pager() if to is None else to
    known = {"route": route(timing=timing, group_by=("alertname",)), "receivers": {"oncall": own}}
    return MemoryWorld(config(**known), fault)


def fire(world: MemoryWorld, *names: str) -> None:
    send(world, *(fires(name, START_S) for name in names))


def only(world: MemoryWorld) -> Group:
    (group,) = world.groups.groups.values()
    return group


def member_of(world: MemoryWorld, name: str) -> Member:
    return next(each for each in only(world).members.values() if host(each.alert) == name)


def act(world: MemoryWorld, kind: ActionKind, *names: str, by: str = "ann") -> None:
    orders = []
    for name in names:
        member = member_of(world, name)
        action = Action(
            id=f"{kind}-{name}-{world.now_s}",
            kind=kind,
            fingerprint=member.fingerprint,
            episode=member.episode,
            by=by,
            at_s=world.now_s,
        )
        orders.append(Order(only(world).key, action))
    world.outbox.send("evaluate", [pack_orders("acme", orders, world.now_s, world.blobs)])
    world.pump("evaluate")


def reasons(world: MemoryWorld) -> list[str]:
    return [each.reason for each in world.receivers.delivered]


def acknowledged_hosts(world: MemoryWorld) -> list[list[str]]:
    told = [each for each in world.receivers.delivered if each.acknowledged_by]
    return [sorted(host(alert) for alert in each.alerts) for each in told]


def records(world: MemoryWorld) -> list[tuple[str, str]]:
    found = world.journal.read("acme", START_S - 1, world.now_s + 1)
    return [(each.outcome, each.reason) for each in found if isinstance(each, DeliveryRecord)]


def paged(*names: str, **fields: Any) -> MemoryWorld:
    """Return a world in which alerts were told of one incident."""
    world = paging(**fields)
    fire(world, *names)
    world.pass_time(20)
    assert reasons(world) == [FIRST]
    return world
