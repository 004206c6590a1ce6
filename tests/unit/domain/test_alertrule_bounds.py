"""What rules over alerts look at, remember and leave behind."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tests.unit.domain.alertrule_world import World, ends, fires, statuses
from tocsin.domain.alertrule import KEYS_LIMIT, concerns, retire
from tocsin.domain.alertrulememory import HAPPENINGS_LIMIT, LATE_S, RULE_LIMIT
from tocsin.domain.happening import SeenChange, seen_labels
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.rule import AlertRule


def test_a_limit_counts_the_alerts_of_all_keys() -> None:
    world = World(by=("host",), limit=2, limit_window_s=50.0)
    hosts = [fires("A", labels={"host": host}) for host in "abc"]
    assert [each.labels["host"] for each in world.take(*hosts)] == ["a", "b"]
    assert world.look(T0 + 49) == []
    assert [each.labels["host"] for each in world.look(T0 + 50)] == ["c"]


def test_nothing_is_remembered_of_what_is_well() -> None:
    world = World(threshold=2)
    world.take(fires("A"), ends("A", T0 + 1))
    before = world.state
    world.look(T0 + 100)
    assert world.state is before
    world.look(T0 + 61 + LATE_S)
    assert world.state.is_empty


def test_a_rule_that_is_gone_leaves_nothing_firing() -> None:
    world = World(by=("host",), severity="critical")
    made = world.take(*(fires("A", labels={"host": host}) for host in "ab"))
    evaluated = retire("Rule", world.state, T0 + 5, "the rule is gone")
    assert evaluated.state.is_empty
    assert [each.labels for each in evaluated.alerts] == [each.labels for each in made]
    assert {(each.status, each.severity) for each in evaluated.alerts} == {("resolved", "critical")}


def test_an_edited_rule_ends_what_it_made_under_the_labels_that_it_had() -> None:
    world = World(by=("host",), labels={"team": "db"})
    [made] = world.take(fires("A", labels={"host": "a"}))
    world.rule = replace(world.rule, by=(), labels={"team": "web"})
    [over] = world.look(T0 + 1)
    assert (over.status, over.labels) == ("resolved", made.labels)
    assert world.state.is_empty


def test_a_rule_that_looks_for_absence_by_now_does_not_miss_it_at_once() -> None:
    world = World(threshold=2)
    world.take(fires("A"), ends("A", T0 + 1))
    world.rule = replace(world.rule, kind="absent")
    assert world.look(T0 + 100) == []


OWN = {"alertname": "Other", "provider": "tocsin", "severity": "warning"}


@pytest.mark.parametrize(
    ("kind", "matchers", "labels", "expected"),
    [
        ("count", (), {"alertname": "A", "provider": "prometheus"}, True),
        ("count", ("team=db",), {"alertname": "A", "provider": "prometheus"}, False),
        ("count", (), OWN, False),
        ("count", ('provider=~".+"',), OWN, False),
        ("correlation", ("alertname=Other",), OWN, False),
        ("flapping", (), OWN, False),
        ("count", ("provider=tocsin",), OWN, True),
        ("absent", ("alertname=Other",), OWN, True),
        ("count", ("provider=tocsin",), {**OWN, "alertname": "Rule"}, False),
        ("absent", (), {**OWN, "alertname": "Rule"}, False),
    ],
)
def test_no_rule_feeds_itself(
    kind: Any, matchers: tuple[str, ...], labels: dict[str, str], expected: bool
) -> None:
    parsed = tuple(parse_matcher(text) for text in matchers)
    rule = AlertRule(name="Rule", kind=kind, matchers=parsed)
    assert concerns(rule, labels) is expected


def test_a_made_alert_is_known_as_one_whatever_its_labels_say() -> None:
    made = alert("Other", provider="tocsin", labels={"provider": "prometheus"})
    assert seen_labels(made)["provider"] == "tocsin"
    assert seen_labels(alert("A"))["severity"] == "warning"


def test_a_take_minds_its_matchers() -> None:
    world = World(matchers=(parse_matcher("team=db"),))
    assert world.take(fires("A", labels={"team": "web"})) == []
    assert statuses(world.take(fires("A", labels={"team": "db"}))) == ["firing"]


def test_memory_is_bounded_in_a_storm() -> None:
    world = World(threshold=3)
    for batch in range(10):
        storm = [fires(f"A{batch}.{index}", T0 + batch) for index in range(500)]
        world.take(*storm, *(ends(each.name, T0 + batch + 0.5) for each in storm[::2]))
        [keyed] = world.state.keyed.values()
        assert len(keyed.happenings) <= 2 * HAPPENINGS_LIMIT
        assert keyed.phase == "firing"
    names = {each.name for each in world.state.keyed["[]"].happenings}
    assert all(f"A9.{index}" in names for index in range(499, 300, -2))
    # Above the limit too, what is over is not taken for what fires.
    assert {each.name for each in _present(world)} <= {
        f"A{batch}.{index}" for batch in range(10) for index in range(1, 500, 2)
    }
    assert statuses(world.look(T0 + 100)) == ["resolved"]


def _present(world: World) -> list[SeenChange]:
    over = {
        each.fingerprint for each in world.state.keyed["[]"].happenings if each.status != "firing"
    }
    return [
        fires(each.name)
        for each in world.state.keyed["[]"].happenings
        if each.fingerprint not in over
    ]


def test_above_the_limit_of_keys_the_one_that_was_quiet_for_longest_is_forgotten() -> None:
    world = World(threshold=2, by=("host",))
    loud = [fires(name, labels={"host": "loud"}) for name in "AB"]
    world.take(*loud)
    for host in range(KEYS_LIMIT + 20):
        world.take(fires("A", T0 + 1 + host / 1000, labels={"host": f"h{host:03}"}))
    hosts = {keyed.labels[0][1] for keyed in world.state.keyed.values()}
    assert len(hosts) == KEYS_LIMIT
    assert "loud" in hosts
    assert "h000" not in hosts
    assert sum(len(each.happenings) for each in world.state.keyed.values()) <= 2 * RULE_LIMIT


def test_where_every_key_fires_a_new_one_waits() -> None:
    world = World(by=("host",))
    made = world.take(*(fires(labels={"host": str(host)}) for host in range(KEYS_LIMIT + 5)))
    assert len(made) == KEYS_LIMIT
    assert len(world.state.keyed) == KEYS_LIMIT


def test_a_take_too_ends_what_an_edited_rule_made() -> None:
    world = World(by=("host",))
    [made] = world.take(fires("A", labels={"host": "a"}))
    world.rule = replace(world.rule, by=(), threshold=5)
    [over] = world.take(fires("B", T0 + 1))
    assert (over.status, over.labels) == ("resolved", made.labels)
