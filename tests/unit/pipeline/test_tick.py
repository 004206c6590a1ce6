"""How many groups a tick passes on, and whose, where many are due."""

import msgspec
import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemoryBlobs, MemoryOutbox
from tocsin.domain.errors import Retryable
from tocsin.domain.group import Group, GroupKey
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.poke import unpack_pokes
from tocsin.pipeline.tick import BUSY_LIMIT, BUSY_MESSAGES, DUE_LIMIT, Tick, TickPorts
from tocsin.ports import OutMessage


class DueGroups:
    """Groups that are all due to be told, oldest first."""

    def __init__(self, *tenants):
        self._due = [
            Group(key=GroupKey(tenant, "oncall", (("n", str(index)),)), poke_due_at_s=T0)
            for tenant, count in tenants
            for index in range(count)
        ]

    def due(self, kind, now_s, limit):
        return self._due[:limit] if kind == "poke" else []


class CountingOutbox(MemoryOutbox):
    looks = 0

    def depth(self, queue):
        self.looks += 1
        return super().depth(queue)


def passed_on(outbox):
    blobs = MemoryBlobs()
    return [
        poke.key
        for message in outbox.take("notify")
        if message.body != "waiting"
        for poke in unpack_pokes(decode(message.body), blobs)
    ]


def run(outbox, *tenants):
    ports = TickPorts(outbox=outbox, blobs=MemoryBlobs(), groups=DueGroups(*tenants))
    return Tick(ports).run(T0).counts


@pytest.fixture
def outbox():
    return CountingOutbox()


def waiting(outbox, count):
    outbox.send("notify", [OutMessage("acme", "waiting")] * count)


def test_few_are_passed_on_without_a_look_at_the_queue(outbox):
    waiting(outbox, BUSY_MESSAGES + 1)
    counts = run(outbox, ("acme", BUSY_LIMIT))
    assert len(passed_on(outbox)) == BUSY_LIMIT
    assert (counts["poke_due"], counts["poke_left"], outbox.looks) == (BUSY_LIMIT, 0, 0)


def test_many_are_passed_on_while_the_queue_is_short(outbox):
    waiting(outbox, BUSY_MESSAGES)
    run(outbox, ("acme", 8000), ("globex", 3))
    assert len(passed_on(outbox)) == 8003


def test_a_long_queue_takes_few_and_they_are_shared_among_tenants(outbox):
    waiting(outbox, BUSY_MESSAGES + 1)
    counts = run(outbox, ("acme", 8000), ("globex", 3))
    chosen = passed_on(outbox)
    assert len(chosen) == BUSY_LIMIT
    assert sum(key.tenant == "globex" for key in chosen) == 3
    assert counts["poke_left"] == 7003


def test_a_queue_that_does_not_say_how_long_it_is_counts_as_long(outbox):
    outbox.depth = lambda queue: (_ for _ in ()).throw(Retryable("throttled"))
    run(outbox, ("acme", 8000))
    assert len(passed_on(outbox)) == BUSY_LIMIT


def test_it_counts_how_late_the_oldest_is(outbox):
    ports = TickPorts(outbox=outbox, blobs=MemoryBlobs(), groups=DueGroups(("acme", 2)))
    assert Tick(ports).run(T0 + 90).counts["poke_late_s"] == 90


def test_no_tick_takes_on_more_than_it_has_time_for(outbox):
    run(outbox, ("acme", DUE_LIMIT + 1))
    assert len(passed_on(outbox)) == DUE_LIMIT


def test_a_message_is_of_one_tenant(outbox):
    run(outbox, ("acme", 15), ("globex", 15))
    messages = outbox.take("notify")
    assert {message.tenant for message in messages} == {"acme", "globex"}
    for message in messages:
        assert msgspec.json.decode(message.body)["tenant"] == message.tenant
