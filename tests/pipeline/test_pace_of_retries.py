"""Whatever is sent to a receiver counts in its pace: first tries, retries, what is redriven."""

from collections.abc import Iterable
from itertools import pairwise

import msgspec
import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import digests, heard
from tests.pipeline.test_digest_found import redrive
from tocsin.domain.config import Timing
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.pace import PacePolicy
from tocsin.domain.retry import RetryPolicy
from tocsin.ports import Notification

# Three messages are free, then it takes a minute and a half; no storm in sight.
SLOW = PacePolicy(limit=6, window_s=270.0, storm=1000, every_s=10.0)
# At most four in a minute, and nothing else in the way.
BUSY = PacePolicy(limit=1000, window_s=3600.0, storm=4, every_s=10.0)


class Tries:
    """When a receiver was sent anything, whatever it answers; down from when until when."""

    def __init__(self, world: MemoryWorld) -> None:
        self.at_s: list[float] = []
        self.down_until_s = 0.0
        self._world = world
        self._send = world.receivers.send
        world.receivers.send = self._take  # type: ignore[method-assign]

    def _take(self, notification: Notification) -> str:
        self.at_s.append(self._world.now_s)
        if self._world.now_s < self.down_until_s:
            raise Retryable("HTTP 500")
        return self._send(notification)

    def most_within(self, window_s: float) -> int:
        """Return how many there were at most in any time of this length."""
        return max(
            sum(first <= each < first + window_s for each in self.at_s) for first in self.at_s
        )


def world(policy: PacePolicy, **retry: float) -> tuple[MemoryWorld, Tries]:
    people = receiver(pace=policy, retry=RetryPolicy(**retry))  # type: ignore[arg-type]
    by_host = route(group_by=("instance",), timing=Timing())
    made = MemoryWorld(config(receivers={"oncall": people}, route=by_host))
    return made, Tries(made)


def hosts(world: MemoryWorld, names: Iterable[str], apart_s: float) -> None:
    for name in names:
        world.send(webhook(member(name)))
        world.pass_time(apart_s)


@pytest.mark.parametrize("policy", [SLOW, BUSY])
def test_no_try_passes_the_limit_and_all_is_told_once(policy: PacePolicy) -> None:
    ill, tries = world(policy)
    tries.down_until_s = ill.now_s + 300.0
    names = [f"n{index}" for index in range(12)]
    hosts(ill, names, apart_s=20.0)
    ill.pass_time(3000.0, step_s=5.0, tick_s=20.0)
    assert heard(ill) == {name: ["firing"] for name in names}
    assert tries.most_within(policy.window_s) <= policy.limit
    assert tries.most_within(policy.storm_s) <= policy.storm
    assert ill.balance().is_settled


def test_what_comes_while_a_receiver_is_left_alone_is_told_together() -> None:
    ill, tries = world(BUSY)
    tries.down_until_s = ill.now_s + 600.0
    names = [f"n{index}" for index in range(25)]
    hosts(ill, names, apart_s=30.0)
    ill.pass_time(900.0, step_s=5.0, tick_s=20.0)
    assert heard(ill) == {name: ["firing"] for name in names}
    # Five failures open its breaker; what comes then is in digests.
    assert len(digests(ill)[0].news) > 10
    assert len(ill.receivers.delivered) < 15


def test_who_has_another_address_is_not_left_alone() -> None:
    ill, tries = world(BUSY)
    tries.down_until_s = ill.now_s + 900.0
    hosts(ill, ["n0", "n1", "n2", "n3", "n4", "n5"], apart_s=20.0)
    ill.pass_time(600.0, step_s=5.0, tick_s=20.0)
    tries.down_until_s = 0.0
    ((pace, _),) = ill.paces.kept.values()
    assert pace.held_until_s > ill.now_s + 130.0
    known = ill.configs.current("acme")
    assert known is not None
    mended = {"oncall": receiver(pace=BUSY, url="https://mended.example/hook")}
    ill.configs.apply(
        msgspec.structs.replace(known, version=known.version + 1, receivers=mended), "", ill.now_s
    )
    ill.start_workers()
    ill.pass_time(125.0)
    told = len(ill.receivers.delivered)
    ill.send(webhook(member("later")))
    ill.drain()
    assert len(ill.receivers.delivered) == told + 1
    assert [alert.labels["instance"][:5] for alert in ill.receivers.delivered[-1].news] == ["later"]


def test_letters_that_are_redriven_wait_for_their_turn_and_are_told_under_their_keys() -> None:
    ill, tries = world(SLOW)
    ill.receivers.failures = [Permanent("HTTP 410")] * 3
    names = ["n0", "n1", "n2"]
    hosts(ill, names, apart_s=5.0)
    keys = {each.key for each in ill.receivers.attempted}
    assert len(ill.outbox.dead["notify"]) == len(keys) == 3
    ill.pass_time(600.0, step_s=5.0)
    # What is new uses up what is free.
    hosts(ill, ["m0", "m1", "m2"], apart_s=1.0)
    redrive(ill)
    ill.pass_time(1200.0, step_s=5.0, tick_s=20.0)
    assert heard(ill) == {name: ["firing"] for name in (*names, "m0", "m1", "m2")}
    assert keys == {
        each.key for each in ill.receivers.delivered if each.news[0].labels["instance"][0] == "n"
    }
    assert tries.most_within(SLOW.window_s) <= SLOW.limit
    assert not ill.outbox.dead["notify"]
    assert ill.balance().is_settled


