"""Receivers that are told at a pace: storms and limits, and the digests that come of them."""

from tests.builders import receiver, route
from tests.chaos.senders import hook
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.domain.pace import PacePolicy

_MINUTE_S = 60.0
# Two messages of a storm go; of five in ten minutes two are free, and then it takes four minutes.
POLICY = PacePolicy(limit=5, window_s=600.0, storm=3, storm_s=60.0, every_s=60.0)
_NAMES = ("disk", "cpu", "ram", "net")


def storm(world: World) -> None:
    """More groups want to speak than a person can read; then all is over, and one begins anew."""
    people = {"oncall": receiver(url=hook("acme"), pace=POLICY)}
    world.add_tenant("acme", acme(receivers=people, route=route(group_by=("alertname",))))
    world.post("acme", *((name, "firing") for name in _NAMES))
    world.drain()
    world.post("acme", ("net", "resolved"))
    world.let_pass(8 * _MINUTE_S)
    world.post("acme", *((name, "resolved") for name in _NAMES[:-1]))
    world.drain()
    world.advance(12.0)
    world.post("acme", ("ram", "firing"))
    world.converge()


def paces_away(world: World) -> None:
    """What all workers know of a receiver cannot be read: everybody may speak."""
    world.away = ("dynamodb.paces.",)
    storm(world)
