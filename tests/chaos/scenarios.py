"""What happens to senders, receivers and configuration, each as a short script."""

import os
from collections.abc import Callable
from random import Random
from typing import Any

from tests.builders import config, receiver, route
from tests.chaos.oracle import LAPSING
from tests.chaos.queues import MAX_RECEIVES, VISIBILITY_S
from tests.chaos.senders import hook
from tests.chaos.world import QUEUES, World
from tocsin.domain.config import TenantConfig
from tocsin.pipeline import changes

Script = Callable[[World], None]

_WEEK_S = 7 * 86_400.0


def acme(tenant: str = "acme", **fields: Any) -> TenantConfig:
    """Return a configuration with one webhook, grouped by alert name."""
    defaults: dict[str, Any] = {
        "route": route(group_by=("alertname",)),
        "receivers": {"oncall": receiver(url=hook(tenant))},
    }
    return config(tenant, **{**defaults, **fields})


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
    world.people.modes[hook("acme")] = "broken"
    world.post("acme", ("disk", "firing"))
    world.drain()
    for status in ("resolved", "firing"):
        world.advance(20.0)
        world.post("acme", ("disk", status))
        world.drain()
    world.people.modes.clear()
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


def poison(world: World) -> None:
    """A message of each queue can never be read; its neighbours can."""
    world.add_tenant("acme", acme())
    for stage in ("enrich", "evaluate", "notify"):
        world.queues.send(stage, {"MessageBody": "poison"}, world.clock.true_s)
    world.post("acme", ("disk", "firing"), extra=[{"status": "firing"}])
    world.converge()
    bodies = [letter.body for letter in world.queues.dead]
    if sorted(bodies).count("poison") != 3:
        world.errors.append(f"poison: {len(bodies)} letters")
    for messages in world.queues.queues.values():
        messages[:] = [each for each in messages if each.body != "poison"]


def given_up(world: World) -> None:
    """A tenant without a configuration: SQS gives up, and a redrive after it was mended helps."""
    world.add_tenant("acme", None)
    world.post("acme", ("disk", "firing"))
    for _ in range(MAX_RECEIVES + 2):
        world.drain()
        world.advance(VISIBILITY_S)
    world.keep_letters()
    books = world.overview("acme")
    if books.get("dead_lettered", 0) < 1 or books["pending"]:
        world.errors.append(f"given up: {books}")
    world.configure(acme())
    world.advance(60.0)
    world.queues.redrive()
    world.converge()


def large(world: World) -> None:
    """Bodies and groups too large for a message or an item, and several messages a send."""
    world.add_tenant("acme", acme(route=route(group_by=("severity",))))
    random = Random(1)
    bulky = [{"name": f"bulky{index}", "annotations": _noise(random)} for index in range(30)]
    world.post("acme", ("disk", "firing"), extra=bulky)
    world.converge()
    world.advance(60.0)
    world.post("acme", ("disk", "resolved"))
    world.converge()


def _noise(random: Random) -> dict[str, str]:
    """Return annotations that do not compress."""
    return {f"note{index}": random.randbytes(5_000).hex() for index in range(3)}


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


def busy_receiver(world: World) -> None:
    """The receiver asks for patience."""
    _with_receiver(world, "busy")


def broken_receiver(world: World) -> None:
    """The receiver fails for some minutes."""
    _with_receiver(world, "broken")


def gone_receiver(world: World) -> None:
    """The receiver refuses, and is mended by hand; then the letters are sent again."""
    _with_receiver(world, "gone")
    world.queues.redrive()
    world.converge()


def _with_receiver(world: World, mode: Any) -> None:
    world.add_tenant("acme", acme())
    world.people.modes[hook("acme")] = mode
    world.post("acme", ("disk", "firing"))
    for _ in range(3):
        world.drain()
        world.advance(61.0)
        world.tick()
    world.drain()
    world.people.modes.clear()
    world.converge()


def other_route(world: World) -> None:
    """The configuration changes between the stages."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"))
    world.pump("enrich")
    second = receiver("second", url=hook("acme", "second"))
    changed = {"receivers": {"second": second}, "route": route("second")}
    world.configure(acme(**changed))
    world.advance(40.0)
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


def lost_poke(world: World) -> None:
    """A message to notify gets lost outright: the clock mends it."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", "firing"), ("urgent", "firing"))
    for queue in QUEUES[:4]:
        world.pump(queue)
    world.queues.lose("notify")
    world.queues.lose("notify-urgent")
    world.converge()


def lapse(world: World) -> None:
    """A firing names its end, and nobody repeats it."""
    world.add_tenant("acme", acme())
    world.post("acme", ("disk", LAPSING))
    world.drain()
    world.advance(400.0)
    world.tick()
    world.converge()


def overview(world: World) -> None:
    """Somebody asks what became of everything."""
    fire(world)
    world.overview("acme")


def breakers_away(world: World) -> None:
    """The table of breakers does not answer, and the receiver fails for some minutes."""
    world.away = ("dynamodb.breakers",)
    broken_receiver(world)


def cache_away(world: World) -> None:
    """The cache does not answer."""
    os.environ["CACHE_URL"] = "redis://127.0.0.1:1/0"
    try:
        fire(world)
    finally:
        os.environ["CACHE_URL"] = ""


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
        poison,
        given_up,
        large,
        several_messages,
        expired,
        busy_receiver,
        broken_receiver,
        gone_receiver,
        other_route,
        removed_receiver,
        lost_poke,
        lapse,
        overview,
        breakers_away,
        cache_away,
    )
}