def test_an_end_waits_behind_its_beginning_that_waits_for_its_turn() -> None:
    ill, tries = world(SLOW)
    ill.receivers.failures = [Permanent("HTTP 410")]
    hosts(ill, ["n0"], apart_s=600.0)
    hosts(ill, ["m0", "m1", "m2"], apart_s=1.0)
    redrive(ill)
    ill.drain()
    assert "n0" not in heard(ill)
    ill.send(webhook(resolved("n0")))
    ill.pass_time(900.0, step_s=5.0, tick_s=20.0)
    assert heard(ill)["n0"] == ["firing", "resolved"]
    assert tries.most_within(SLOW.window_s) <= SLOW.limit


def test_waiting_for_its_turn_uses_up_no_attempt() -> None:
    ill, tries = world(SLOW, attempts=5, base_s=1.0, give_up_after_s=600.0)
    ill.receivers.failures = [Retryable("HTTP 500")] * 3
    hosts(ill, ["n0", "n1", "n2"], apart_s=1.0)
    ill.pass_time(100.0)
    # The next turn is long after; and it is in vain.
    ill.receivers.failures = [Retryable("HTTP 500")]
    ill.pass_time(1500.0, step_s=1.0, tick_s=5.0)
    assert max(later - before for before, later in pairwise(tries.at_s)) > 60.0
    assert tries.at_s[-1] - tries.at_s[0] > 240.0
    assert heard(ill) == {name: ["firing"] for name in ("n0", "n1", "n2")}
    assert len(tries.at_s) == 4 + 3
    assert not ill.outbox.dead["notify"]


def test_what_failed_is_given_up_by_the_clock_though_it_waits_for_its_turn() -> None:
    four_an_hour = PacePolicy(limit=4, window_s=3600.0, storm=1000, every_s=10.0)
    ill, tries = world(four_an_hour, base_s=1.0, give_up_after_s=3000.0)
    tries.down_until_s = ill.now_s + 100 * 3600.0
    began_s = ill.now_s
    hosts(ill, ["n0"], apart_s=1.0)
    ill.pass_time(2990.0, step_s=10.0, tick_s=10.0)
    # The next turn is at 3600 s.
    assert [round(at_s - began_s, -2) for at_s in tries.at_s] == [0, 0, 1800]
    assert not ill.outbox.dead["notify"]
    ill.pass_time(30.0, step_s=10.0, tick_s=10.0)
    assert len(ill.outbox.dead["notify"]) == 1
    assert ill.balance().dead_lettered == 1
    assert ill.balance().is_settled
    ill.pass_time(2 * 3600.0, step_s=60.0, tick_s=60.0)
    assert len(tries.at_s) == 3


def test_what_was_never_tried_waits_for_its_turn_as_long_as_that_takes() -> None:
    ill, tries = world(SLOW, give_up_after_s=60.0)
    ill.receivers.failures = [Permanent("HTTP 410")] * 3
    names = [f"n{index}" for index in range(3)]
    hosts(ill, names, apart_s=5.0)
    ill.pass_time(600.0, step_s=5.0)
    hosts(ill, ["m0", "m1", "m2"], apart_s=1.0)
    redrive(ill)
    began_s = ill.now_s
    ill.pass_time(1200.0, step_s=5.0, tick_s=20.0)
    assert max(tries.at_s) - began_s > 3 * 60.0
    assert heard(ill) == {name: ["firing"] for name in (*names, "m0", "m1", "m2")}
    assert not ill.outbox.dead["notify"]


def test_what_is_new_is_told_between_what_is_redriven() -> None:
    ill, _ = world(SLOW)
    names = [f"n{index}" for index in range(3)]
    ill.receivers.failures = [Permanent("HTTP 410")] * 3
    hosts(ill, names, apart_s=5.0)
    ill.pass_time(600.0, step_s=5.0)
    hosts(ill, ["m0", "m1", "m2"], apart_s=1.0)
    redrive(ill)
    ill.drain()
    began_s = ill.now_s
    ill.send(webhook(member("new")))
    ill.pass_time(1200.0, step_s=5.0, tick_s=5.0)
    (told_at_s,) = (
        at_s
        for each, at_s in zip(ill.receivers.delivered, ill.receivers.at_s, strict=True)
        if any(alert.labels["instance"].startswith("new") for alert in each.news)
    )
    # One of those that wait may go first, and no more.
    assert told_at_s - began_s < 2 * 90.0 + 30.0
