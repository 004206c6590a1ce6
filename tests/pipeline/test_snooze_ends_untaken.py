"""The end of a snooze that nobody was told: it was refused, or there was no room for it."""

from typing import Any

import pytest

from tests.builders import receiver
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_digest_found import redrive
from tests.pipeline.test_snooze_ends import ENDED, TIMING, act, keep_firing, reasons
from tests.pipeline.test_suppressed import quiet
from tests.pipeline.test_timers import fires, send, told
from tocsin.domain.config import Timing
from tocsin.domain.errors import Permanent, Retryable


def put_off(*names: str, timing: Timing = TIMING, **fields: Any) -> MemoryWorld:
    """Tell of alerts, and put all of them off until 200."""
    world = quiet(timing, receivers={"oncall": receiver(**fields)})
    send(world, *(fires(name, START_S) for name in names))
    world.pass_time(20)
    for name in names:
        act(world, name, until_s=START_S + 200)
    return world


def ended(world: MemoryWorld) -> list[str]:
    """Return which alerts were shown by reminders, in order."""
    return [name for _, reason, alerts in told(world) if reason == ENDED for name, _ in alerts]


def letters(world: MemoryWorld) -> int:
    return len(world.outbox.dead["notify"])


def test_it_is_a_dead_letter_once_and_told_when_that_is_redriven() -> None:
    world = put_off("a")
    world.receivers.failures = [Permanent("HTTP 410")]
    keep_firing(world, 900, "a")
    assert (ended(world), letters(world)) == ([], 1)
    redrive(world)
    keep_firing(world, 1800, "a")
    assert (ended(world), letters(world)) == (["a"], 0)


def test_what_shows_it_before_the_letter_is_redriven_is_the_reminder() -> None:
    world = put_off("a")
    world.receivers.failures = [Permanent("HTTP 410")]
    keep_firing(world, 500, "a")
    keep_firing(world, 700, "a", "b")
    assert told(world)[-1][2] == [("a", "firing"), ("b", "firing")]
    redrive(world)
    keep_firing(world, 1500, "a", "b")
    assert ended(world) == []


def test_what_it_was_put_off_again_for_is_another_end() -> None:
    world = put_off("a")
    world.receivers.failures = [Permanent("HTTP 410")]
    keep_firing(world, 500, "a")
    act(world, "a", until_s=START_S + 700)
    keep_firing(world, 1500, "a")
    assert ended(world) == ["a"]
    redrive(world)
    keep_firing(world, 2500, "a")
    assert ended(world) == ["a"]


def test_it_is_told_by_itself_where_it_was_shown_beside_what_was_refused() -> None:
    world = put_off("a")
    # What is new is told at the same look.
    keep_firing(world, 240, "a")
    world.receivers.failures = [Permanent("HTTP 410")]
    keep_firing(world, 500, "a", "b")
    assert letters(world) == 1
    assert ended(world) == ["a"]


@pytest.mark.parametrize("limit", [1, 2])
def test_of_more_than_its_receiver_takes_the_others_follow(limit: int) -> None:
    world = put_off("a", "b", "c", max_alerts=limit)
    keep_firing(world, 1500, "a", "b", "c")
    assert sorted(ended(world)) == ["a", "b", "c"] or limit == 2
    assert set(ended(world)) == {"a", "b", "c"}
    assert [reason for _, reason in reasons(world)].count(ENDED) == (3 if limit == 1 else 2)


def test_who_gets_only_the_first_of_what_is_new_gets_one_reminder() -> None:
    world = put_off("a", "b", "c", max_alerts=1, truncates=True)
    keep_firing(world, 1500, "a", "b", "c")
    (reminder,) = (each for each in world.receivers.delivered if each.reason == ENDED)
    assert (len(reminder.alerts), reminder.truncated) == (1, 2)


def test_one_that_ends_while_another_notification_waits_is_told_after_it() -> None:
    world = put_off("a", timing=Timing(repeat_interval_s=400.0))
    world.pass_time(1)
    # Written down before the end of the snooze, and taken after it.
    world.receivers.failures = [Retryable("HTTP 503", 300.0)]
    send(world, fires("b", START_S))
    keep_firing(world, 1000, "a", "b")
    assert [(reason, [name for name, _ in alerts]) for _, reason, alerts in told(world)] == [
        ("first notification", ["a"]),
        ("new alerts added", ["b"]),
        (ENDED, ["a", "b"]),
        ("repeat interval elapsed", ["a", "b"]),
    ]
