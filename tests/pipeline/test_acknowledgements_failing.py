"""An acknowledgement of an incident that does not get through, and workers that die over it."""

from typing import Any

import pytest

from tests.pipeline.faulting import Fault
from tests.pipeline.incidents_world import (
    ACKNOWLEDGED,
    ADDED,
    FIRST,
    OVER,
    act,
    fire,
    only,
    paged,
    paging,
    reasons,
    records,
)
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import ends, send
from tocsin.domain.config import Timing
from tocsin.domain.errors import Permanent, Retryable
from tocsin.pipeline.poke import Poke, pack_poke


def test_a_page_that_failed_is_told_first() -> None:
    world = paging(Timing())
    world.receivers.failures = [Retryable("HTTP 503")]
    fire(world, "a")
    world.pass_time(1)
    act(world, "acknowledge", "a")
    world.pass_time(300)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]


def test_resolved_while_it_waits_to_be_tried_again_only_the_end_is_told() -> None:
    world = paged("a", timing=Timing())
    world.receivers.failures = [Retryable("HTTP 503")]
    act(world, "acknowledge", "a")
    world.pass_time(1)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(300)
    assert reasons(world) == [FIRST, OVER]
    assert world.balance().is_settled


def test_news_does_not_wait_for_an_acknowledgement_that_does_not_get_through() -> None:
    world = paged("a", timing=Timing())
    world.receivers.failures = [Retryable("HTTP 503", retry_after_s=200)]
    act(world, "acknowledge", "a")
    world.pass_time(1)
    fire(world, "b")
    world.pass_time(3)
    assert only(world).intent is None or not only(world).intent.acknowledged_by  # type: ignore[union-attr]
    world.pass_time(400)
    assert reasons(world) == [FIRST, ADDED]


def test_after_a_lost_answer_it_is_told_again_under_its_key() -> None:
    world = paged("a")
    keys: list[str] = []
    original = world.receivers.send

    def losing(notification: Any) -> str:
        keys.append(notification.key)
        if len(keys) == 1:
            raise Retryable("no answer")
        return original(notification)

    world.receivers.send = losing  # type: ignore[method-assign]
    act(world, "acknowledge", "a")
    world.pass_time(200)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert ("failed", "acknowledged: no answer") in records(world)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_loses_nothing_and_tells_nothing_under_two_keys(when: str) -> None:
    def run(fault: Fault) -> MemoryWorld:
        world = paged("a", "b", fault=fault)
        before = len(fault.calls)
        fault.at = fault.at and before + fault.at
        act(world, "acknowledge", "a", "b")
        world.pass_time(200, step_s=5, tick_s=60)
        counts.append(len(fault.calls) - before)
        send(world, ends("a", START_S, world.now_s), ends("b", START_S, world.now_s))
        world.pass_time(700, step_s=5, tick_s=60)
        world.settle()
        return world

    counts: list[int] = []
    assert reasons(run(Fault())) == [FIRST, ACKNOWLEDGED, OVER]
    for at in range(1, counts[0] + 1):
        world = run(Fault(at, when))
        told = list(dict.fromkeys(reasons(world)))
        assert told in ([FIRST, ACKNOWLEDGED, OVER], [FIRST, OVER]), (at, told)
        assert len(world.tellings()) == len(told)
        assert world.balance().is_settled


def test_given_back_before_it_was_told_it_is_not() -> None:
    world = paged("a")
    world.receivers.failures = [Retryable("HTTP 503", retry_after_s=30)]
    act(world, "acknowledge", "a")
    world.pass_time(2)
    act(world, "unacknowledge", "a")
    world.pass_time(200)
    assert reasons(world) == [FIRST]
    act(world, "acknowledge", "a")
    world.pass_time(5)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]


def test_a_refusal_is_a_dead_letter_that_harms_nothing_and_can_be_redriven() -> None:
    world = paged("a", timing=Timing())
    world.receivers.failures = [Permanent("HTTP 400")]
    act(world, "acknowledge", "a")
    world.pass_time(200)
    assert reasons(world) == [FIRST]
    assert ("dead", "acknowledged: HTTP 400") in records(world)
    assert (world.balance().delivered, world.balance().dead_lettered) == (1, 0)
    (key,) = {each.acknowledgement_by for each in only(world).told.values()}
    assert key
    poke = Poke(only(world).key, revive=True, notification=key)
    world.outbox.send("notify", [pack_poke("acme", [poke], "r", world.now_s, world.blobs)])
    world.pass_time(5)
    assert [(each.reason, each.key == key) for each in world.receivers.delivered] == [
        (FIRST, False),
        (ACKNOWLEDGED, True),
    ]
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(60)
    assert reasons(world) == [FIRST, ACKNOWLEDGED, OVER]


def test_after_a_refusal_the_end_is_told_as_ever() -> None:
    world = paged("a", timing=Timing())
    world.receivers.failures = [Permanent("HTTP 400")]
    act(world, "acknowledge", "a")
    world.pass_time(200)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(60)
    assert reasons(world) == [FIRST, OVER]


def test_taken_again_it_does_not_hurry_a_receiver_that_asked_for_time() -> None:
    world = paged("a")
    world.receivers.failures = [Retryable("HTTP 503", retry_after_s=100)]
    begun_s = world.now_s
    act(world, "acknowledge", "a")
    world.pass_time(2)
    act(world, "unacknowledge", "a")
    world.pass_time(2)
    act(world, "acknowledge", "a")
    world.pass_time(200)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]
    assert world.receivers.at_s[-1] >= begun_s + 100
