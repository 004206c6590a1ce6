"""A snooze that ends while its alert is muted: people are reminded when it may be shown again."""

import pytest

from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_suppressed import configured, quiet, silence
from tests.pipeline.test_timers import ends, fires, host, send, told
from tocsin.domain.config import Timing
from tocsin.domain.group import Group, Member
from tocsin.domain.handling import Action, ActionKind
from tocsin.pipeline.actions import Order, pack_orders

TIMING = Timing(group_wait_s=10, group_interval_s=60)
ENDED = "snooze ended"
OF_A = 'instance=~"a[.].*"'


def act(world: MemoryWorld, name: str, kind: ActionKind = "snooze", until_s: float = 0.0) -> None:
    (group,) = world.groups.groups.values()
    member = known(group, name)
    action = Action(
        id=f"{kind}-{name}-{world.now_s}",
        kind=kind,
        fingerprint=member.fingerprint,
        episode=member.episode,
        by="ann",
        at_s=world.now_s,
        until_s=until_s,
    )
    message = pack_orders("acme", [Order(group.key, action)], world.now_s, world.blobs)
    world.outbox.send("evaluate", [message])
    world.pump("evaluate")


def known(group: Group, name: str) -> Member:
    return next(each for each in group.members.values() if host(each.alert) == name)


def keep_firing(world: MemoryWorld, until_s: float, *names: str) -> None:
    """Let alerts fire until so long after the start."""
    while world.now_s < START_S + until_s:
        send(world, *(fires(name, START_S) for name in names))
        world.pass_time(min(50.0, START_S + until_s - world.now_s))


def snoozed(world: MemoryWorld, *names: str) -> None:
    """Tell of alerts, put the first off until 400, and silence it from then until 900."""
    send(world, *(fires(name, START_S) for name in names))
    world.pass_time(20)
    act(world, "a", until_s=START_S + 400)
    keep_firing(world, 300, *names)
    silence(world, START_S + 900, OF_A)


def reasons(world: MemoryWorld) -> list[tuple[float, str]]:
    return [(at_s, reason) for at_s, reason, _ in told(world)]


def test_it_is_told_after_the_silence_though_its_group_spoke_before() -> None:
    world = quiet(TIMING)
    snoozed(world, "a")
    keep_firing(world, 500, "a")
    keep_firing(world, 1200, "a", "b")
    assert told(world) == [
        (10, "first notification", [("a", "firing")]),
        (550, "new alerts added", [("b", "firing")]),
        (910, ENDED, [("a", "firing"), ("b", "firing")]),
    ]


def test_what_shows_it_after_the_silence_is_the_reminder() -> None:
    world = quiet(TIMING)
    snoozed(world, "a")
    keep_firing(world, 500, "a")
    keep_firing(world, 895, "a", "b")
    keep_firing(world, 1500, "a", "b", "c")
    assert told(world)[2:] == [
        (910, "new alerts added", [("a", "firing"), ("b", "firing"), ("c", "firing")]),
    ]


def test_each_is_reminded_of_once_when_it_may_be_shown() -> None:
    world = quiet(TIMING)
    snoozed(world, "a", "b")
    act(world, "b", until_s=START_S + 600)
    keep_firing(world, 500, "a", "b")
    keep_firing(world, 1500, "a", "b", "c")
    assert [(reason, alerts) for _, reason, alerts in told(world)][1:] == [
        ("new alerts added", [("c", "firing")]),
        (ENDED, [("b", "firing"), ("c", "firing")]),
        (ENDED, [("a", "firing"), ("b", "firing"), ("c", "firing")]),
    ]


def test_what_ends_while_it_is_owed_is_told_as_ended_and_no_reminder_follows() -> None:
    world = quiet(TIMING)
    snoozed(world, "a")
    keep_firing(world, 500, "a")
    keep_firing(world, 700, "a", "b")
    send(world, ends("a", START_S, world.now_s))
    keep_firing(world, 1500, "b")
    assert [reason for _, reason in reasons(world)[2:]] == ["some alerts resolved"]


def test_snoozed_anew_while_it_is_owed_only_that_end_is_told() -> None:
    world = quiet(TIMING)
    snoozed(world, "a")
    keep_firing(world, 500, "a")
    keep_firing(world, 700, "a", "b")
    act(world, "a", until_s=START_S + 1000)
    keep_firing(world, 1500, "a", "b")
    assert reasons(world)[2:] == [(1030, ENDED)]


def test_a_repeat_that_shows_it_leaves_nothing_owed() -> None:
    world = quiet(Timing(group_wait_s=10, group_interval_s=60, repeat_interval_s=600))
    snoozed(world, "a")
    keep_firing(world, 500, "a")
    keep_firing(world, 1500, "a", "b")
    assert [reason for _, reason in reasons(world)] == [
        "first notification",
        "new alerts added",
        ENDED,
    ]


# Tracing would double the time, and other tests go through nearly all of these lines.
@pytest.mark.no_cover
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", range(1, 60))
def test_nor_is_it_lost_or_told_twice_where_a_worker_dies(call: int, when: str) -> None:
    fault = Fault(0, when)
    world = MemoryWorld(configured(TIMING), fault)
    snoozed(world, "a")
    keep_firing(world, 500, "a")
    fault.at = len(fault.calls) + 4 * call
    keep_firing(world, 1500, "a", "b")
    ended = {each.key for each in world.receivers.delivered if each.reason == ENDED}
    (alerts,) = [alerts for _, reason, alerts in told(world) if reason == ENDED][: len(ended)]
    assert alerts == [("a", "firing"), ("b", "firing")]
