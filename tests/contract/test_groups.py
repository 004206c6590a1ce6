"""Groups: who may write what, when."""

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.memory import MemoryBlobs, MemoryGroups, MemoryJournal
from tocsin.adapters.sqlite import SqliteGroups, SqliteJournal
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, GroupKey, Intent, Member, Settlement, Step, Thread, Told
from tocsin.domain.journal import DeliveryRecord, TransitionRecord

KEY = GroupKey("acme", "oncall", (("team", "db"),))
TOLD = {"f1": Told(1, "firing", "delivered", found="update")}


class Side:
    def __init__(self, groups, journal):
        self.groups = groups
        self._journal = journal

    def stored(self, key=KEY):
        return self.groups.read([key]).get(key)

    def records(self, tenant="acme"):
        return list(self._journal.read(tenant, T0 - 1, T0 + 1))


@pytest.fixture
def world(side, request):
    if side == "memory":
        journal = MemoryJournal()
        return Side(MemoryGroups(journal), journal)
    if side == "sqlite":
        database = request.getfixturevalue("database")
        return Side(SqliteGroups(database, T0), SqliteJournal(database))
    environ = request.getfixturevalue("cloud").environ
    dynamodb, tables = client("dynamodb"), (environ["GROUP_TABLE"], environ["JOURNAL_TABLE"])
    groups = DynamoGroups(dynamodb, *tables, MemoryBlobs())
    return Side(groups, DynamoJournal(dynamodb, tables[1]))


def member(fingerprint="f1", **fields):
    defaults = {
        "episode": 1,
        "status": "firing",
        "alert": alert(starts_at_s=T0),
        "order_at_s": T0,
        "changed_at_s": T0 + 0.5,
        "fired_by": "e1:0",
    }
    return Member(fingerprint=fingerprint, **{**defaults, **fields})


def group(key=KEY, **fields):
    return Group(key=key, **{"members": {"f1": member()}, "config_version": 3, **fields})


def intent(name="toc_1"):
    return Intent(
        key=name,
        steps=(Step("f1", 1, "firing", "e1:0", found="with"),),
        alerts=(alert(starts_at_s=T0),),
        created_at_s=T0,
        attempts=1,
    )


def change_record(key=KEY, source="e1:0"):
    return TransitionRecord(
        source=source,
        fingerprint="f1",
        verdict="new",
        group=key.id,
        receiver=key.receiver,
        episode=1,
        at_s=T0,
    )


def delivery_record(key=KEY):
    return DeliveryRecord(
        source="e1:0",
        fingerprint="f1",
        episode=1,
        step="firing",
        receiver=key.receiver,
        group=key.id,
        outcome="delivered",
        at_s=T0,
    )


def settle(world, held, **fields):
    records = fields.pop("records", [])
    return world.groups.settle(held, settlement(**fields), records, T0)


def settlement(**fields):
    defaults = {"told": TOLD, "is_final": fields.get("due_at_s") is None}
    return Settlement(**{**defaults, **fields})


@pytest.fixture
def held(world):
    """Return a stored group whose lease `worker-1` has."""
    world.groups.commit([group(poke_due_at_s=T0 + 60)], [], T0)
    return world.groups.acquire(KEY, "worker-1", T0, T0 + 45)


