"""What a worker remembers of the sources of inhibition, and what it must not."""

from collections.abc import Sequence

import pytest

from tests.builders import T0, alert, config
from tocsin.adapters.memory import MemoryGroups, MemoryJournal, MemorySilences
from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import parse_matcher
from tocsin.pipeline import suppression
from tocsin.pipeline.suppression import Suppression

RULE = InhibitRule(
    source_matchers=(parse_matcher('alertname="Down"'),),
    target_matchers=(parse_matcher('alertname="Slow"'),),
    equal=("pair",),
)
CONFIG = config(inhibit_rules=(RULE,))


class CountedGroups(MemoryGroups):
    """Groups that say how many were read."""

    def __init__(self) -> None:
        super().__init__(MemoryJournal())
        self.reads = 0

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        self.reads += len(keys)
        return super().read(keys)


@pytest.fixture
def groups() -> CountedGroups:
    return CountedGroups()


@pytest.fixture
def known(groups: CountedGroups) -> Suppression:
    return Suppression(groups, MemorySilences())


def member(value: Alert) -> Member:
    return Member(
        fingerprint=fingerprint("acme", value.labels),
        episode=1,
        status=value.status,
        alert=value,
        order_at_s=T0,
        changed_at_s=T0,
    )


def source(groups: MemoryGroups, name: str, pair: str) -> None:
    """Store a group of its own in which a source fires."""
    one = member(alert("Down", labels={"pair": pair, "host": name}))
    key = GroupKey("acme", "oncall", (("host", name),))
    stored = groups.groups[key].version if key in groups.groups else 0
    group = Group(key=key, version=stored, members={one.fingerprint: one}, inhibits=True)
    groups.commit([group], [], T0)


def target(pair: str) -> Group:
    one = member(alert("Slow", labels={"pair": pair}))
    key = GroupKey("acme", "oncall", (("alertname", "Slow"),))
    return Group(key=key, members={one.fingerprint: one})


def is_muted(known: Suppression, pair: str) -> bool:
    return bool(known.muted(CONFIG, target(pair), T0))


def test_a_source_is_read_once_as_long_as_it_does_not_change(
    groups: CountedGroups, known: Suppression
) -> None:
    source(groups, "a", "1")
    assert [is_muted(known, "1") for _ in range(3)] == [True, True, True]
    assert groups.reads == 1


def test_a_group_that_was_forgotten_and_began_anew_is_read_anew(
    groups: CountedGroups, known: Suppression
) -> None:
    for _ in range(3):
        source(groups, "a", "1")
    assert is_muted(known, "1")
    groups.groups.clear()
    source(groups, "a", "2")
    assert is_muted(known, "2")
    assert not is_muted(known, "1")


def test_more_sources_than_are_remembered_all_inhibit(
    groups: CountedGroups, known: Suppression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression, "_REMEMBERED", 2)
    for pair in "123":
        source(groups, pair, pair)
    assert all(is_muted(known, pair) for pair in "123")


def test_another_tenant_is_forgotten_before_the_one_that_is_asked_for(
    groups: CountedGroups, known: Suppression, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppression, "_REMEMBERED", 0)
    source(groups, "a", "1")
    assert is_muted(known, "1")
    other = config("globex", inhibit_rules=(RULE,))
    foreign = GroupKey("globex", "oncall", (("host", "b"),))
    one = member(alert("Down", labels={"pair": "1"}))
    groups.commit([Group(key=foreign, members={one.fingerprint: one}, inhibits=True)], [], T0)
    slow = target("1")
    slow.key = GroupKey("globex", "oncall", (("alertname", "Slow"),))
    assert known.muted(other, slow, T0)
    assert is_muted(known, "1")
    assert groups.reads == 3
