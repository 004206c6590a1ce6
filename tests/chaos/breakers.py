"""Whether receivers that do not work are left alone, and called again once they do."""

import json
from collections.abc import Iterator

from tests.chaos.bounds import JITTER, OPEN_S
from tests.chaos.people import Spell
from tests.chaos.world import World

# The defaults: so many failures in a minute open a breaker, and so many tries of one alone.
FAILURES = 5
ATTEMPTS = 3
_SITE = "dynamodb.breakers."


def judge_breakers(world: World) -> Iterator[str]:
    """Who is down is called seldom, and nobody is left alone who works."""
    if not world.away:
        for spell in world.people.ill():
            yield from _calls(world, spell)
    yield from _not_closed(world)


def calls_bound(spell_s: float, notifications: int) -> int:
    """Return how often an ill receiver is called at most by one worker after the other.

    All but one notification may have failed one time less than opens a breaker alone, if that
    is not more than open it together. Then each opening ends with one probe.
    """
    first = max(FAILURES, (ATTEMPTS - 1) * min(notifications, FAILURES - 1) + 1)
    probes, at_s, openings = 0, 0.0, iter(OPEN_S)
    while True:
        at_s += next(openings, OPEN_S[-1]) / JITTER * (2 - JITTER)
        if at_s > spell_s:
            return first + probes
        probes += 1


def _calls(world: World, spell: Spell) -> Iterator[str]:
    tried = [
        each
        for each in world.people.offered
        if each.url == spell.url and spell.from_s <= each.at_s < spell.until_s
    ]
    lasts_s = min(spell.until_s, world.clock.true_s) - spell.from_s
    bound = calls_bound(lasts_s, len({each.key for each in tried}))
    # Before a death counts as a failure there must be a second one.
    bound *= 2 if spell.mode == "deadly" else 1
    # A fault may hide a look at the breaker from its worker, or part the first failures by more
    # than the window in which they count together: then those before it were in vain.
    bound += world.fired.counts.total() * (FAILURES - 1)
    if len(tried) > bound:
        yield f"called: {spell} was called {len(tried)} times, at most {bound}"


def _not_closed(world: World) -> Iterator[str]:
    """At rest all receivers work, so each breaker is closed, or nobody could write that it is."""
    faults = sum(
        count for ((_, site, _, _), _), count in world.fired.counts.items() if _SITE in site
    )
    now_s = world.clock.true_s
    states = [
        json.loads(item["doc"]["S"])
        for item in world.stack.items("breaker-table")
        if float(item["expires_at_s"]["N"]) > now_s
    ]
    left = [each for each in states if each.get("state", "CLOSED") != "CLOSED"]
    if len(left) > faults:
        yield f"not closed: {left}"
