"""Some of those whom a notification is for have it, and others may take it later."""

from random import Random

import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.config import Timing
from tocsin.domain.errors import PartlyTaken, Permanent, Retryable
from tocsin.domain.journal import DeliveryRecord
from tocsin.domain.pace import PacePolicy
from tocsin.domain.retry import RetryPolicy
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.ports import Notification, Queue

ANN, BOB, EVE = "ann@example.com", "bob@example.com", "eve@example.com"


class Mailboxes:
    """A receiver of three people, some of whom are not taken for now."""

    def __init__(self, world: MemoryWorld, *later: str) -> None:
        self.later = set(later)
        self.boxes: dict[str, list[str]] = {ANN: [], BOB: [], EVE: []}
        self._send = world.receivers.send
        world.receivers.send = self._take  # type: ignore[method-assign]

    def _take(self, notification: Notification) -> str:
        asked = [at for at in self.boxes if at not in notification.taken]
        refused = self.later & set(asked)
        receipt = self._send(notification)
        for at in asked:
            if at not in refused:
                self.boxes[at].append(notification.key)
        if refused:
            have_it = tuple(at for at in asked if at not in refused)
            raise PartlyTaken(f"450 to {sorted(refused)}", 60.0, taken=have_it)
        return receipt

    def counts(self) -> dict[str, int]:
        """Return how many messages lie in each box, none of which may be there twice."""
        assert all(len(set(each)) == len(each) for each in self.boxes.values())
        return {at.partition("@")[0]: len(each) for at, each in self.boxes.items()}


def world(give_up_after_s: float = 4 * 3600.0) -> MemoryWorld:
    people = receiver(retry=RetryPolicy(give_up_after_s=give_up_after_s))
    return MemoryWorld(config(receivers={"oncall": people}, route=route(timing=Timing())))


def test_who_was_not_taken_gets_it_later_and_nobody_gets_it_twice() -> None:
    ill = world()
    people = Mailboxes(ill, BOB, EVE)
    ill.send(webhook(member("a")))
    ill.drain()
    assert people.counts() == {"ann": 1, "bob": 0, "eve": 0}
    people.later = {EVE}
    ill.pass_time(200.0)
    assert people.counts() == {"ann": 1, "bob": 1, "eve": 0}
    people.later = set()
    ill.pass_time(200.0)
    assert people.counts() == {"ann": 1, "bob": 1, "eve": 1}
    assert ill.balance().delivered == 1
    assert ill.balance().is_settled


def test_that_uses_up_no_attempt_and_opens_no_breaker() -> None:
    ill = world()
    people = Mailboxes(ill, BOB)
    ill.send(webhook(member("a")))
    ill.pass_time(1800.0, step_s=5.0, tick_s=20.0)
    assert not ill.outbox.dead["notify"]
    assert not ill.breakers.kept
    assert people.counts() == {"ann": 1, "bob": 0, "eve": 1}


def test_what_nobody_else_takes_in_time_is_delivered_in_part_and_no_dead_letter() -> None:
    ill = world(give_up_after_s=600.0)
    people = Mailboxes(ill, BOB)
    handle, warned = ill._handle, []

    def noting(queue: Queue, deliveries: list[Delivery]) -> Outcome:
        outcome = handle(queue, deliveries)
        warned.extend(outcome.warnings)
        return outcome

    ill._handle = noting  # type: ignore[method-assign]
    ill.send(webhook(member("a")))
    ill.pass_time(1200.0, step_s=5.0, tick_s=20.0)
    assert not ill.outbox.dead["notify"]
    assert ill.balance().delivered == 1
    assert warned == ["some people of receiver oncall of acme did not get a message"]
    last = list(ill.journal.read("acme", 0.0, ill.now_s))[-1]
    assert isinstance(last, DeliveryRecord)
    assert last.outcome == "delivered"
    assert "ann@example.com, eve@example.com" in last.receipt
    tries = len(ill.receivers.attempted)
    people.later = set()
    ill.pass_time(600.0, step_s=5.0, tick_s=20.0)
    assert len(ill.receivers.attempted) == tries


