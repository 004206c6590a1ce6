"""The group table where the network or another worker interferes."""

import random

import pytest
from botocore.exceptions import ReadTimeoutError
from msgspec.structs import replace

from tests.builders import T0, alert
from tests.contract.test_groups import settlement
from tests.integration.mocked import own_client
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.memory import MemoryBlobs
from tocsin.domain.errors import Conflict, Permanent
from tocsin.domain.group import Group, GroupKey, Intent, Member, Step, Told
from tocsin.domain.journal import DeliveryRecord

KEY = GroupKey("acme", "oncall")
TOLD = {"f1": Told(1, "firing", "delivered", found="update")}
RECORD = DeliveryRecord(
    source="e:0",
    fingerprint="f1",
    episode=1,
    step="firing",
    receiver="oncall",
    group=KEY.id,
    outcome="delivered",
    at_s=T0,
)


class World:
    def __init__(self, environ):
        self.dynamodb = own_client("dynamodb", read_timeout_s=5, attempts=3)
        self.tables = (environ["GROUP_TABLE"], environ["JOURNAL_TABLE"])
        self.blobs = MemoryBlobs()
        self.groups = self.worker()
        self._lost = 0
        self.dynamodb.meta.events.register_last("before-send", self._lose)

    def worker(self):
        """Return the groups as another process sees them."""
        return DynamoGroups(self.dynamodb, *self.tables, self.blobs)

    def lose_answers(self, count):
        """Let the next calls take effect, and time out."""
        self._lost = count

    def _lose(self, request, **_):
        if self._lost:
            self._lost -= 1
            raise ReadTimeoutError(endpoint_url=request.url)

    def stored(self):
        return self.worker().read([KEY])[KEY]

    def records(self):
        return list(DynamoJournal(self.dynamodb, self.tables[1]).read("acme", T0, T0))

    def settle(self, held, **fields):
        records = fields.pop("records", [])
        return self.groups.settle(held, settlement(**fields), records, T0)


@pytest.fixture
def world(cloud, monkeypatch):
    # botocore waits up to a second between its tries.
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    return World(cloud.environ)


def member(text="short"):
    return Member(
        fingerprint="f1",
        episode=1,
        status="firing",
        alert=alert(annotations={"summary": text}),
        order_at_s=T0,
        changed_at_s=T0,
        fired_by="e:0",
    )


def long_text(seed):
    return random.Random(seed).randbytes(150_000).hex()


def group(text="short"):
    return Group(key=KEY, members={"f1": member(text)})


def intent(text="short"):
    steps = (Step("f1", 1, "firing", "e:0"),)
    alerts = (alert(annotations={"summary": text}),)
    return Intent(key="toc_1", steps=steps, alerts=alerts, created_at_s=T0)


def acquire(groups, owner="worker-1", now_s=T0):
    return groups.acquire(KEY, owner, now_s, now_s + 45)


@pytest.mark.parametrize("records", [[], [RECORD]])
@pytest.mark.parametrize("due_at_s", [None, T0 + 60])
def test_a_settlement_whose_answer_was_lost_is_recognised(world, records, due_at_s):
    world.groups.commit([group()], [], T0)
    held = acquire(world.groups)
    world.lose_answers(1)
    assert world.settle(held, records=records, due_at_s=due_at_s)
    assert (world.stored().told, world.stored().lease_owner) == (TOLD, "")
    assert world.records() == records


def test_another_settlement_is_not_taken_for_ones_own(world):
    world.groups.commit([group()], [], T0)
    held = acquire(world.groups)
    assert world.settle(held, told={})
    with pytest.raises(Conflict):
        world.settle(held)


def test_a_lease_whose_answer_was_lost_is_held(world):
    world.groups.commit([group()], [], T0)
    world.lose_answers(1)
    assert acquire(world.groups).lease_owner == "worker-1"


def test_a_commit_whose_answer_was_lost_is_read_again(world):
    # DynamoDB knows the token of a transaction that it has done; moto does not, so this is
    # also what happens ten minutes later.
    world.lose_answers(1)
    with pytest.raises(Conflict):
        world.groups.commit([group()], [RECORD], T0)
    assert world.stored() == replace(group(), version=1)
    assert world.records() == [RECORD]


def test_long_members_lie_in_one_blob(world):
    world.groups.commit([group(long_text(1))], [], T0)
    assert len(world.blobs.data) == 1
    assert world.stored() == replace(group(long_text(1)), version=1)
    changed = replace(world.groups.read([KEY])[KEY], members={"f1": member(long_text(2))})
    world.groups.commit([changed], [], T0)
    assert len(world.blobs.data) == 1
    assert world.stored().members == {"f1": member(long_text(2))}
    world.groups.commit([replace(world.groups.read([KEY])[KEY], members={})], [], T0)
    assert world.blobs.data == {}


def test_a_commit_that_fails_does_not_touch_what_the_other_wrote(world):
    world.groups.commit([group(long_text(1))], [], T0)
    stale = world.groups.read([KEY])[KEY]
    mine, yours = ({"f1": member(long_text(seed))} for seed in (2, 3))
    world.worker().commit([replace(stale, members=yours)], [], T0)
    with pytest.raises(Conflict):
        world.groups.commit([replace(stale, members=mine)], [], T0)
    assert world.stored().members == yours


def test_a_long_intent_and_told_lie_in_blobs_until_settled(world):
    world.groups.commit([group()], [], T0)
    held = acquire(world.groups)
    told = {long_text(3): Told(1, "firing", "delivered")}
    world.groups.intend(held, intent(long_text(2)))
    found = acquire(world.worker(), "worker-2", T0 + 100)
    assert found.intent == intent(long_text(2))
    held = acquire(world.groups, "worker-1", T0 + 200)
    assert world.settle(held, told=told, intent=held.intent, due_at_s=T0 + 300)
    assert (world.stored().told, world.stored().intent) == (told, intent(long_text(2)))
    held = acquire(world.groups, "worker-1", T0 + 300)
    assert world.settle(held, told={})
    assert world.blobs.data == {}


def test_a_blob_replaced_between_two_reads_is_read_anew(world):
    world.groups.commit([group(long_text(1))], [], T0)
    reader = world.worker()
    read = world.blobs.get

    def replaced_meanwhile(key):
        world.blobs.get = read
        current = world.groups.read([KEY])[KEY]
        world.groups.commit([replace(current, members={"f1": member("new")})], [], T0)
        raise Permanent("gone")

    world.blobs.get = replaced_meanwhile
    assert acquire(reader).members == {"f1": member("new")}
    assert reader.read([KEY])[KEY].version == 2


def test_a_blob_that_is_lost_is_a_conflict_and_not_an_absent_group(world):
    world.groups.commit([group(long_text(1))], [], T0)
    world.blobs.data.clear()
    with pytest.raises(Conflict):
        world.groups.read([KEY])
    with pytest.raises(Conflict):
        acquire(world.groups)
