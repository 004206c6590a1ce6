"""Where an alert is known: found by either fingerprint, read again only where it changed."""

from collections.abc import Iterable, Sequence

import pytest

from tests.builders import T0, alert
from tocsin.adapters.memory import MemoryGroups, MemoryJournal
from tocsin.domain.errors import Retryable
from tocsin.domain.fingerprint import alertmanager_fingerprint, fingerprint
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.pipeline.alertindex import AlertIndex


class CountedGroups(MemoryGroups):
    """Groups that say which were read."""

    def __init__(self) -> None:
        super().__init__(MemoryJournal())
        self.reads: list[GroupKey] = []

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        self.reads += keys
        return super().read(keys)


def member(name: str, tenant: str = "acme", status: str = "firing") -> Member:
    value = alert(name, status=status)
    return Member(
        fingerprint=fingerprint(tenant, value.labels),
        episode=1,
        status=value.status,
        alert=value,
        order_at_s=T0,
        changed_at_s=T0,
    )


def key(name: str, tenant: str = "acme", receiver: str = "oncall") -> GroupKey:
    return GroupKey(tenant, receiver, (("alertname", name),))


def store(groups: MemoryGroups, at: GroupKey, members: Iterable[Member]) -> None:
    group = groups.read([at]).get(at) or Group(key=at)
    group.members = {each.fingerprint: each for each in members}
    groups.commit([group], [], T0)


@pytest.fixture
def groups() -> CountedGroups:
    return CountedGroups()


def find(index: AlertIndex, name: str, tenant: str = "acme") -> list[Group]:
    return index.groups_of(tenant, name, lambda: True)


def own(name: str, tenant: str = "acme") -> str:
    return fingerprint(tenant, {"alertname": name})


def test_all_groups_that_know_an_alert_are_found_also_where_it_is_over(
    groups: CountedGroups,
) -> None:
    store(groups, key("A"), [member("A")])
    store(groups, key("A", receiver="chat"), [member("A", status="resolved")])
    store(groups, key("B"), [member("B")])
    found = find(AlertIndex(groups), own("A"))
    assert {each.key.receiver for each in found} == {"oncall", "chat"}


def test_alertmanagers_fingerprint_leads_to_it_too(groups: CountedGroups) -> None:
    store(groups, key("A"), [member("A")])
    index = AlertIndex(groups)
    short = alertmanager_fingerprint({"alertname": "A"})
    # What was read without Alertmanager's names is read once more for them.
    assert find(index, own("A"))
    assert [each.key for each in find(index, short)] == [key("A")]


def test_only_what_has_changed_is_read_again(groups: CountedGroups) -> None:
    for name in "ABC":
        store(groups, key(name), [member(name)])
    index = AlertIndex(groups)
    find(index, own("A"))
    store(groups, key("B"), [member("B"), member("D")])
    groups.reads.clear()
    assert [each.key for each in find(index, own("D"))] == [key("B")]
    assert groups.reads == [key("B"), key("B")]


def test_what_is_forgotten_is_found_no_more(groups: CountedGroups) -> None:
    store(groups, key("A"), [member("A")])
    index = AlertIndex(groups)
    assert find(index, own("A"))
    store(groups, key("A"), [])
    assert find(index, own("A")) == []


def test_tenants_find_their_own(groups: CountedGroups) -> None:
    store(groups, key("A"), [member("A")])
    store(groups, key("A", "beta"), [member("A", "beta")])
    index = AlertIndex(groups)
    assert find(index, own("A"), "beta") == []
    short = alertmanager_fingerprint({"alertname": "A"})
    assert [each.key.tenant for each in find(index, short, "beta")] == ["beta"]


def test_what_one_request_has_no_time_for_is_read_by_the_next(
    groups: CountedGroups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.pipeline.alertindex._READ_AT_ONCE", 2)
    for name in "ABCDE":
        store(groups, key(name), [member(name)])
    index = AlertIndex(groups)
    groups.reads.clear()
    for _ in range(2):
        left = iter([True])
        with pytest.raises(Retryable):
            index.groups_of("acme", own("A"), lambda left=left: next(left, False))
    assert len(groups.reads) == len(set(groups.reads)) == 4
    assert [each.key for each in find(index, own("A"))] == [key("A")]


def test_tenants_that_nobody_asks_for_make_room(groups: CountedGroups) -> None:
    for tenant in ("acme", "beta"):
        store(groups, key("A", tenant), [member("A", tenant), member("B", tenant)])
    index = AlertIndex(groups, alerts_limit=3)
    for tenant in ("acme", "beta", "beta"):
        find(index, own("A", tenant), tenant)
    groups.reads.clear()
    find(index, own("A", "beta"), "beta")
    assert groups.reads == [key("A", "beta")]
    find(index, own("A"))
    assert groups.reads.count(key("A")) == 2


def test_a_group_that_was_forgotten_and_began_anew_is_read_anew(groups: CountedGroups) -> None:
    index = AlertIndex(groups)
    for _ in range(3):
        store(groups, key("one"), [member("one")])
    assert find(index, own("one"))
    groups.groups.clear()
    store(groups, key("one"), [member("two")])
    assert find(index, own("two"))
    assert not find(index, own("one"))
