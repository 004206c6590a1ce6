"""How time passes in a run that is not interleaved: nothing waits that could be done.

Queues deliver at the moment a message becomes visible, and the clock's function runs every
minute, so what is measured as a delay is the product's and not the harness's.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.chaos.world import World

# The schedule of tick in the template, which the harness holds to.
TICK_S = 60.0
_LONGEST_S = 90 * 61.0
# More than any two clocks of a run differ by.
_SKEW_S = 15.0


def let_pass(world: "World", seconds: float, *, is_to_rest: bool = False) -> bool:
    """Let time pass, to the end or until all is at rest; tell whether it is."""
    end_s = world.clock.true_s + seconds
    while True:
        if world.clock.true_s >= world.tick_at_s:
            _tick(world)
        if world.pump_each():
            continue
        if is_to_rest and is_quiet(world):
            return True
        now_s = world.clock.true_s
        if now_s >= end_s:
            return is_quiet(world)
        next_s = min(end_s, world.tick_at_s, world.queues.visible_at_s(now_s))
        world.clock.true_s = max(now_s, next_s)


def _tick(world: "World") -> None:
    """Run the clock's function, but for the times at which it would find nothing to do.

    Those are most of the time of a run, and one of them shows what all show.
    """
    if not world.has_ticked_idly or _is_due(world):
        world.has_ticked_idly = world.has_ticked_idly or not _is_due(world)
        world.tick()
    else:
        world.tick_at_s = world.clock.true_s + TICK_S


def _is_due(world: "World") -> bool:
    soon_s = world.clock.true_s + _SKEW_S
    return any(
        float(item[name]["N"]) <= soon_s
        for item in world.stack.items(world.table("GROUP_TABLE"))
        for name in ("poke_due_at_s", "resolve_due_at_s")
        if name in item
    )


def converge(world: "World") -> None:
    """Let time pass until nothing is on its way."""
    if not let_pass(world, _LONGEST_S, is_to_rest=True):
        world.errors.append("it does not come to rest")


def is_quiet(world: "World") -> bool:
    """Tell whether no message is on its way, no group is owed anything, and none is due."""
    if not world.queues.is_quiet():
        return False
    for item in world.stack.items(world.table("GROUP_TABLE")):
        due = item.get("resolve_due_at_s", {"N": "inf"})["N"]
        if "poke_due_at_s" in item or float(due) <= world.clock.true_s:
            return False
    return True
