"""A notification that its receiver cannot digest keeps none of the others waiting."""

import pytest

from tests.builders import T0
from tests.unit.pipeline.safecall_world import DOWN, World
from tocsin.domain.errors import Throttled
from tocsin.domain.retry import RetryPolicy
from tocsin.pipeline.safecall import Dead, Deferred, Delivered

TICK_S = 60.0
POISON = "poison"


def run(world: World, waiting: dict[str, float], until_s: float, *, newest_first: bool) -> set[str]:
    """Let the clock wake what is due, once a minute; return what was delivered."""
    delivered: set[str] = set()
    attempts: dict[str, tuple[int, float]] = {}
    born_s = {key: world.now_s for key in waiting}
    while world.now_s < until_s:
        due = [key for key in waiting if waiting[key] <= world.now_s]
        for key in sorted(due, key=waiting.__getitem__, reverse=newest_first):
            count, failed_at_s = attempts.get(key, (0, 0.0))
            verdict = world.call(
                *([DOWN] if key == POISON else []),
                key=key,
                owner=key,
                attempts=count,
                failed_at_s=failed_at_s,
                created_at_s=born_s[key],
            )
            if isinstance(verdict, Deferred):
                waiting[key] = verdict.until_s
                at_s = world.now_s if verdict.was_tried else failed_at_s
                attempts[key] = (verdict.attempts, at_s)
                continue
            del waiting[key]
            delivered |= {key} if isinstance(verdict, Delivered) else set()
        world.now_s += TICK_S
    return delivered


@pytest.mark.parametrize("newest_first", [False, True])
@pytest.mark.parametrize("others", [1, 3])
@pytest.mark.parametrize("salt", range(12))
def test_others_are_told_soon(salt: int, others: int, newest_first: bool) -> None:
    world = World()
    waiting = {POISON: world.now_s}
    run(world, waiting, world.now_s + 4 * TICK_S, newest_first=newest_first)
    assert world.state.state == "OPEN"
    healthy = {f"toc_{salt}_{index}": world.now_s for index in range(others)}
    waiting |= healthy
    end_s = world.now_s + 10 * TICK_S
    delivered = run(world, waiting, end_s, newest_first=newest_first)
    assert delivered == set(healthy)


def test_a_long_pause_ends_with_the_patience_of_a_notification() -> None:
    world = World()
    verdict = world.call(Throttled("HTTP 429", 86_400.0), created_at_s=world.now_s)
    give_up_s = world.receiver.retry.give_up_after_s
    assert isinstance(verdict, Deferred)
    assert verdict.until_s <= world.now_s + give_up_s + 1
    born_s = world.now_s
    world.now_s = verdict.until_s
    assert isinstance(world.call(created_at_s=born_s), Dead)


def test_one_failure_alone_opens_nothing_however_few_attempts_there_are() -> None:
    world = World(retry=RetryPolicy(attempts=1))
    verdict = world.call(DOWN)
    assert isinstance(verdict, Deferred)
    assert world.state.state == "CLOSED"
    world.now_s = verdict.until_s
    again = world.call(DOWN, attempts=verdict.attempts, failed_at_s=T0, created_at_s=T0)
    assert isinstance(again, Deferred)
    assert world.state.state == "OPEN"
