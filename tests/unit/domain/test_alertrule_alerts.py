"""What rules over alerts take in, and the alerts that they make."""

from tests.builders import T0
from tests.unit.domain.alertrule_world import World, ends, fires, statuses
from tocsin.domain.alertrulemade import NAMED_LIMIT


def test_an_end_is_never_too_late_for_what_is_known_to_fire() -> None:
    world = World(kind="correlation", threshold=2)
    world.take(fires("A"), fires("B"))
    over = ends("A", T0 + 10)
    assert statuses(world.take(over, at_s=T0 + 90_000)) == ["resolved"]
    known = world.state
    assert world.take(over, fires("A"), at_s=T0 + 90_001) == []
    assert world.state is known


def test_what_two_groups_say_of_one_source_is_one_whoever_comes_first() -> None:
    one, other = World(threshold=2), World(threshold=2)
    seen = [fires("A", T0, source="s"), fires("A", T0 + 5, source="s", order_at_s=T0)]
    assert one.take(*seen) == other.take(*reversed(seen)) == []
    assert one.state == other.state


def test_an_end_that_overtook_its_firing_wins() -> None:
    world = World(kind="correlation", threshold=2)
    assert world.take(ends("A", T0 + 5), fires("B", T0 + 6)) == []
    assert world.take(fires("A", T0)) == []


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


def test_a_cooldown_keeps_from_firing_anew_until_it_is_over() -> None:
    world = World(cooldown_s=100.0)
    world.take(fires("A"))
    assert statuses(world.look(T0 + 60)) == ["resolved"]
    assert world.take(fires("B", T0 + 110)) == []
    assert world.state.keyed["[]"].is_held_back
    assert world.look(T0 + 159) == []
    assert statuses(world.look(T0 + 160)) == ["firing"]


def test_what_was_over_before_the_cooldown_ended_is_not_told() -> None:
    world = World(cooldown_s=500.0)
    world.take(fires("A"))
    world.look(T0 + 60)
    assert world.take(fires("B", T0 + 70)) == []
    assert world.look(T0 + 560) == []
    assert world.take(ends("B", T0 + 561)) == []


def test_an_end_and_a_begin_are_never_of_one_moment() -> None:
    world = World()
    world.take(fires("A"))
    [over] = world.look(T0 + 60)
    [made] = world.take(fires("B", T0 + 59), at_s=T0 + 59)
    assert made.observed_at_s is not None
    assert over.observed_at_s is not None
    assert made.observed_at_s > over.observed_at_s
