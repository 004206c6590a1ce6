"""What goes wrong around the stack: receivers, messages and stores, each as a short script."""

import os
from random import Random
from typing import Any

import pytest

from tests.builders import route
from tests.chaos.books import overview
from tests.chaos.queues import MAX_RECEIVES, QUEUES, VISIBILITY_S
from tests.chaos.senders import hook
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.adapters.dynamodb.groups import DynamoGroups

_BROKEN_S = 183.0


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
    for _ in range(3):
        world.invoke("letters", {})
        world.advance(300.0)
    books = overview(world, "acme")
    if books.get("dead_lettered", 0) < 1 or books["pending"]:
        world.errors.append(f"given up: {books}")
    world.configure(acme())
    world.advance(60.0)
    world.redrive()
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
    world.redrive()
    world.converge()


def _with_receiver(world: World, mode: Any) -> None:
    world.add_tenant("acme", acme())
    world.people.be(hook("acme"), mode, world.clock.true_s)
    world.post("acme", ("disk", "firing"))
    world.let_pass(_BROKEN_S)
    world.people.mend(world.clock.true_s)
    world.converge()


def lost_poke(world: World) -> None:
    """Messages to notify get lost outright: the clock mends it."""
    for tenant in ("acme", "umbrella"):
        world.add_tenant(tenant, acme(tenant))
        world.post(tenant, ("disk", "firing"), ("urgent", "firing"))
    last = [queue for queue in QUEUES if queue.startswith("notify")]
    for queue in QUEUES:
        if queue not in last:
            world.pump(queue)
    for queue in last:
        while world.queues.lose(queue):
            pass
    world.converge()


def breakers_away(world: World) -> None:
    """The table of breakers does not answer, and the receiver fails for some minutes."""
    world.away = ("dynamodb.breakers",)
    broken_receiver(world)


def cache_away(world: World) -> None:
    """The cache does not answer."""
    os.environ["CACHE_URL"] = "redis://127.0.0.1:1/0"
    try:
        world.add_tenant("acme", acme())
        world.post("acme", ("disk", "firing"))
        world.converge()
    finally:
        os.environ["CACHE_URL"] = ""


def large_and_broken(world: World) -> None:
    """A notification too large for its item fails at first."""
    world.people.be(hook("acme"), "broken", world.clock.true_s)
    world.add_tenant("acme", acme(route=route(group_by=("severity",))))
    random = Random(2)
    bulky = [{"name": f"bulky{index}", "annotations": noise(random)} for index in range(30)]
    world.post("acme", ("disk", "firing"), extra=bulky)
    world.drain()
    world.people.mend(world.clock.true_s)
    world.converge()


def noise(random: Random) -> dict[str, str]:
    """Return annotations that do not compress."""
    return {f"note{index}": random.randbytes(5_000).hex() for index in range(3)}


def overtaken(world: World) -> None:
    """One worker of evaluate commits after another has read the same group."""
    world.add_tenant("acme", acme(route=route(group_by=())))
    for name in ("disk", "cpu"):
        world.post("acme", (name, "firing"))
        world.pump("enrich", 1)
    read = DynamoGroups.read
    with pytest.MonkeyPatch.context() as patch:

        def overtaken_read(self: DynamoGroups, keys: Any) -> Any:
            found = read(self, keys)
            patch.undo()
            world.pump("evaluate", 1)
            return found

        patch.setattr(DynamoGroups, "read", overtaken_read)
        world.pump("evaluate", 1)
    world.converge()
