import msgspec
import pytest

from cli.enrichment.stored import Place, StoredAlerts, Wanted
from tests.builders import T0, alert
from tocsin.domain.errors import Retryable
from tocsin.domain.found import Enrichment
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.stepreach import step_place


class Groups:
    """Stored groups, which fail to be read as often as they are told to."""

    def __init__(self, *groups):
        self.groups = {group.key: group for group in groups}
        self.fails = 0
        self.reads = []

    def versions(self, tenant, *, inhibiting=False):
        return {key: group.version for key, group in self.groups.items() if key.tenant == tenant}

    def read(self, keys):
        if self.fails:
            self.fails -= 1
            raise Retryable("dynamodb: busy")
        self.reads.append(len(keys))
        return {key: self.groups[key] for key in keys}


def member(name, source="", **fields):
    found = fields.pop("enrichment", None)
    return Member(
        fingerprint=name,
        episode=1,
        alert=alert(name, enrichment=found),
        order_at_s=T0,
        fired_by=source or f"{name}-event",
        **{"status": "firing", "changed_at_s": T0, **fields},
    )


def group(key, *members):
    return Group(key=key, version=1, members={each.fingerprint: each for each in members})


def key(label, receiver="oncall", **fields):
    return GroupKey("acme", receiver, (("alertname", label),), **fields)


def found(groups, wanted=None, now_s=T0, after=None, page_groups=100):
    stored = StoredAlerts(groups, "acme", lambda _: None, page_groups)
    pages = stored.pages(wanted or Wanted(), now_s, after)
    return [each for _, page in pages for each in page]


def names(alerts):
    return sorted(each.change.fingerprint for each in alerts)


def test_what_fires_is_found_as_the_event_that_began_it():
    (each,) = found(Groups(group(key("a"), member("a", holds_until_s=T0 + 1))))
    assert (each.change.source, each.change.fingerprint) == ("a-event", "a")
    assert each.change.received_at_s == T0


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "resolved"},
        {"holds_until_s": T0},
        {"enrichment": Enrichment(irrelevant="sports", is_dropped=True)},
    ],
)
def test_what_is_over_or_told_to_nobody_is_left_out(fields):
    assert names(found(Groups(group(key("a"), member("a", **fields), member("b"))))) == ["b"]


def test_an_alert_of_several_groups_is_found_once_and_that_of_a_step_in_its_own():
    step = key("a", route=step_place("policy", 0))
    groups = Groups(
        group(key("a"), member("a")),
        group(key("a", "chat"), member("a")),
        group(step, member("a", source="of-the-step")),
    )
    (each,) = found(groups, page_groups=1)
    assert each.change.source == "a-event"
    assert groups.reads == [1, 1]


def test_one_that_fires_anew_in_another_group_is_another():
    groups = Groups(
        group(key("a"), member("a", "one")), group(key("a", "chat"), member("a", "two"))
    )
    assert {each.change.source for each in found(groups)} == {"one", "two"}


def test_time_and_provider_narrow_it():
    groups = Groups(group(key("a"), member("a"), member("b", changed_at_s=T0 - 60)))
    assert names(found(groups, Wanted(since_s=T0 - 30))) == ["a"]
    assert names(found(groups, Wanted(provider="prometheus"))) == ["a", "b"]
    assert names(found(groups, Wanted(provider="datadog"))) == []


def test_it_goes_on_after_any_place_with_all_that_comes_later_and_nothing_else():
    groups = Groups(*(group(key(f"g{i}"), member(f"{i}a"), member(f"{i}b")) for i in range(5)))
    whole = [each.place for each in found(groups, page_groups=2)]
    assert len(set(whole)) == 10
    for index, place in enumerate(whole):
        rest = [each.place for each in found(groups, after=place, page_groups=2)]
        assert rest == whole[index + 1 :]


def test_it_goes_on_though_its_place_is_gone_and_the_service_is_busy_for_a_while():
    groups = Groups(*(group(key(f"g{i}"), member(str(i))) for i in range(3)))
    groups.fails = 3
    whole = found(groups)
    del groups.groups[sorted(groups.groups, key=lambda k: k.id)[1]]
    rest = found(groups, after=whole[1].place)
    assert [each.place for each in rest] == [whole[2].place]
    assert msgspec.json.decode(msgspec.json.encode(whole[0].place), type=Place) == whole[0].place


def test_one_that_stands_in_several_groups_is_not_found_again_where_it_goes_on():
    groups = Groups(
        *(group(key(f"g{i}"), member(f"{i}a"), member(f"{i}b")) for i in range(3)),
        *(group(key(f"g{i}", "pager"), member(f"{i}a"), member(f"{i}b")) for i in range(3)),
    )
    whole = [each.change.source for each in found(groups, page_groups=2)]
    assert len(whole) == 6
    for index, each in enumerate(found(groups, page_groups=2)):
        rest = [one.change.source for one in found(groups, after=each.place, page_groups=2)]
        assert rest == whole[index + 1 :]