@pytest.mark.parametrize("then", [Permanent("HTTP 410"), Retryable("no answer")])
def test_however_the_rest_ends_it_is_delivered_to_whoever_has_it(then: Exception) -> None:
    ill = world(give_up_after_s=600.0)
    people = Mailboxes(ill, BOB)
    ill.send(webhook(member("a")))
    ill.drain()
    ill.receivers.failures = [then] * 50  # type: ignore[list-item]
    ill.pass_time(1200.0, step_s=5.0, tick_s=20.0)
    assert not ill.outbox.dead["notify"]
    assert ill.balance().delivered == 1
    assert people.counts() == {"ann": 1, "bob": 0, "eve": 1}


@pytest.mark.parametrize("interval_s", [0.0, 250.0])
def test_what_is_new_does_not_wait_for_who_is_not_taken(interval_s: float) -> None:
    ill = MemoryWorld(config(route=route(timing=Timing(group_interval_s=interval_s))))
    people = Mailboxes(ill, BOB)
    ill.send(webhook(member("a")))
    ill.drain()
    ill.send(webhook(resolved("a")))
    ill.pass_time(interval_s + 10.0, step_s=5.0, tick_s=5.0)
    assert people.counts() == {"ann": 2, "bob": 0, "eve": 2}
    people.later = set()
    ill.pass_time(400.0, step_s=5.0, tick_s=20.0)
    # Whoever had no beginning hears of the end, which says what it was.
    assert people.counts() == {"ann": 2, "bob": 1, "eve": 2}
    assert ill.balance().is_settled


def test_a_worker_that_cannot_write_down_who_has_it_remembers_that() -> None:
    ill = world()
    people = Mailboxes(ill, BOB)
    settle, away = ill.groups.settle, [True]

    def fails(*args: object) -> bool:
        if people.boxes[ANN] and away:
            away.pop()
            raise Retryable("away")
        return settle(*args)  # type: ignore[arg-type]

    ill.groups.settle = fails  # type: ignore[method-assign, assignment]
    ill.send(webhook(member("a")))
    ill.drain()
    ill.pass_time(60.0)
    people.later = set()
    ill.pass_time(400.0)
    assert not away
    assert people.counts() == {"ann": 1, "bob": 1, "eve": 1}


@pytest.mark.parametrize("seed", range(25))
def test_whatever_happens_meanwhile_nobody_gets_anything_twice(seed: int) -> None:
    random = Random(seed)
    timing = Timing(
        group_interval_s=random.choice([0.0, 45.0]), repeat_interval_s=random.choice([None, 600.0])
    )
    paced = random.choice([None, PacePolicy(limit=20, window_s=900.0, storm=4, every_s=20.0)])
    people = receiver(pace=paced, retry=RetryPolicy(attempts=99, give_up_after_s=900.0))
    by_host = route(group_by=("instance",), timing=timing)
    ill = MemoryWorld(config(receivers={"oncall": people}, route=by_host))
    boxes = Mailboxes(ill)
    for _ in range(40):
        boxes.later = {at for at in (BOB, EVE) if random.random() < 0.5}
        ill.receivers.failures = [Retryable("no answer")] * random.choice([0, 0, 0, 1])
        host = random.choice("abc")
        ill.send(webhook(random.choice([member(host), resolved(host)])))
        ill.pass_time(random.choice([5.0, 40.0, 130.0]), step_s=5.0, tick_s=15.0)
    boxes.later = set()
    ill.receivers.failures = []
    ill.pass_time(2400.0, step_s=15.0, tick_s=15.0)
    told = boxes.counts()
    assert told["ann"] == max(told.values()) > 0
    assert not ill.outbox.dead["notify"]
    assert ill.balance().is_settled
