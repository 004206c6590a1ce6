"""A run from its seed: random turns, then quiet, redrive, repetition, and the verdict."""

from random import Random
from typing import Literal

from tests.chaos.bounds import SEEDS_S
from tests.chaos.oracle import judge
from tests.chaos.schedule import Schedule, faultless, faulty, replay
from tests.chaos.senders import hook
from tests.chaos.single import Verdict
from tests.chaos.stack import Stack
from tests.chaos.world import World

Mode = Literal["faulty", "faultless"]
MODES: dict[Mode, str] = {
    "faulty": "many faults, invocations interleaved, then quiet",
    "faultless": "no fault, invocations interleaved, a receiver that knows no keys",
}


def play_seed(stack: Stack, mode: Mode, seed: int) -> Verdict:
    """Play one seed and judge."""
    random = Random(f"{mode}:{seed}")
    draw = faulty if mode == "faulty" else faultless
    schedule = Schedule(stack, random, draw(random))
    schedule.play()
    world = schedule.world
    world.excuse()
    world.faults_end_s = world.clock.true_s
    world.converge()
    for _ in range(3):
        if not world.redrive():
            break
        world.converge()
    violations = _replayed(world, random)
    violations += judge(world, lambda _: SEEDS_S)
    return Verdict(
        name=mode,
        plan=f"seed {seed}",
        violations=violations,
        fired=world.fired,
        story=world.trace,
    )


def _replayed(world: World, random: Random) -> list[str]:
    """What was done already is not done again, whatever comes once more."""
    before = {tenant: world.people.heard(hook(tenant)) for tenant in world.tenants}
    replay(world, random)
    world.converge()
    after = {tenant: world.people.heard(hook(tenant)) for tenant in world.tenants}
    return [] if before == after else [f"replay: heard {before}, then {after}"]
