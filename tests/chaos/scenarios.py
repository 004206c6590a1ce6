"""What happens to alerts and configuration, each as a short script."""

from collections.abc import Callable
from random import Random

from tests.builders import receiver, route
from tests.chaos import (
    books,
    enriching,
    escalations,
    mishaps,
    pacing,
    receivers,
    routing,
    ruled,
    signed,
)
from tests.chaos.mishaps import noise
from tests.chaos.senders import LAPSING, hook
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.pipeline import changes

Script = Callable[[World], None]

_WEEK_S = 7 * 86_400.0


def fire(world: World) -> None:
    """One alert fires."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.converge()


def fire_and_resolve(world: World) -> None:
    """One alert fires, is told, and is over."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.drain()
    world.advance(30.0)
    world.post("acme", ("disk", "resolved"))
    world.converge()


def over_before_told(world: World) -> None:
    """The end overtakes the beginning on the way."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.advance(1.0)
    world.post("acme", ("disk", "resolved"))
    world.queues.waiting("enrich").reverse()
    for queue in ("enrich", "evaluate", "notify"):
        world.pump(queue, 1)
    world.converge()


def refire(world: World) -> None:
    """It is over and fires again while its people could not be told of the first time."""
    world.add_tenant("acme", acme())
    world.people.be(hook("acme"), "broken", world.clock.true_s)
    world.post("acme", ("disk", "firing"))
    world.drain()
    for status in ("resolved", "firing"):
        world.advance(20.0)
        world.post("acme", ("disk", status))
        world.drain()
    world.people.mend(world.clock.true_s)
    world.converge()


def duplicates(world: World) -> None:
    """The same alert again and again: in one request, in one batch, and later."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"), ("disk", "firing"))
    world.post("acme", ("disk", "firing"))
    world.drain()
    world.advance(60.0)
    world.post("acme", ("disk", "firing"))
    world.converge()


def two_tenants(world: World) -> None:
    """Two tenants have alerts of the same labels, in the same batches."""
    for tenant in ("acme", "umbrella"):
        world.add_tenant(tenant, acme(tenant))
        world.post(tenant, ("disk", "firing"), ("cpu", "firing"))
    world.drain()
    world.advance(10.0)
    world.post("umbrella", ("disk", "resolved"))
    world.converge()


def urgent(world: World) -> None:
    """Urgent and other alerts of one request travel apart."""
    world.add_tenant("acme", acme())
    world.post("acme", ("urgent", "firing"), ("disk", "firing"), ("cpu", "firing"))
    world.converge()


def large(world: World) -> None:
    """Bodies and groups too large for a message or an item, and several messages a send."""
    world.add_tenant("acme", acme(route=route(group_by=("severity",))))
    random = Random(1)
    bulky = [{"name": f"bulky{index}", "annotations": noise(random)} for index in range(30)]
    world.post("acme", ("disk", "firing"), extra=bulky)
    world.converge()
    world.advance(60.0)
    world.post("acme", ("disk", "resolved"))
    world.converge()


def several_messages(world: World) -> None:
    """What would take thousands of alerts: one send of several messages."""
    full, changes.CHANGES_LIMIT = changes.CHANGES_LIMIT, 1
    try:
        world.add_tenant("acme", acme())
        world.post("acme", ("disk", "firing"), ("cpu", "firing"), ("urgent", "firing"))
        world.converge()
    finally:
        changes.CHANGES_LIMIT = full


def expired(world: World) -> None:
    """What has expired long ago is still there when it fires again."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.drain()
    world.advance(60.0)
    world.post("acme", ("disk", "resolved"))
    world.converge()
    world.advance(5 * _WEEK_S)
    world.post("acme", ("disk", "firing"))
    world.converge()


def other_route(world: World) -> None:
    """The configuration changes between the stages."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.pump("enrich")
    second = receiver("second", url=hook("acme", "second"))
    changed = {"receivers": {"second": second}, "route": route("second")}
    world.configure(acme(**changed))
    world.stall(40.0)
    world.converge()


def removed_receiver(world: World) -> None:
    """A receiver that was told is removed before the end comes."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.drain()
    second = receiver("second", url=hook("acme", "second"))
    world.configure(acme(receivers={"second": second}, route=route("second")))
    world.advance(40.0)
    world.post("acme", ("disk", "resolved"))
    world.converge()


def lapse(world: World) -> None:
    """A firing names its end, and nobody repeats it."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", LAPSING))
    world.let_pass(400.0)
    world.converge()


def overview(world: World) -> None:
    """Somebody asks what became of everything."""
    fire(world)
    books.overview(world, "acme")


# Here a message may still be received too often after the cause was mended.
ABOUT_LETTERS = ("given_up",)

SCENARIOS: dict[str, Script] = {
    script.__name__: script
    for script in (
        fire,
        fire_and_resolve,
        over_before_told,
        refire,
        duplicates,
        two_tenants,
        urgent,
        mishaps.overtaken,
        mishaps.poison,
        mishaps.given_up,
        large,
        several_messages,
        expired,
        mishaps.busy_receiver,
        mishaps.broken_receiver,
        mishaps.gone_receiver,
        other_route,
        removed_receiver,
        mishaps.lost_poke,
        lapse,
        overview,
        signed.sent_again,
        signed.memory_away,
        mishaps.breakers_away,
        mishaps.cache_away,
        mishaps.large_and_broken,
        receivers.dead_receiver,
        receivers.slow_receiver,
        receivers.indigestible,
        receivers.deadly_receiver,
        receivers.deadly_for_ever,
        routing.waits,
        routing.silenced,
        routing.inhibited,
        routing.rerouted,
        escalations.escalating,
        ruled.ruled,
        enriching.enriched,
        enriching.updated,
        enriching.failing_closed,
        enriching.failing_open,
        pacing.storm,
        pacing.paces_away,
    )
}
