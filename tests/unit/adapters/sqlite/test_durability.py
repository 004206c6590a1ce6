"""What is flushed to the disk before anybody is told that it is done, and what need not be."""

import pytest

from tests.builders import T0, config
from tests.contract.test_groups import KEY, delivery_record, group, intent, settlement
from tests.unit.adapters.sqlite.test_expiry import silence
from tocsin.adapters.sqlite import SqliteConfigs, SqliteGroups, SqliteQueues, SqliteSilences
from tocsin.adapters.sqlite.flusher import Flusher
from tocsin.ports import OutMessage

ONE = [OutMessage("acme", "body")]


@pytest.fixture
def flushes(database, monkeypatch):
    counted = []
    flush = Flusher.flush

    def counting(flusher):
        counted.append(flusher)
        flush(flusher)

    monkeypatch.setattr(Flusher, "flush", counting)
    return counted


@pytest.mark.parametrize("queue", ["enrich", "enrich-urgent"])
def test_alerts_are_safe_when_they_are_accepted(database, clock, flushes, queue):
    queues = SqliteQueues(database, clock)
    queues.send(queue, ONE)
    assert len(flushes) == 1
    # What follows from them can be found again from what they left.
    queues.send("evaluate", ONE)
    queues.delete(queues.receive([queue], 1))
    assert len(flushes) == 1


def test_silences_and_configurations_are_safe_when_they_are_answered(database, flushes):
    SqliteSilences(database).write("acme", [silence("a")], T0 + 60)
    assert len(flushes) == 1
    SqliteConfigs(database).apply(config(), "", T0)
    assert len(flushes) == 2


def test_what_is_about_to_be_said_is_safe_before_it_is_and_what_was_said_afterwards(
    database, flushes
):
    groups = SqliteGroups(database, T0)
    groups.commit([group()], [], T0)
    held = groups.acquire(KEY, "w1", T0, T0 + 45)
    assert not flushes
    groups.intend(held, intent())
    assert len(flushes) == 1
    groups.settle(held, settlement(due_at_s=T0), [delivery_record()], T0)
    assert len(flushes) == 2
