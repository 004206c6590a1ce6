"""What must hold of acknowledgements: who keeps an incident hears when people have all of it.

It knows what each group of such a receiver was told, and whom people said to have what.
"""

from collections.abc import Iterator

from tests.simulation.history import Telling
from tests.simulation.world import World
from tocsin.domain.group import Group
from tocsin.domain.journal import DeliveryRecord

# How each alert stands with a receiver: in hand, or not.
Standing = dict[str, bool]


def acknowledged_wrongly(world: World) -> Iterator[str]:
    """Yield acknowledgements of what was never told, or that people do not have in hand."""
    heard: dict[str, Standing] = {}
    heard_of = _delivered(world)
    for telling in _first(world):
        standing = heard.setdefault(telling.group, {})
        open_ = {name for name, in_hand in standing.items() if not in_hand}
        # What is over meanwhile, and is yet to be told, is in nobody's hand.
        is_all = open_ & telling.firing <= telling.acknowledged <= open_
        if telling.acknowledged and not is_all:
            taken = sorted(telling.acknowledged)
            yield f"{telling.receiver} hears that {taken} are in hand, where {sorted(open_)} fire"
        unseen = {
            name
            for name in telling.acknowledged
            if (telling.tenant, name) not in world.people.acknowledged
        }
        if unseen:
            yield f"{telling.receiver} hears that {sorted(unseen)} are in hand of nobody"
        _hear(standing, telling, heard_of)


def not_acknowledged(world: World) -> Iterator[str]:
    """Yield groups all of which people have in hand, and whose receiver does not know."""
    heard: dict[str, Standing] = {}
    heard_of = _delivered(world)
    for telling in _first(world):
        _hear(heard.setdefault(telling.group, {}), telling, heard_of)
    for group in world.groups.groups.values():
        open_ = {name for name, in_hand in heard.get(group.key.id, {}).items() if not in_hand}
        if _keeps_incidents(world, group) and open_ and open_ <= _in_hand(group):
            yield f"{group.key} does not hear that {sorted(open_)} are in hand"


def _first(world: World) -> list[Telling]:
    """Return the notifications in order, each as it first arrived."""
    found: dict[tuple[str, str], Telling] = {}
    for each in world.history.tellings:
        found.setdefault((each.group, each.key), each)
    return list(found.values())


def _delivered(world: World) -> set[str]:
    """Return the keys of notifications of which a worker heard that they arrived."""
    return {
        each.key
        for tenant in world.landscape.tenants
        for each in world.journal.read(tenant, 0.0, world.now_s)
        if isinstance(each, DeliveryRecord) and each.outcome == "delivered"
    }


def _hear(standing: Standing, telling: Telling, heard_of: set[str]) -> None:
    """Go on with what an alert is; what nobody knows to have arrived may be told once more."""
    for name, status in telling.said:
        if status == "resolved":
            standing.pop(name, None)
    for name, status in telling.said:
        if status == "firing":
            standing[name] = False
    if telling.key in heard_of:
        standing.update(dict.fromkeys(telling.acknowledged, True))


def _in_hand(group: Group) -> set[str]:
    return {
        member.alert.labels["instance"]
        for member in group.members.values()
        if member.status == "firing" and member.is_acknowledged
    }


def _keeps_incidents(world: World, group: Group) -> bool:
    config = world.landscape.configs[0]
    receiver = config.receivers.get(group.key.receiver)
    return receiver is not None and receiver.takes_acknowledgements
