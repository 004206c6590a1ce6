"""How what several senders say of one alert becomes one, as Alertmanager merges it."""

import json
from datetime import UTC, datetime
from typing import Any

from tests.builders import config, route
from tests.pipeline.memory_world import START_S, MemoryWorld
from tocsin.domain.config import Timing

TIMING = Timing(group_wait_s=1, group_interval_s=1, repeat_interval_s=0.001)


def world(timing: Timing = TIMING, resolve_timeout_s: float = 300.0) -> MemoryWorld:
    route_ = route(timing=timing)
    return MemoryWorld(
        config(route=route_, plain_labels=True, resolve_timeout_s=resolve_timeout_s),
        is_one_process=True,
    )


def push(world: MemoryWorld, starts: float, ends: float | None = None, **annotations: str) -> None:
    """Push one alert by Alertmanager's API, with times in seconds from the start."""
    alert: dict[str, Any] = {
        "labels": {"alertname": "test"},
        "annotations": annotations,
        "startsAt": _iso(starts),
    }
    if ends is not None:
        alert["endsAt"] = _iso(ends)
    world.send(json.dumps([alert]).encode(), "alertmanager-api")
    for queue in ("enrich", "evaluate"):
        world.pump(queue)


def _iso(at_s: float) -> str:
    return datetime.fromtimestamp(START_S + at_s, UTC).isoformat().replace("+00:00", "Z")


def until(world: MemoryWorld, at_s: float) -> None:
    world.pass_time(START_S + at_s - world.now_s, step_s=0.1, tick_s=0.1)


def last(world: MemoryWorld) -> tuple[float, str, float, float | None, dict[str, str]]:
    """Return what was told last: when, status, start, end and annotations."""
    (alert,) = world.receivers.delivered[-1].alerts
    ends_s = alert.ends_at_s if alert.status == "resolved" else None
    return (
        round(world.receivers.at_s[-1] - START_S, 1),
        alert.status,
        round((alert.starts_at_s or 0.0) - START_S, 1),
        None if ends_s is None else round(ends_s - START_S, 1),
        alert.annotations,
    )


def test_a_story_of_two_senders() -> None:
    one = world()
    until(one, 1)
    push(one, 1.1)
    until(one, 1.2)
    # Another sender, later, and it saw it earlier.
    push(one, 1)
    until(one, 2.4)
    assert last(one)[1:] == ("firing", 1.0, None, {})
    push(one, 2, ann="v1")
    until(one, 3.4)
    assert last(one)[1:] == ("firing", 1.0, None, {"ann": "v1"})
    # Under the same start: only the texts differ.
    push(one, 2, ann="v2")
    until(one, 4.4)
    assert last(one)[1:] == ("firing", 1.0, None, {"ann": "v2"})
    # Of two ends the latest counts.
    push(one, 3, 4.3, ann="v2")
    push(one, 2.9, 4.4, ann="v3")
    push(one, 2.9, 4.1, ann="v3")
    until(one, 5.4)
    assert last(one)[1:4] == ("resolved", 1.0, 4.4)
    push(one, 5.3)
    until(one, 6.6)
    assert last(one)[1:] == ("firing", 5.3, None, {})


def test_a_firing_holds_from_its_last_repeat() -> None:
    one = world(Timing(group_wait_s=0.5, group_interval_s=0.5), resolve_timeout_s=3)
    for second in range(5):
        push(one, 0)
        until(one, second + 1)
    until(one, 6.8)
    assert last(one)[1] == "firing"
    until(one, 8)
    at_s, status, *_ = last(one)
    assert (status, 7.0 <= at_s <= 7.8) == ("resolved", True)


def test_an_end_that_a_sender_named_stays_if_it_is_the_latest() -> None:
    one = world(Timing(group_wait_s=0.5, group_interval_s=0.5))
    push(one, 0, 6)
    until(one, 1)
    push(one, 0, 3)
    until(one, 5.5)
    assert last(one)[1] == "firing"
    until(one, 7)
    assert last(one)[1:4] == ("resolved", 0.0, 6.0)


def test_an_end_that_nobody_named_gives_way_to_one_that_somebody_did() -> None:
    one = world(Timing(group_wait_s=0.5, group_interval_s=0.5))
    push(one, 0)
    until(one, 1)
    push(one, 0, 3)
    until(one, 4)
    assert last(one)[1:4] == ("resolved", 0.0, 3.0)


def test_what_was_heard_of_one_run_does_not_make_the_next_one_last() -> None:
    one = world(timing=Timing(group_wait_s=1, group_interval_s=1))
    until(one, 1)
    push(one, 0, 1000)
    until(one, 2)
    push(one, 0, 1000)
    until(one, 6)
    push(one, 0, 5)
    until(one, 11)
    push(one, 10, 20)
    until(one, 25)
    assert last(one)[:4] == (20.1, "resolved", 10.0, 20.0)
