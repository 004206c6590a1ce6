"""What people are told at a pace: a storm in digests, nothing lost, nothing twice, in order."""

from collections import Counter
from itertools import pairwise

import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.config import Timing
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.group import is_digest
from tocsin.domain.pace import PacePolicy
from tocsin.ports import Notification

STORM = PacePolicy(storm=3, storm_s=60.0, every_s=60.0)
HOSTS = [f"h{index}" for index in range(8)]


def world(
    policy: PacePolicy | None = STORM, fault: Fault | None = None, **timing: float
) -> MemoryWorld:
    """A receiver that is told at a pace, of each host by itself."""
    people = receiver(pace=policy)
    by_host = route(group_by=("instance",), timing=Timing(**timing))
    return MemoryWorld(config(receivers={"oncall": people}, route=by_host), fault)


def digests(world: MemoryWorld) -> list[Notification]:
    return [each for each in world.receivers.delivered if is_digest(each.group)]


def heard(world: MemoryWorld) -> dict[str, list[str]]:
    """By host, what its people heard, in order."""
    steps: dict[str, list[str]] = {}
    for notification in world.receivers.delivered:
        for alert in notification.news:
            host = alert.labels["instance"].partition(".")[0]
            steps.setdefault(host, []).append(alert.status)
    return steps


def test_a_storm_is_told_in_one_message_and_each_alert_once() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    (digest,) = digests(stormy)
    assert len(stormy.receivers.delivered) == 3
    assert len(digest.news) == len(HOSTS) - 2
    assert heard(stormy) == {host: ["firing"] for host in HOSTS}


def test_the_books_say_what_the_digest_told() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    assert stormy.balance().pending == len(HOSTS) - 2
    stormy.pass_time(180.0)
    books = stormy.balance()
    assert books.is_settled
    assert books.delivered == len(HOSTS)


def test_what_is_over_before_the_digest_speaks_is_told_to_nobody() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(180.0)
    assert "h7" not in heard(stormy)
    assert stormy.balance().is_settled


def test_an_end_follows_its_beginning_whoever_tells_it() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(10.0)
    stormy.send(webhook(*(resolved(host) for host in HOSTS[:-1])))
    stormy.pass_time(300.0)
    assert heard(stormy) == {host: ["firing", "resolved"] for host in HOSTS}
    assert stormy.balance().is_settled


def test_what_fired_before_the_storm_is_ended_by_the_digest() -> None:
    stormy = world()
    stormy.send(webhook(member("h0")))
    stormy.pass_time(120.0)
    stormy.send(webhook(*map(member, HOSTS[1:]), resolved("h0")))
    stormy.pass_time(180.0)
    assert heard(stormy)["h0"] == ["firing", "resolved"]


def test_a_new_run_stands_behind_what_the_digest_still_owes() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(120.0)
    stormy.send(webhook(*map(resolved, HOSTS)))
    stormy.drain()
    again = {"startsAt": "2025-11-22T05:55:00.000Z"}
    stormy.send(webhook(*(member(host, **again) for host in HOSTS)))
    stormy.pass_time(300.0)
    assert all(steps[-1] == "firing" for steps in heard(stormy).values())
    for steps in heard(stormy).values():
        assert steps in (["firing"], ["firing", "resolved", "firing"])
    assert stormy.balance().is_settled


def test_calm_is_calm_again() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(300.0)
    told = len(stormy.receivers.delivered)
    stormy.send(webhook(member("later")))
    stormy.drain()
    assert len(stormy.receivers.delivered) == told + 1
    assert not is_digest(stormy.receivers.delivered[-1].group)


def test_a_limit_is_never_passed_and_never_drops() -> None:
    policy = PacePolicy(limit=6, window_s=600.0, storm=1000, every_s=1.0)
    limited = world(policy)
    for index in range(60):
        limited.send(webhook(member(f"n{index}")))
        limited.pass_time(20.0)
    limited.pass_time(1200.0)
    assert heard(limited) == {f"n{index}": ["firing"] for index in range(60)}
    at_s = limited.receivers.at_s
    for first in at_s:
        assert sum(first <= each < first + policy.window_s for each in at_s) <= policy.limit
    # Half of it is free, and what is left is spread: nobody waits for the whole window.
    assert max(later - before for before, later in pairwise(at_s)) <= policy.window_s / 2


