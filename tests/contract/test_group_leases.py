# ruff: noqa: F401, F811 - a fixture and the argument that asks for it have one name
"""The lease of a group: who speaks for it, until when, and how often nobody gave it back."""

from msgspec.structs import replace

from tests.builders import T0
from tests.contract.test_groups import KEY, group, held, settle, world
from tocsin.domain.group import GroupKey


class TestLease:
    def test_it_comes_with_the_whole_group(self, held):
        leased = group(version=1, lease_owner="worker-1", lease_until_s=T0 + 45, holds=1)
        assert held == replace(leased, poke_due_at_s=T0 + 45)

    def test_an_absent_group_has_none(self, world):
        assert world.groups.acquire(KEY, "worker-1", T0, T0 + 45) is None
        assert world.stored() is None

    def test_nobody_else_gets_it_before_it_expires(self, world, held):
        assert world.groups.acquire(KEY, "worker-2", T0 + 45, T0 + 90) is None
        taken = world.groups.acquire(KEY, "worker-2", T0 + 45.5, T0 + 90)
        assert (taken.lease_owner, taken.lease_until_s) == ("worker-2", T0 + 90)

    def test_the_holder_gets_it_again(self, world, held):
        again = world.groups.acquire(KEY, "worker-1", T0 + 1, T0 + 46)
        assert again.lease_until_s == T0 + 46

    def test_those_who_do_not_give_it_back_are_counted(self, world, held):
        assert held.holds == 1
        assert world.groups.acquire(KEY, "worker-2", T0 + 100, T0 + 145).holds == 2
        third = world.groups.acquire(KEY, "worker-3", T0 + 200, T0 + 245)
        assert third.holds == 3
        same = world.groups.acquire(KEY, "worker-3", T0 + 201, T0 + 246)
        assert same.holds == 3
        assert settle(world, same)
        assert world.stored().holds == 0
        assert world.groups.acquire(KEY, "worker-1", T0 + 300, T0 + 345).holds == 1

    def test_a_commit_leaves_the_count(self, world, held):
        world.groups.commit([world.stored()], [], T0)
        assert world.stored().holds == 1

    def test_a_group_is_due_when_its_lease_ends_and_behind_what_was_due(self, world, held):
        other = GroupKey("acme", "other")
        world.groups.commit([group(other, poke_due_at_s=T0 + 10)], [], T0)
        assert [each.key for each in world.groups.due("poke", T0 + 44, 10)] == [other]
        assert [each.key for each in world.groups.due("poke", T0 + 45, 10)] == [other, KEY]

    def test_it_is_free_after_settling(self, world, held):
        assert settle(world, held)
        assert world.groups.acquire(KEY, "worker-2", T0 + 1, T0 + 46) is not None

    def test_who_gives_it_back_may_say_how_long_the_group_is_kept(self, world, held):
        world.groups.commit([group(version=1, expires_at_s=T0 + 100.0)], [], T0)
        settle(world, held, due_at_s=T0 + 60, is_final=False)
        assert world.stored().expires_at_s == T0 + 100
        again = world.groups.acquire(KEY, "worker-2", T0 + 61, T0 + 90)
        settle(world, again, due_at_s=T0 + 120, is_final=False, expires_at_s=T0 + 900.0)
        assert world.stored().expires_at_s == T0 + 900
