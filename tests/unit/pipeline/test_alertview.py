"""What is shown of alerts that fire, and how little is read for it."""

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert, config
from tocsin.adapters.memory import MemoryGroups, MemoryJournal
from tocsin.domain.fingerprint import alertmanager_fingerprint, fingerprint
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.silence import Silence
from tocsin.pipeline.alertview import AlertView
from tocsin.pipeline.tenantalerts import TenantAlerts


def member(name, at_s=T0, holds_until_s=None, **fields):
    value = alert(name, starts_at_s=at_s, **fields)
    return Member(
        fingerprint=fingerprint("acme", value.labels),
        episode=1,
        status=value.status,
        alert=value,
        order_at_s=at_s,
        changed_at_s=at_s,
        holds_until_s=holds_until_s,
    )


def key(receiver="oncall", tenant="acme", **labels):
    return GroupKey(tenant, receiver, tuple(sorted(labels.items())))


class World:
    """Groups in memory, the view of them, and which groups were read."""

    def __init__(self, **options):
        self.groups = MemoryGroups(MemoryJournal())
        self.view = AlertView(self, **options)
        self.read_keys = []

    def versions(self, tenant, *, inhibiting=False):
        return self.groups.versions(tenant, inhibiting=inhibiting)

    def read(self, keys):
        self.read_keys += keys
        return self.groups.read(keys)

    def store(self, at, *members, inhibits=False):
        stored = self.groups.read([at]).get(at)
        version = stored.version if stored else 0
        held = {each.fingerprint: each for each in members}
        group = Group(key=at, version=version, members=held, inhibits=inhibits)
        self.groups.commit([group], [], T0)

    def rows(self, *filters, now_s=T0, silences=(), **fields):
        matchers = [parse_matcher(text) for text in filters]
        found = self.view.rows(config(plain_labels=True, **fields), silences, matchers, now_s)
        return sorted(found, key=lambda row: row.alert.name)

    def names(self, *filters, **options):
        return [row.alert.name for row in self.rows(*filters, **options)]

    def reads(self):
        found, self.read_keys = self.read_keys, []
        return found


@pytest.fixture
def world():
    return World()


def test_what_fires_is_shown_and_what_is_over_is_not(world):
    world.store(
        key(),
        member("A"),
        member("B", status="resolved"),
        member("C", holds_until_s=T0 + 60),
    )
    assert world.names() == ["A", "C"]
    assert world.names(now_s=T0 + 60) == ["A"]


def test_an_alert_of_several_groups_is_one_and_newest_as_it_was_heard_of_last(world):
    older = member("A", annotations={"summary": "old"})
    newer = replace(member("A", annotations={"summary": "new"}), order_at_s=T0 + 1)
    world.store(key("one"), newer)
    world.store(key("two"), older)
    world.store(key("three"), member("A", status="resolved"))
    (row,) = world.rows()
    assert row.alert.annotations == {"summary": "new"}
    assert row.groups == (key("one"), key("two"))
    assert row.fingerprint == alertmanager_fingerprint({"alertname": "A"})


def test_a_group_is_read_again_only_when_it_has_changed(world):
    world.store(key(team="a"), member("A"))
    world.store(key(team="b"), member("B"))
    assert world.names() == ["A", "B"]
    assert len(world.reads()) == 2
    assert world.names() == ["A", "B"]
    assert world.reads() == []
    world.store(key(team="b"), member("B"), member("C"))
    assert world.names() == ["A", "B", "C"]
    assert world.reads() == [key(team="b")]
    world.store(key(team="b"))
    assert world.names() == ["A"]
    del world.groups.groups[key(team="a")]
    assert world.names() == []


def test_groups_that_contradict_a_filter_are_not_read(world):
    for team in ("a", "b"):
        world.store(key(team=team), member("A", labels={"team": team}))
    assert len(world.rows('team="a"', 'alertname="A"')) == 1
    assert world.reads() == [key(team="a")]
    assert len(world.rows('team!~"a|c"')) == 1
    assert world.reads() == [key(team="b")]
    assert world.names('team=""') == []
    assert len(world.rows()) == 2
    assert world.reads() == []


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        (['job="web"'], ["A", "B"]),
        (['job="web"', 'zone="1"'], ["A"]),
        (['job=""'], ["C"]),
        (['job!=""', 'zone!="1"'], ["B"]),
        (['job=~"w.."'], ["A", "B"]),
        (['job=~"w"'], []),
        (['zone!~"1|"'], ["B"]),
        (['nothing="x"'], []),
        ([], ["A", "B", "C"]),
    ],
)
def test_filters_match_as_an_alertmanagers_do(world, filters, names):
    world.store(
        key(),
        member("A", labels={"job": "web", "zone": "1"}),
        member("B", labels={"job": "web", "zone": "2"}),
        member("C"),
    )
    # Once without an index of these labels and once with it.
    assert world.names(*filters) == names
    assert world.names(*filters) == names


