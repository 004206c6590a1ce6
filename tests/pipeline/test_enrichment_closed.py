"""An enrichment that fails closed: what of a batch failed lies in the dead letters, alone."""

from collections.abc import Iterable

import pytest

from tests.integration.payloads import member, webhook
from tests.pipeline.marking import DB1, Marking, marked_world, told
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.pipeline import envelope
from tocsin.ports import DeadLetter, Queue


def test_failing_closed_an_alert_is_in_the_dead_letters_and_nobody_istold() -> None:
    world = marked_world({"redact"}, fails_closed=True)
    world.send(webhook(member("db-1")))
    world.drain()
    assert told(world) == []
    (letter,) = world.outbox.dead["enrich"]
    assert letter.error == "EnrichmentFailed"
    assert world.balance().dead_lettered == 1
    assert world.balance().is_settled


def test_all_that_fail_of_a_batch_are_buried_at_once_each_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    failing = {"redact"}
    world = marked_world(failing, fails_closed=True)
    bury, calls = world.outbox.bury, []

    def counted(queue: Queue, letters: Iterable[DeadLetter]) -> None:
        calls.append(list(letters))
        bury(queue, calls[-1])

    monkeypatch.setattr(world.outbox, "bury", counted)
    monkeypatch.setattr(envelope, "INLINE_LIMIT_BYTES", 64)
    put, claims = world.blobs.put, list[str]()
    monkeypatch.setattr(
        world.blobs, "put", lambda key, data: (claims.append(key), put(key, data))[1]
    )
    world.send(webhook(*(member(f"db-{index}") for index in range(25))))
    claims.clear()
    world.drain()
    assert [len(letters) for letters in calls if letters] == [25]
    # Their body is stored once for all of them.
    assert len([key for key in claims if "/raw/" in key]) == 1
    failing.clear()
    world.outbox.queues["enrich"].extend(each.message for each in world.outbox.dead["enrich"])
    world.drain()
    assert len(told(world)) == len({each.labels["instance"] for each in told(world)}) == 25


def test_redriven_when_the_stage_is_well_it_arrives_once() -> None:
    failing = {"redact"}
    world = marked_world(failing, fails_closed=True)
    world.send(webhook(member("db-1")))
    world.drain()
    failing.clear()
    (letter,) = world.outbox.dead["enrich"]
    world.outbox.queues["enrich"].extend([letter.message, letter.message])
    world.drain()
    assert [alert.labels["instance"] for alert in told(world)] == [DB1]


def test_failing_closed_its_neighbours_go_on_before_it_is_buried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = marked_world({"redact"}, fails_closed=True)
    run, bury, sent = Marking.run, world.outbox.bury, list[int]()

    def run_for_one(self: Marking, subject: Subject, draft: Draft) -> str:
        return run(self, subject, draft) if draft.alert.labels["instance"] == DB1 else ""

    def looked(queue: Queue, letters: Iterable[DeadLetter]) -> None:
        found = list(letters)
        if found:
            sent.append(len(world.outbox.queues["evaluate"]))
        bury(queue, found)

    monkeypatch.setattr(Marking, "run", run_for_one)
    monkeypatch.setattr(world.outbox, "bury", looked)
    world.send(webhook(member("db-1"), member("db-2")))
    world.drain()
    assert sent == [1]
    assert [alert.labels["instance"] for alert in told(world)] == ["db-2.prod.example:9100"]
    assert world.balance().is_settled
