"""For how long people waited: from acceptance and from when it was due, to the first attempt."""

from typing import Any

import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_digest import HOSTS
from tests.pipeline.test_digest import world as paced_world
from tocsin.domain.config import Timing
from tocsin.domain.errors import Retryable
from tocsin.domain.journal import DeliveryRecord
from tocsin.pipeline.attempts import note_attempt
from tocsin.pipeline.batch import Outcome


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> Outcome:
    """What all invocations of notify counted, together."""
    whole = Outcome()

    def note(outcome: Outcome, *what: Any) -> None:
        note_attempt(whole, *what)

    monkeypatch.setattr("tocsin.pipeline.calling.note_attempt", note)
    return whole


def waiting(**timing: float) -> MemoryWorld:
    return MemoryWorld(config(route=route(timing=Timing(**timing))))


def records(world: MemoryWorld) -> list[DeliveryRecord]:
    found = world.journal.read("acme", 0.0, world.now_s + 1)
    return [each for each in found if isinstance(each, DeliveryRecord)]


def test_what_a_route_asks_to_wait_is_in_the_one_and_not_in_the_other(noted: Outcome) -> None:
    world = waiting(group_wait_s=30.0)
    world.send(webhook(member("h1")))
    world.pass_time(120.0)
    (told,) = records(world)
    assert (told.outcome, told.accepted_at_s, told.due_at_s) == ("delivered", START_S, START_S + 30)
    assert told.accepted_at_s < told.began_at_s <= told.at_s
    (waits,) = noted.waits_ms.values()
    (accepted,), (due,) = waits["accepted_to_attempt_ms"], waits["due_to_attempt_ms"]
    assert accepted >= 30_000
    assert due == accepted - 30_000


def test_only_the_first_attempt_is_waited_for(noted: Outcome) -> None:
    world = waiting()
    world.receivers.failures = [Retryable("503"), Retryable("503")]
    world.send(webhook(member("h1")))
    world.pass_time(600.0)
    assert [each.outcome for each in records(world)] == ["failed", "failed", "delivered"]
    assert noted.by_kind == {"webhook": {"attempts": 3, "failed": 2, "delivered": 1}}
    (waits,) = noted.waits_ms.values()
    assert [len(each) for each in waits.values()] == [1, 1]
    assert len({each.due_at_s for each in records(world)}) == 1


def test_an_urgent_alert_is_measured_by_itself(noted: Outcome) -> None:
    world = waiting()
    world.send(webhook(member("h1", severity="critical")))
    world.pass_time(5.0)
    assert set(noted.waits_ms) == {"urgent"}


def test_a_repeat_is_not_waited_for(noted: Outcome) -> None:
    world = waiting(repeat_interval_s=3600.0)
    world.send(webhook(member("h1")))
    world.pass_time(2 * 3600.0)
    assert noted.by_kind["webhook"]["delivered"] > 1
    (waits,) = noted.waits_ms.values()
    assert [len(each) for each in waits.values()] == [1, 1]


def test_a_digest_knows_since_when_it_was_owed_and_is_not_late(noted: Outcome) -> None:
    stormy = paced_world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    told = [each for each in records(stormy) if each.key]
    assert {each.accepted_at_s for each in told} == {START_S}
    # Two were told by themselves, and the others in a digest.
    (waits,) = noted.waits_ms.values()
    assert [len(each) for each in waits.values()] == [2, 2]
    assert noted.by_kind["webhook"]["delivered"] == 3


def test_people_whose_receiver_counts_apart(noted: Outcome) -> None:
    world = MemoryWorld(config(receivers={"oncall": receiver(kind="slack")}))
    world.send(webhook(member("h1")))
    world.pass_time(5.0)
    assert noted.by_kind == {"slack": {"attempts": 1, "delivered": 1}}