def test_who_flaps_costs_a_message_a_group_interval() -> None:
    flapping = world(None, group_wait_s=10.0, group_interval_s=60.0)
    for turn in range(30):
        began = {"startsAt": f"2025-11-22T05:40:{turn:02}.000Z"}
        flapping.send(webhook(member("h0", **began) if turn % 2 == 0 else resolved("h0", **began)))
        flapping.pass_time(2.0)
    flapping.pass_time(10.0)
    assert len(flapping.receivers.delivered) <= 2
    flapping.pass_time(120.0)
    assert len(flapping.receivers.delivered) <= 3


def test_a_digest_that_nobody_takes_is_a_dead_letter_and_ends_count() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.receivers.failures = [Permanent("HTTP 410")]
    stormy.pass_time(180.0)
    assert [letter.error for letter in stormy.outbox.dead["notify"]] == ["DeliveryFailed"]
    assert stormy.balance().dead_lettered == len(HOSTS) - 2


def test_a_digest_is_tried_again_under_its_key() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.receivers.failures = [Retryable("HTTP 500")]
    stormy.pass_time(240.0)
    tried = [each for each in stormy.receivers.attempted if is_digest(each.group)]
    assert len(tried) == 2
    assert tried[0].key == tried[1].key
    assert heard(stormy) == {host: ["firing"] for host in HOSTS}


def storm_and_end(world: MemoryWorld) -> None:
    world.send(webhook(*map(member, HOSTS[:5])))
    world.pass_time(600.0, step_s=10.0, tick_s=20.0)
    world.send(webhook(*map(resolved, HOSTS[:5])))
    world.pass_time(900.0, step_s=10.0, tick_s=20.0)


def calls_of_a_storm() -> int:
    undisturbed = world()
    storm_and_end(undisturbed)
    return len(undisturbed.fault.calls)


# Tracing would double the time, and the tests above go through nearly all of these lines.
@pytest.mark.no_cover
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_at_any_call_loses_nothing_and_repeats_nothing(when: str) -> None:
    for dies_at in range(1, calls_of_a_storm() + 1):
        stormy = world(fault=Fault(dies_at, when))
        storm_and_end(stormy)
        said = {
            (each.key, alert.labels["instance"], alert.status)
            for each in stormy.receivers.delivered
            for alert in each.news
        }
        steps = Counter((host, status) for _, host, status in said)
        told = sum(1 for each in steps if each[1] == "firing")
        assert (set(steps.values()), told) == ({1}, 5), f"dies {when} call {dies_at}"
        assert stormy.balance().is_settled, f"dies {when} call {dies_at}"


def test_an_end_that_the_digest_owes_is_told_though_it_fires_again_meanwhile() -> None:
    stormy = world()
    stormy.send(webhook(member("h0")))
    stormy.pass_time(120.0)
    # Enough for a storm, so that the end goes to the digest, and then the new beginning.
    stormy.send(webhook(resolved("h0"), *map(member, HOSTS[1:6])))
    stormy.drain()
    stormy.send(webhook(member("h0", startsAt="2025-11-22T05:55:00.000Z")))
    stormy.drain()
    stormy.pass_time(400.0)
    assert heard(stormy)["h0"] in (["firing"], ["firing", "resolved", "firing"])
    stormy.send(webhook({**resolved("h0"), "endsAt": "2025-11-22T06:55:00.000Z"}))
    stormy.pass_time(400.0)
    assert heard(stormy)["h0"][-1] == "resolved"
    assert stormy.balance().is_settled


def test_a_digest_is_woken_for_whoever_hands_over_soonest() -> None:
    policy = PacePolicy(limit=4, window_s=600.0, storm=3, storm_s=60.0, every_s=60.0)
    stormy = world(policy)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(600.0)
    assert heard(stormy) == {host: ["firing"] for host in HOSTS}
