"""How soon a receiver from an Alertmanager's file hears what it missed while it was down."""

import heapq

import pytest

from tests.builders import T0, alert, receiver
from tocsin.adapters.memory import MemoryBreakers, MemoryReceivers
from tocsin.configuration.alertmanager.policies import BREAKER, RETRY
from tocsin.domain.errors import Retryable
from tocsin.domain.group import GroupKey
from tocsin.pipeline.safecall import Attempt, Dead, Deferred, Delivered, SafeCall
from tocsin.ports import Notification


class Outage:
    """A receiver that answers 500 for a while, and groups that all try to tell it something."""

    def __init__(self, groups: int, down_s: float) -> None:
        self.now_s = T0
        self.told_s: dict[int, float] = {}
        self.dead: list[int] = []
        self.tries = 0
        self._up_at_s = T0 + down_s
        self._receivers = MemoryReceivers()
        self._calls = SafeCall(self._receivers, MemoryBreakers(), lambda: self.now_s)
        self._receiver = receiver(retry=RETRY, breaker=BREAKER)
        waiting = [(T0 + group / 1000, group, 0, 0.0) for group in range(groups)]
        heapq.heapify(waiting)
        while waiting:
            self.now_s, group, attempts, failed_at_s = heapq.heappop(waiting)
            verdict = self._call(group, attempts, failed_at_s)
            if isinstance(verdict, Deferred):
                failed_at_s = self.now_s if verdict.was_tried else failed_at_s
                due_s = max(verdict.until_s, self.now_s + 0.001)
                heapq.heappush(waiting, (due_s, group, verdict.attempts, failed_at_s))

    def _call(self, group: int, attempts: int, failed_at_s: float) -> object:
        is_down = self.now_s < self._up_at_s
        self._receivers.failures = [Retryable("HTTP 500")] if is_down else []
        before = len(self._receivers.attempted)
        notification = Notification(
            key=f"toc_{group}",
            receiver=self._receiver,
            group=GroupKey("acme", "oncall", (("group", str(group)),)),
            alerts=(alert(),),
            attempt=attempts + 1,
        )
        verdict = self._calls.call(
            Attempt(
                notification=notification,
                owner=f"w{group}",
                created_at_s=T0,
                attempts=attempts,
                failed_at_s=failed_at_s,
            )
        )
        self.tries += len(self._receivers.attempted) - before
        if isinstance(verdict, Delivered):
            self.told_s[group] = self.now_s - self._up_at_s
        elif isinstance(verdict, Dead):
            self.dead.append(group)
        return verdict


@pytest.mark.parametrize("groups", [1, 20])
@pytest.mark.parametrize("down_s", [1, 8, 30])
def test_after_a_short_outage_everybody_hears_within_the_longest_pause(
    groups: int, down_s: float
) -> None:
    outage = Outage(groups, down_s)
    assert (len(outage.told_s), outage.dead) == (groups, [])
    assert max(outage.told_s.values()) <= (3.5 if down_s <= 8 else 11)


def test_after_an_outage_of_hours_nothing_is_lost_and_the_receiver_was_left_in_peace() -> None:
    outage = Outage(100, 4 * 3600)
    assert (len(outage.told_s), outage.dead) == (100, [])
    assert max(outage.told_s.values()) <= 120
    assert outage.tries < 3000
