"""Each due time wakes its group once, unless nobody sees to it."""

import pytest
from msgspec.structs import replace

from cli.onemachine.timers import AGAIN_S, DueOnce
from tests.builders import T0
from tests.contract.test_groups import KEY, group
from tocsin.adapters.sqlite import Database, SqliteGroups
from tocsin.domain.group import GroupKey

OTHER = GroupKey("acme", "other")


@pytest.fixture
def groups(tmp_path):
    database = Database(tmp_path / "state.db")
    yield SqliteGroups(database, T0)
    database.close()


def keys(due, now_s, limit=10):
    return [each.key for each in due.due("poke", now_s, limit)]


def test_a_due_time_is_shown_once_and_again_after_a_while(groups):
    due = DueOnce(groups)
    groups.commit([group(poke_due_at_s=T0 + 1)], [], T0)
    assert due.next_s(T0) == T0 + 1
    assert keys(due, T0) == []
    assert keys(due, T0 + 1) == [KEY]
    assert keys(due, T0 + 2) == []
    assert due.next_s(T0 + 2) == T0 + 1 + AGAIN_S
    assert keys(due, T0 + 1 + AGAIN_S) == [KEY]


def test_another_due_time_of_the_same_group_is_shown(groups):
    due = DueOnce(groups)
    groups.commit([group(poke_due_at_s=T0 + 1)], [], T0)
    assert keys(due, T0 + 1) == [KEY]
    (stored,) = groups.read([KEY]).values()
    groups.commit([replace(stored, poke_due_at_s=T0 + 1.25)], [], T0)
    assert due.next_s(T0 + 1) == T0 + 1.25
    assert keys(due, T0 + 1.25) == [KEY]


def test_those_that_were_shown_keep_no_place_from_others(groups):
    due = DueOnce(groups)
    groups.commit([group(poke_due_at_s=T0), group(OTHER, poke_due_at_s=T0 + 1)], [], T0)
    assert keys(due, T0 + 1, limit=1) == [KEY]
    assert keys(due, T0 + 1, limit=1) == [OTHER]
