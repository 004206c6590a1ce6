"""What rules over alerts tell, case by case."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import T0, alert
from tocsin.domain.alert import Alert
from tocsin.domain.alertcondition import UNSEEN_S
from tocsin.domain.alertrule import KEYS_LIMIT, concerns, look, retire, take
from tocsin.domain.alertrulemade import NAMED_LIMIT
from tocsin.domain.alertrulememory import HAPPENINGS_LIMIT, LATE_S, RULE_LIMIT
from tocsin.domain.fingerprint import fingerprint
from tocsin.domain.happening import SeenChange, seen_labels
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.rule import AlertRule
from tocsin.domain.rulestate import RuleState


class World:
    """One rule, its state and what it told."""

    def __init__(self, **fields: Any) -> None:
        defaults: dict[str, Any] = {"name": "Rule", "kind": "count", "window_s": 60.0}
        self.rule = AlertRule(**{**defaults, **fields})
        self.state = RuleState(tenant="acme", rule=self.rule.name)

    def take(self, *seen: SeenChange, at_s: float | None = None) -> list[Alert]:
        when_s = max(each.at_s for each in seen) if at_s is None else at_s
        evaluated = take(self.rule, self.state, seen, when_s)
        self.state = evaluated.state
        return list(evaluated.alerts)

    def look(self, at_s: float) -> list[Alert]:
        evaluated = look(self.rule, self.state, at_s)
        self.state = evaluated.state
        return list(evaluated.alerts)


def fires(name: str = "A", at_s: float = T0, **fields: Any) -> SeenChange:
    return _seen(name, "firing", at_s, fields)


def ends(name: str = "A", at_s: float = T0, **fields: Any) -> SeenChange:
    return _seen(name, "resolved", at_s, fields)


def _seen(name: str, status: Any, at_s: float, fields: dict[str, Any]) -> SeenChange:
    labels = {"alertname": name, **fields.pop("labels", {})}
    provider = fields.pop("provider", "prometheus")
    defaults: dict[str, Any] = {
        "source": f"{name}.{status}.{at_s}",
        "fingerprint": fingerprint("acme", labels),
        "order_at_s": at_s,
        "episode": int(at_s * 1000),
        "labels": {"severity": "warning", "provider": provider, **labels},
    }
    values = {**defaults, **fields}
    return SeenChange(name=name, status=status, at_s=at_s, **values)


def _statuses(alerts: list[Alert]) -> list[str]:
    return [each.status for each in alerts]


def test_count_fires_at_its_threshold_and_ends_when_the_window_has_passed() -> None:
    world = World(threshold=3)
    assert world.take(fires("A"), fires("B", T0 + 10)) == []
    [made] = world.take(fires("C", T0 + 20))
    assert (made.status, made.provider, made.name, made.value) == ("firing", "tocsin", "Rule", 3)
    assert world.look(T0 + 59) == []
    [over] = world.look(T0 + 60)
    assert over.status == "resolved"
    assert (over.labels, over.starts_at_s) == (made.labels, made.starts_at_s)
    assert over.ends_at_s == T0 + 60
    assert over.annotations["reason"] == "fewer within the window"


def test_count_counts_runs_and_not_repeats_or_ends() -> None:
    world = World(threshold=2)
    assert world.take(fires("A"), fires("A", T0 + 1), ends("A", T0 + 2)) == []
    assert _statuses(world.take(fires("A", T0 + 3))) == ["firing"]


def test_what_came_too_late_for_its_window_is_told_and_ended_at_the_next_look() -> None:
    world = World(threshold=2)
    late = T0 + 300
    assert _statuses(world.take(fires("A"), fires("B", T0 + 10), at_s=late)) == ["firing"]
    assert world.take(fires("C", T0 + 20), at_s=late + 1) == []
    assert _statuses(world.look(late + 2)) == ["resolved"]
    # It was told of: what adds to the same burst makes no second alert.
    assert world.take(fires("D", T0 + 15), at_s=late + 3) == []


def test_what_is_late_beyond_measure_counts_for_nothing() -> None:
    world = World(threshold=1)
    assert world.take(fires("A"), at_s=T0 + 60 + LATE_S) == []
    assert world.state.is_empty


def test_an_end_is_never_too_late_for_what_is_known_to_fire() -> None:
    world = World(kind="correlation", threshold=2)
    world.take(fires("A"), fires("B"))
    over = ends("A", T0 + 10)
    assert _statuses(world.take(over, at_s=T0 + 90_000)) == ["resolved"]
    known = world.state
    assert world.take(over, fires("A"), at_s=T0 + 90_001) == []
    assert world.state is known


def test_the_order_of_an_alert_counts_and_not_when_it_was_learned() -> None:
    world = World(kind="correlation", threshold=1)
    assert world.take(ends("A", T0, order_at_s=T0 + 50), fires("A", T0 + 40, order_at_s=T0)) == []
    [made] = world.take(fires("A", T0 + 5, order_at_s=T0 + 60), at_s=T0 + 41)
    assert made.status == "firing"


def test_what_two_groups_say_of_one_source_is_one_whoever_comes_first() -> None:
    one, other = World(threshold=2), World(threshold=2)
    seen = [fires("A", T0, source="s"), fires("A", T0 + 5, source="s", order_at_s=T0)]
    assert one.take(*seen) == other.take(*reversed(seen)) == []
    assert one.state == other.state


def test_an_end_counts_where_its_alert_fired_under_another_severity() -> None:
    world = World(
        kind="correlation",
        threshold=2,
        by=("severity",),
        matchers=(parse_matcher("severity=warning"),),
    )
    world.take(fires("A"), fires("B"))
    over = ends("A", T0 + 1)
    changed = replace(over, labels={**over.labels, "severity": "critical"})
    assert _statuses(world.take(changed)) == ["resolved"]


def test_a_firing_that_comes_again_is_known_for_as_long_as_it_would_count() -> None:
    world = World(kind="correlation", threshold=1)
    first, over = fires("A"), ends("A", T0 + 1)
    world.take(first, over)
    world.take(fires("B", T0 + 900), ends("B", T0 + 901))
    assert world.take(first, at_s=T0 + 60 + LATE_S - 1) == []


def test_an_end_that_overtook_its_firing_wins() -> None:
    world = World(kind="correlation", threshold=2)
    assert world.take(ends("A", T0 + 5), fires("B", T0 + 6)) == []
    assert world.take(fires("A", T0)) == []


def test_each_set_of_values_counts_by_itself_and_names_itself() -> None:
    world = World(threshold=2, by=("zone",), labels={"team": "db", "zone": "of the rule"})
    in_zone = [fires(name, labels={"zone": zone}) for name, zone in ("Aa", "Ab", "Bb")]
    [made] = world.take(*in_zone)
    assert made.labels == {"alertname": "Rule", "team": "db", "zone": "b"}


def test_labels_that_say_something_else_of_the_made_alert_have_another_name() -> None:
    world = World(by=("alertname", "severity", "provider"))
    [made] = world.take(fires("A"))
    assert made.labels == {
        "alertname": "Rule",
        "exported_alertname": "A",
        "exported_severity": "warning",
        "exported_provider": "prometheus",
    }


def test_annotations_are_rendered_and_name_the_alerts() -> None:
    texts = {"summary": "{{ $value }} in {{$labels.zone}}{{ $labels.none }} {{ $other }}"}
    world = World(by=("zone",), annotations=texts, link="https://runbook.example/rule")
    seen = fires("A", labels={"zone": "{{ $value }}"})
    [made] = world.take(seen)
    assert made.annotations["summary"] == "1 in {{ $value }} {{ $other }}"
    assert made.annotations["alerts"] == f"A ({seen.fingerprint})"
    assert made.url == "https://runbook.example/rule"


def test_an_annotation_names_a_bounded_number_of_alerts() -> None:
    world = World(threshold=50)
    [made] = world.take(*(fires(f"Alert{index}") for index in range(50)))
    assert made.annotations["alerts"].count("Alert") == NAMED_LIMIT
    assert made.annotations["alerts"].endswith("and 30 more")


def test_correlation_makes_one_incident_of_different_alerts() -> None:
    world = World(kind="correlation", threshold=3)
    assert world.take(fires("A"), ends("A", T0 + 1), fires("A", T0 + 2), fires("B", T0 + 3)) == []
    [made] = world.take(fires("C", T0 + 30))
    assert made.value == 3
    # One that joins it holds it up when another ends.
    assert world.take(fires("D", T0 + 80)) == []
    assert world.take(ends("A", T0 + 81)) == []
    # One that began long after them does not belong to it.
    assert world.take(fires("E", T0 + 300)) == []
    assert _statuses(world.take(ends("B", T0 + 301))) == ["resolved"]


def test_correlation_wants_them_to_have_begun_within_the_window() -> None:
    world = World(kind="correlation", threshold=2)
    assert world.take(fires("A"), fires("B", T0 + 60)) == []
    assert _statuses(world.take(fires("C", T0 + 119))) == ["firing"]


def test_an_incident_remembers_alerts_that_fire_for_days() -> None:
    world = World(kind="correlation", threshold=2)
    world.take(fires("A"), fires("B"))
    assert world.look(T0 + 3 * 86400) == []
    assert world.take(ends("B", T0 + 3 * 86400 + 1)) != []


def test_absence_is_told_after_the_window_and_ends_when_one_fires_again() -> None:
    world = World(kind="absent")
    world.take(fires("Watchdog"))
    assert world.look(T0 + 1000) == []
    assert world.take(ends("Watchdog", T0 + 1001)) == []
    assert world.look(T0 + 1060) == []
    assert _statuses(world.look(T0 + 1061)) == ["firing"]
    assert world.look(T0 + 5000) == []
    assert _statuses(world.take(fires("Watchdog", T0 + 5001))) == ["resolved"]


def test_one_of_several_heartbeats_is_enough() -> None:
    world = World(kind="absent")
    world.take(fires("A"), fires("B"), ends("A", T0 + 1))
    assert world.look(T0 + 1000) == []


def test_a_rule_that_never_saw_its_heartbeat_counts_from_its_first_look() -> None:
    world = World(kind="absent")
    assert world.look(T0) == []
    assert world.look(T0 + UNSEEN_S + 59) == []
    [made] = world.look(T0 + UNSEEN_S + 60)
    assert (made.status, made.value) == ("firing", 60)


def test_a_repeat_shows_a_heartbeat_that_fired_before_its_rule_was_made() -> None:
    world = World(kind="absent")
    world.look(T0)
    repeat = fires("Watchdog", T0 + 100, order_at_s=T0 - 9000, repeats=True)
    world.take(repeat)
    known = world.state
    assert world.look(T0 + 9000) == []
    # What is known to fire costs no write when it is repeated.
    world.take(replace(repeat, at_s=T0 + 200, source="other"))
    assert world.state is known


@pytest.mark.parametrize("kind", ["count", "correlation", "flapping"])
def test_a_repeat_begins_nothing(kind: Any) -> None:
    world = World(kind=kind)
    assert world.take(fires("A", repeats=True)) == []
    assert world.state.is_empty


def test_each_heartbeat_that_was_seen_may_be_missed() -> None:
    world = World(kind="absent", by=("host",))
    assert world.look(T0) == []
    assert world.state.is_empty
    world.take(*(fires("Up", labels={"host": host}) for host in "ab"))
    world.take(ends("Up", T0 + 10, labels={"host": "b"}))
    [made] = world.look(T0 + 70)
    assert made.labels["host"] == "b"


def test_flapping_is_of_one_alert_and_ends_when_it_was_quiet() -> None:
    world = World(kind="flapping", threshold=4)
    assert world.take(fires("A"), ends("A", T0 + 1), fires("B", T0 + 2), ends("B", T0 + 3)) == []
    [made] = world.take(fires("A", T0 + 20), ends("A", T0 + 30))
    assert made.value == 4
    assert made.annotations["alerts"].startswith("A (")
    # One change in a window is not flapping, yet not quiet; and the unrest of another is.
    assert world.take(fires("A", T0 + 80)) == []
    assert world.look(T0 + 100) == []
    assert world.take(fires("B", T0 + 139)) == []
    assert _statuses(world.look(T0 + 140)) == ["resolved"]


def test_what_flapped_long_ago_ends_by_the_clock_and_not_by_what_is_as_late() -> None:
    world = World(kind="flapping", threshold=3)
    late = T0 + 300
    restless = [fires("A"), ends("A", T0 + 1), fires("A", T0 + 2)]
    assert _statuses(world.take(*restless, at_s=late)) == ["firing"]
    assert world.take(ends("A", T0 + 3), at_s=late + 1) == []
    assert _statuses(world.look(late + 2)) == ["resolved"]


def test_a_cooldown_keeps_from_firing_anew_until_it_is_over() -> None:
    world = World(cooldown_s=100.0)
    world.take(fires("A"))
    assert _statuses(world.look(T0 + 60)) == ["resolved"]
    assert world.take(fires("B", T0 + 110)) == []
    assert world.state.keyed["[]"].is_held_back
    assert world.look(T0 + 159) == []
    assert _statuses(world.look(T0 + 160)) == ["firing"]


def test_what_was_over_before_the_cooldown_ended_is_not_told() -> None:
    world = World(cooldown_s=500.0)
    world.take(fires("A"))
    world.look(T0 + 60)
    assert world.take(fires("B", T0 + 70)) == []
    assert world.look(T0 + 560) == []
    assert world.take(ends("B", T0 + 561)) == []


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


def test_an_end_and_a_begin_are_never_of_one_moment() -> None:
    world = World()
    world.take(fires("A"))
    [over] = world.look(T0 + 60)
    [made] = world.take(fires("B", T0 + 59), at_s=T0 + 59)
    assert made.observed_at_s is not None
    assert over.observed_at_s is not None
    assert made.observed_at_s > over.observed_at_s


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
    assert _statuses(world.take(fires("A", labels={"team": "db"}))) == ["firing"]


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
    assert _statuses(world.look(T0 + 100)) == ["resolved"]


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