def test_an_index_follows_what_changes(world):
    world.store(key(), member("A", labels={"job": "web"}), member("B", labels={"job": "web"}))
    assert world.names('job="web"') == ["A", "B"]
    world.store(key(), member("A", labels={"job": "web"}))
    assert world.names('job="web"') == ["A"]
    moved = member("A", labels={"job": "web"})
    # A fingerprint rule can leave a label out of the identity.
    moved = replace(moved, alert=alert("A", labels={"job": "db"}, starts_at_s=T0))
    world.store(key(), moved, member("D", labels={"job": "db"}))
    assert world.names('job="web"') == []
    assert world.names('job="db"') == ["A", "D"]
    (row, _) = world.rows('job="db"')
    assert row.fingerprint == alertmanager_fingerprint({"alertname": "A", "job": "db"})
    world.store(key(), member("D", labels={"job": "db"}), member("E"), member("F"))
    assert world.names('job="web"') == []
    assert world.names('job="db"') == ["D"]


def test_a_choice_among_some_leaves_only_these():
    known = TenantAlerts(plain=True)
    held = [member(name, labels={"job": "web"}) for name in "ABC"]
    known.replace(key(), 1, {each.fingerprint: each for each in held})
    first, second, _ = (each.fingerprint for each in held)
    among = {first, second, "unknown", "unheard", "unseen"}
    matchers = [parse_matcher('job="web"')]
    assert sorted(known.select(matchers, among)) == sorted([first, second])
    assert sorted(known.select(matchers)) == sorted(each.fingerprint for each in held)
    assert list(known.select(matchers, set())) == []


def test_severity_and_provider_are_labels_unless_they_are_to_be_plain(world):
    world.store(key(), member("A", severity="high"))
    matchers = [parse_matcher('severity="high"'), parse_matcher('provider="prometheus"')]
    assert len(world.view.rows(config(), (), matchers, T0)) == 1
    assert world.names('severity="high"') == []


def silence(silence_id, *matchers, starts=-1.0, ends=60.0):
    return Silence(
        id=silence_id,
        matchers=tuple(parse_matcher(each) for each in matchers),
        starts_at_s=T0 + starts,
        ends_at_s=T0 + ends,
        updated_at_s=T0,
    )


def test_silences_that_hold_now_are_named(world):
    world.store(key(), member("A", labels={"job": "web"}), member("B"))
    silences = [
        silence("s2", 'job="web"'),
        silence("s1", 'alertname=~"A|B"', 'job!="x"'),
        silence("s3", 'job="web"', starts=1),
        silence("s4", 'job="web"', ends=-0.5),
    ]
    rows = world.rows(silences=silences)
    assert [row.silenced_by for row in rows] == [("s1", "s2"), ("s1",)]
    (only,) = world.rows('alertname="B"', silences=silences)
    assert (only.silenced_by, only.is_active) == (("s1",), False)


RULE = InhibitRule(
    source_matchers=(parse_matcher('severity="critical"'),),
    target_matchers=(parse_matcher('severity="warning"'),),
    equal=("cluster",),
)


def labelled(name, severity, cluster, **fields):
    return member(name, labels={"severity": severity, "cluster": cluster}, **fields)


def test_an_inhibited_alert_names_its_source_even_from_a_group_that_was_not_asked_for(world):
    source = labelled("S", "critical", "c1", holds_until_s=T0 + 60)
    world.store(key(alertname="S"), source, inhibits=True)
    world.store(key(alertname="T"), labelled("T", "warning", "c1"))
    world.store(key(alertname="U"), labelled("U", "warning", "c2"))
    rules = {"inhibit_rules": (RULE,)}
    (row,) = world.rows('alertname="T"', **rules)
    assert row.inhibited_by == alertmanager_fingerprint(source.alert.labels)
    assert not row.is_active
    assert key(alertname="U") not in world.reads()
    assert [row.inhibited_by for row in world.rows('alertname="U"', **rules)] == [""]
    (later,) = world.rows('alertname="T"', now_s=T0 + 61, **rules)
    assert later.is_active


def test_a_source_that_ends_inhibits_no_more(world):
    world.store(key(alertname="S"), labelled("S", "critical", "c1"), inhibits=True)
    world.store(key(alertname="T"), labelled("T", "warning", "c1"))
    rules = {"inhibit_rules": (RULE,)}
    assert world.rows('alertname="T"', **rules)[0].inhibited_by
    world.store(key(alertname="S"), labelled("S", "critical", "c1", status="resolved"))
    assert not world.rows('alertname="T"', **rules)[0].inhibited_by


def test_tenants_are_apart_and_the_one_not_asked_for_is_forgotten_first():
    world = World(alerts_limit=2)
    for tenant in ("acme", "beta"):
        world.store(key(tenant=tenant), member("A"))
    world.store(key(tenant="core"), member("A"), member("B"))
    for tenant in ("acme", "beta", "acme", "beta"):
        assert len(world.view.rows(config(tenant), (), (), T0)) == 1
    assert len(world.reads()) == 2
    assert len(world.view.rows(config("core"), (), (), T0)) == 2
    assert list(world.view._tenants) == ["core"]
    world.store(key(tenant="core"), member("A"), member("B"), member("C"))
    assert len(world.view.rows(config("core"), (), (), T0)) == 3
    assert list(world.view._tenants) == []
