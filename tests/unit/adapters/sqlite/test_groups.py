"""What the file knows of groups after the process that wrote it is gone."""

import pytest
from msgspec.structs import replace

from tests.builders import T0
from tests.contract.test_groups import KEY, TOLD, group, intent, member, settlement
from tocsin.adapters.sqlite import SqliteGroups
from tocsin.adapters.sqlite.groupcache import GroupCache
from tocsin.domain.group import Group, GroupKey, Settlement, Thread


@pytest.fixture
def groups(database):
    return SqliteGroups(database, T0)


def stored(groups, key=KEY):
    return groups.read([key]).get(key)


def full(**fields):
    return group(
        urgent=True,
        inhibits=True,
        first_flush_at_s=T0 + 30.5,
        resolve_due_at_s=T0 + 300.25,
        expires_at_s=T0 + 86400.0,
        members={"f1": member(), "f2": member("f2")},
        **fields,
    )


def test_the_next_process_finds_all_of_it(groups, reopened):
    groups.commit([full(poke_due_at_s=T0 + 60)], [], T0)
    held = groups.acquire(KEY, "w1", T0, T0 + 45)
    left = settlement(
        due_at_s=T0 + 300,
        intent=intent(),
        flushed_at_s=T0 + 1.5,
        notified_at_s=T0 + 2.5,
        muted={"f2": "why"},
        thread=Thread("toc_1", "17.1"),
    )
    assert groups.settle(held, left, [], T0)
    after = SqliteGroups(reopened(), T0)
    assert stored(after) == stored(groups)
    assert stored(after).muted == {"f2": "why"}
    assert stored(after).thread == Thread("toc_1", "17.1")
    assert after.versions("acme") == after.versions("acme", inhibiting=True) == {KEY: 1}


def test_members_that_go_are_gone_and_those_that_change_have_changed(groups, reopened):
    groups.commit([full()], [], T0)
    changed = member("f2", episode=2)
    groups.commit([replace(stored(groups), members={"f2": changed, "f3": member("f3")})], [], T0)
    after = SqliteGroups(reopened(), T0)
    assert stored(after).members == {"f2": changed, "f3": member("f3")}
    held = after.acquire(KEY, "w1", T0, T0 + 45)
    after.settle(held, settlement(due_at_s=T0), [], T0)
    held = after.acquire(KEY, "w1", T0, T0 + 45)
    after.settle(held, settlement(told={}), [], T0)
    assert stored(SqliteGroups(reopened(), T0)).told == {}


def test_a_lease_ends_with_its_process_and_the_death_is_counted(groups, reopened):
    groups.commit([group()], [], T0)
    held = groups.acquire(KEY, "dead", T0, T0 + 45)
    groups.intend(held, intent())
    after = SqliteGroups(reopened(), T0 + 1)
    assert [each.key for each in after.due("poke", T0 + 1, 10)] == [KEY]
    again = after.acquire(KEY, "alive", T0 + 1, T0 + 46)
    assert (again.holds, again.intent) == (2, intent())


def test_what_no_longer_fits_memory_is_read_again(database):
    groups = SqliteGroups(database, T0, GroupCache(members_limit=3))
    keys = [GroupKey("acme", f"r{index}") for index in range(5)]
    groups.commit([replace(full(), key=key) for key in keys], [], T0)
    held = groups.acquire(keys[0], "w1", T0, T0 + 45)
    assert groups.settle(held, settlement(due_at_s=T0), [], T0)
    assert {key: len(found.members) for key, found in groups.read(keys).items()} == dict.fromkeys(
        keys, 2
    )
    assert stored(groups, keys[0]).told == TOLD


def test_the_next_due_time_of_all(groups):
    other = GroupKey("acme", "other")
    groups.commit([group(poke_due_at_s=T0 + 60), group(other, resolve_due_at_s=T0 + 5)], [], T0)
    assert groups.next_due_s(T0) == T0 + 5
    assert groups.next_due_s(T0 + 5) == T0 + 60
    assert groups.next_due_s(T0 + 60) == float("inf")


def test_what_has_expired_is_forgotten_whole(groups, reopened):
    other = GroupKey("acme", "other")
    groups.commit([full(), group(other)], [], T0)
    assert groups.forget(T0 + 86399) == 0
    assert groups.forget(T0 + 86400) == 1
    assert stored(groups) is None
    assert groups.versions("acme") == {other: 1}
    after = SqliteGroups(reopened(), T0)
    after.commit([replace(group(), members={})], [], T0)
    assert stored(SqliteGroups(reopened(), T0)).members == {}


def test_a_field_that_nobody_stores_is_noticed():
    """Whoever adds one to a group must say here that its column is there."""
    evaluates = {
        "key version config_version urgent members first_flush_at_s inhibits"
        " resolve_due_at_s poke_due_at_s expires_at_s"
    }
    notifies = {
        "told intent muted flushed_at_s notified_at_s lease_owner lease_until_s holds poke_due_at_s"
        " thread"
    }
    known = {name for names in evaluates | notifies for name in names.split()}
    assert set(Group.__struct_fields__) == known
    settled = "told intent due_at_s is_final flushed_at_s notified_at_s muted thread expires_at_s"
    assert set(Settlement.__struct_fields__) == set(settled.split())