class TestCommit:
    def test_what_is_committed_comes_back(self, world):
        full = group(
            urgent=True,
            resolve_due_at_s=T0 + 300.25,
            poke_due_at_s=T0 + 60.0,
            expires_at_s=T0 + 86400.0,
        )
        world.groups.commit([full], [change_record()], T0)
        assert world.stored() == replace(full, version=1)
        assert world.records() == [change_record()]

    def test_absent_groups_are_left_out(self, world):
        assert world.groups.read([KEY]) == {}
        assert world.groups.read([]) == {}

    def test_many_groups_of_two_tenants(self, world):
        keys = [GroupKey(tenant, f"r{index}") for tenant in ("acme", "zeta") for index in range(3)]
        world.groups.commit([group(key) for key in keys], [change_record(key) for key in keys], T0)
        assert set(world.groups.read([*keys, KEY, keys[0]])) == set(keys)
        assert {record.group for record in world.records("acme")} == {key.id for key in keys[:3]}
        assert {record.group for record in world.records("zeta")} == {key.id for key in keys[3:]}

    def test_records_without_a_change_are_written(self, world):
        world.groups.commit([], [change_record()], T0)
        assert world.records() == [change_record()]
        assert world.stored() is None

    def test_the_next_version_replaces_members_and_clears_its_due_time(self, world):
        world.groups.commit([group(resolve_due_at_s=T0, poke_due_at_s=T0)], [], T0)
        second = replace(world.stored(), members={"f2": member("f2")}, resolve_due_at_s=None)
        world.groups.commit([second], [], T0)
        assert world.stored() == replace(second, version=2)

    @pytest.mark.parametrize("version", [0, 2])
    def test_another_version_is_a_conflict_and_nothing_is_written(self, world, version):
        world.groups.commit([group()], [], T0)
        other = GroupKey("acme", "other")
        stale = group(version=version, members={})
        with pytest.raises(Conflict):
            world.groups.commit([group(other), stale], [change_record()], T0)
        assert world.stored() == group(version=1)
        assert world.stored(other) is None
        assert world.records() == []

    def test_a_group_that_vanished_is_a_conflict(self, world):
        with pytest.raises(Conflict):
            world.groups.commit([group(version=4)], [], T0)
        assert world.stored() is None

    def test_notifys_side_stays(self, world, held):
        world.groups.intend(held, intent())
        world.groups.commit([replace(held, members={}, told={}, intent=None)], [], T0)
        stored = world.stored()
        assert (stored.version, stored.members) == (2, {})
        assert (stored.intent, stored.lease_owner) == (intent(), "worker-1")

    def test_what_was_read_does_not_change_by_itself(self, world):
        world.groups.commit([group()], [], T0)
        before = world.stored()
        before.members["f2"] = member("f2")
        assert list(world.stored().members) == ["f1"]


class TestIntend:
    def test_an_intent_survives_its_writer(self, world, held):
        world.groups.intend(held, intent())
        found = world.groups.acquire(KEY, "worker-2", T0 + 100, T0 + 145)
        assert found.intent == intent()

    def test_without_the_lease_it_is_a_conflict(self, world, held):
        world.groups.acquire(KEY, "worker-2", T0 + 100, T0 + 145)
        with pytest.raises(Conflict):
            world.groups.intend(held, intent())
        assert world.stored().intent is None


class TestSettle:
    def test_everything_is_written_and_the_lease_given_back(self, world, held):
        world.groups.intend(held, intent())
        assert settle(world, held, records=[delivery_record()])
        assert world.stored() == group(version=1, told=TOLD)
        assert world.records() == [delivery_record()]

    def test_an_intent_can_wait_for_its_retry(self, world, held):
        assert settle(world, held, told={}, intent=intent(), due_at_s=T0 + 30)
        assert world.stored() == group(version=1, intent=intent(), poke_due_at_s=T0 + 30)

    @pytest.mark.parametrize("records", [[], [delivery_record()]])
    def test_nothing_left_needs_the_group_as_it_was_read(self, world, held, records):
        world.groups.commit([replace(world.stored(), members={"f2": member("f2")})], [], T0)
        assert not settle(world, held, records=records)
        stored = world.stored()
        assert (stored.told, stored.lease_owner, stored.poke_due_at_s) == ({}, "worker-1", T0 + 45)
        assert world.records() == []

    @pytest.mark.parametrize("records", [[], [delivery_record()]])
    def test_with_a_due_time_the_version_does_not_matter(self, world, held, records):
        world.groups.commit([replace(world.stored(), members={"f2": member("f2")})], [], T0)
        assert settle(world, held, due_at_s=T0, records=records)
        stored = world.stored()
        assert (stored.told, stored.lease_owner, stored.poke_due_at_s) == (TOLD, "", T0)
        assert list(stored.members) == ["f2"]
        assert world.records() == records

    @pytest.mark.parametrize("records", [[], [delivery_record()]])
    @pytest.mark.parametrize("due_at_s", [None, T0])
    def test_without_the_lease_it_is_a_conflict(self, world, held, records, due_at_s):
        world.groups.acquire(KEY, "worker-2", T0 + 100, T0 + 145)
        with pytest.raises(Conflict):
            settle(world, held, records=records, due_at_s=due_at_s)
        assert world.stored().told == {}
        assert world.records() == []

    def test_when_it_spoke_and_looked_is_kept_and_evaluate_does_not_change_it(self, world, held):
        times = {"flushed_at_s": T0 + 30.5, "notified_at_s": T0 + 31.0, "muted": {"f1": "why"}}
        times["thread"] = Thread("toc_1", "C1/1700000000.1")
        assert settle(world, held, due_at_s=T0 + 300, **times)
        changed = replace(world.stored(), flushed_at_s=0.0, muted={}, thread=None)
        world.groups.commit([changed], [], T0)
        stored = world.stored()
        found = {name: getattr(stored, name) for name in times}
        assert found == times

    def test_what_is_final_for_a_while_needs_the_group_as_it_was_read(self, world, held):
        world.groups.commit([replace(world.stored(), members={"f2": member("f2")})], [], T0)
        assert not settle(world, held, due_at_s=T0 + 300, is_final=True)
        assert world.stored().told == {}

    def test_nobody_settles_twice(self, world, held):
        assert settle(world, held)
        with pytest.raises(Conflict):
            settle(world, held, told={})
        assert world.stored().told == TOLD


