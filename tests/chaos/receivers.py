"""Receivers that are a burden to others: dead, slow, and one that cannot digest a page."""

from tests.builders import receiver
from tests.chaos.senders import hook
from tests.chaos.tenants import acme
from tests.chaos.world import World
from tocsin.domain.retry import RetryPolicy

MINUTE_S = 60.0
_DEAD_S = 300.0
_SLOW = tuple((f"slow{index}", "firing") for index in range(6))


def dead_receiver(world: World) -> None:
    """A receiver with many pages is dead for five minutes; another tenant's works."""
    for tenant in ("acme", "umbrella"):
        world.add_tenant(tenant, acme(tenant))
    world.people.be(hook("acme"), "broken", world.clock.true_s)
    ended_s = world.clock.true_s + _DEAD_S
    world.post("acme", *((f"disk{index}", "firing") for index in range(6)))
    world.let_pass(MINUTE_S / 2)
    world.post("umbrella", ("disk", "firing"))
    world.let_pass(2 * MINUTE_S)
    world.post("umbrella", ("disk", "resolved"))
    world.post("acme", ("cpu", "firing"))
    world.let_pass(ended_s - world.clock.true_s)
    world.people.mend(world.clock.true_s)
    world.converge()


def slow_receiver(world: World) -> None:
    """One receiver takes seconds for each page; another tenant's pages share its batches."""
    world.add_tenant("acme", acme(receivers={"oncall": receiver(url=hook("acme"))}))
    world.add_tenant("umbrella", acme("umbrella"))
    world.people.be(hook("acme"), "slow", world.clock.true_s)
    world.post("acme", *_SLOW)
    # More than those, so that they stand behind them in every batch.
    world.post("umbrella", *((f"disk{index}", "firing") for index in range(len(_SLOW) + 1)))
    world.converge()


def indigestible(world: World) -> None:
    """A receiver fails at one page and takes all others: that one is a dead letter in the end."""
    world.add_tenant("acme", acme())
    world.people.indigestible.add("disk")
    world.post("acme", ("disk", "firing"), ("cpu", "firing"))
    # Undisturbed it takes six minutes; a fault can part the failures that count together.
    for index in range(15):
        world.let_pass(MINUTE_S)
        if world.queues.dead:
            break
        world.post("acme", (f"other{index}", "firing"))
    _check_letters(world, ["acme"])
    world.people.mend(world.clock.true_s)
    world.redrive()
    world.converge()


def deadly_receiver(world: World) -> None:
    """At one receiver every worker dies, for ten minutes; another's pages share its batches."""
    _with_deadly(world, give_up_after_s=4 * 3600.0)
    world.let_pass(10 * MINUTE_S)
    _check_letters(world, [])
    world.people.mend(world.clock.true_s)
    world.converge()


def deadly_for_ever(world: World) -> None:
    """At one receiver every worker dies until its page is given up."""
    _with_deadly(world, give_up_after_s=5 * MINUTE_S)
    world.converge()
    _check_letters(world, ["acme"])
    world.people.mend(world.clock.true_s)
    world.redrive()
    world.converge()


def _check_letters(world: World, expected: list[str]) -> None:
    """Note letters of others than these tenants; what a fault refused is one more, of anybody's.

    Whoever dies behind a letter writes it again.
    """
    refused = sum(n for (_, kind), n in world.fired.counts.items() if kind == "refused")
    groups = [letter.moved_from or letter.group for letter in world.queues.dead]
    if world.fired.counts.total():
        groups = list(dict.fromkeys(groups))
    if len(groups) > len(expected) + refused or (not refused and groups != expected):
        world.errors.append(f"the letters are of {groups}, expected {expected}")


def _with_deadly(world: World, give_up_after_s: float) -> None:
    policy = RetryPolicy(give_up_after_s=give_up_after_s)
    oncall = receiver(url=hook("acme"), retry=policy)
    world.add_tenant("acme", acme(receivers={"oncall": oncall}))
    world.add_tenant("umbrella", acme("umbrella"))
    world.people.be(hook("acme"), "deadly", world.clock.true_s)
    world.post("acme", ("disk", "firing"))
    world.post("umbrella", ("disk", "firing"), ("cpu", "firing"))