class TestVersions:
    def test_all_groups_of_one_tenant(self, world):
        keys = [GroupKey("acme", f"r{index}") for index in range(6)]
        world.groups.commit([group(key) for key in keys], [], T0)
        world.groups.commit([group(GroupKey("zeta", "r0"))], [], T0)
        world.groups.commit([world.stored(keys[3])], [], T0)
        assert world.groups.versions("acme") == {**dict.fromkeys(keys, 1), keys[3]: 2}
        assert world.groups.versions("nobody") == {}

    def test_those_that_inhibit_while_they_do(self, world):
        other = GroupKey("acme", "other")
        world.groups.commit([group(inhibits=True), group(other)], [], T0)
        assert world.groups.versions("acme", inhibiting=True) == {KEY: 1}
        assert world.stored().inhibits
        world.groups.commit([replace(world.stored(), inhibits=False)], [], T0)
        assert world.groups.versions("acme", inhibiting=True) == {}


class TestDue:
    def test_the_oldest_come_first_up_to_a_limit(self, world):
        keys = [GroupKey("acme", f"r{index}") for index in range(6)]
        due = [T0 - index for index in range(6)]
        groups = [
            group(key, poke_due_at_s=at_s, urgent=key == keys[5])
            for key, at_s in zip(keys, due, strict=True)
        ]
        world.groups.commit([*groups, group(poke_due_at_s=T0 + 0.5)], [], T0)
        found = world.groups.due("poke", T0, 4)
        assert [each.key for each in found] == [keys[5], keys[4], keys[3], keys[2]]
        assert found[0] == Group(key=keys[5], urgent=True, poke_due_at_s=T0 - 5)
        assert len(world.groups.due("poke", T0, 100)) == 6
        assert world.groups.due("resolve", T0, 100) == []

    def test_both_kinds_of_due_time_are_apart(self, world):
        world.groups.commit([group(resolve_due_at_s=T0, poke_due_at_s=T0 + 60)], [], T0)
        (found,) = world.groups.due("resolve", T0, 10)
        assert found == Group(key=KEY, resolve_due_at_s=T0, poke_due_at_s=T0 + 60)
        assert world.groups.due("poke", T0 + 59, 10) == []

    def test_what_is_settled_is_not_due(self, world, held):
        assert [each.key for each in world.groups.due("poke", T0 + 60, 10)] == [KEY]
        settle(world, held)
        assert world.groups.due("poke", T0 + 60, 10) == []


def test_a_commit_without_a_due_time_leaves_the_one_that_notify_set(world):
    world.groups.commit([group(poke_due_at_s=T0 + 60)], [], T0)
    (stored,) = world.groups.read([KEY]).values()
    stored.poke_due_at_s = None
    world.groups.commit([stored], [], T0)
    assert world.stored().poke_due_at_s == T0 + 60
