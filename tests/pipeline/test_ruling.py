"""Rounds of rules: what is evaluated, stored and sent, whoever dies in between."""

import msgspec
import pytest

from tests.pipeline.ruling_world import FIRING, MINUTE_S, OVER, T, World, cpu
from tocsin.domain.series import Unanswered


def test_a_rule_that_breaches_fires_once_and_is_resolved_once():
    world = World(cpu(breaches=2))
    told = []
    for minute, value in enumerate([90.0, 90.0, 90.0, 10.0, 10.0]):
        world.sources.values["pushed"] = {"a": value}
        assert world.round(minute).failed == {}
        told.append(world.told())
    assert told == [[], [FIRING], [], [OVER], []]


def test_what_is_well_is_not_stored():
    world = World(cpu())
    world.sources.values["pushed"] = {"a": 1.0}
    for minute in range(3):
        world.round(minute)
    assert (world.states.states, world.states.writes) == ({}, 0)


def test_a_critical_alert_travels_the_urgent_queue():
    world = World(cpu(severity="critical"))
    world.round(0)
    assert len(world.outbox.queues["enrich-urgent"]) == 1
    assert world.told() == [FIRING]


def test_a_round_that_comes_twice_counts_once():
    world = World(cpu(breaches=2))
    deliveries = world.start(T)
    world.round(0, deliveries=deliveries)
    world.round(0, deliveries=deliveries)
    assert world.told() == []
    world.round(1)
    assert world.told() == [FIRING]


def test_of_two_workers_with_one_round_one_sends():
    world = World(cpu())
    deliveries = world.start(T)
    read = world.states.read

    def read_and_be_overtaken(tenant, rules):
        found = read(tenant, rules)
        world.states.read = read
        World.round(other, 0, deliveries=deliveries)
        return found

    other = object.__new__(World)
    other.__dict__ = {**world.__dict__, "ruling": world.worker()}
    world.states.read = read_and_be_overtaken
    world.round(0, deliveries=deliveries)
    assert world.told() == [FIRING]


@pytest.mark.parametrize("port", ["states", "outbox"])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("call", [1, 2])
def test_a_worker_that_dies_leaves_nothing_untold_and_tells_nothing_else(port, when, call):
    world = World(cpu())
    deliveries = world.start(T)
    dying, name = (
        (world.dying_states, "write") if port == "states" else (world.dying_outbox, "send")
    )
    dying.fails[name] = (call, when)
    world.round(0, deliveries=deliveries)
    told = world.sent()
    world.ruling = world.worker()
    world.round(0, deliveries=deliveries)
    world.round(1)
    for name, alerts in world.sent().items():
        assert told.setdefault(name, alerts) == alerts
    assert [each.status for alerts in told.values() for each in alerts] == ["firing"]
    assert world.states.read("acme", ["HighCpu"])["HighCpu"].outgoing == ()


def test_a_source_that_does_not_answer_is_an_alert_and_no_missing_data():
    world = World(cpu(), cpu("Other", source="prom"))
    world.sources.values["prom"] = {"b": 90.0}
    world.round(0)
    assert sorted(world.told()) == [FIRING, ("Other", "b", "firing")]
    world.sources.values["prom"] = Unanswered("prom: no answer in 10 s")
    assert world.round(1).counts["rules_failed"] == 1
    ((alert,),) = world.sent().values()
    assert (alert.name, alert.labels["rule"], alert.status) == ("RuleFailed", "Other", "firing")
    assert alert.annotations["description"] == "prom: no answer in 10 s"
    world.round(2)
    assert world.told() == []
    world.sources.values["prom"] = {"b": 1.0}
    world.round(3)
    told = sorted(world.told())
    assert told == [("Other", "b", "resolved"), ("RuleFailed", "Other", "resolved")]


def test_a_rule_that_breaks_stops_no_other():
    world = World(cpu("Broken", source="prom"), cpu())
    world.sources.values["prom"] = ValueError("secret words")
    outcome = world.round(0)
    assert outcome.failed == {}
    assert sorted(world.told()) == [FIRING, ("RuleFailed", "Broken", "firing")]
    ((rule, _),) = world.broken
    assert rule == "Broken"
    (state,) = world.states.read("acme", ["Broken"]).values()
    assert "secret words" not in state.failure


def test_a_rule_that_is_removed_ends_what_it_began():
    world = World(cpu(), cpu("Failing", source="prom"))
    world.sources.values["prom"] = Unanswered("away")
    world.round(0)
    world.told()
    world.configure(cpu("New"))
    world.round(1)
    told = sorted(world.told())
    assert told == [OVER, ("New", "a", "firing"), ("RuleFailed", "Failing", "resolved")]
    assert world.states.names("acme") == ["New"]


def test_a_tenant_without_rules_is_looked_at_once_an_hour():
    world = World(cpu())
    world.round(0)
    world.told()
    world.configure()
    hour = (3600 - T % 3600) / MINUTE_S
    assert world.start(T + (hour - 1) * MINUTE_S) == []
    world.round(hour)
    assert world.told() == [OVER]


def test_a_round_that_is_too_late_leaves_the_rules_to_the_next():
    world = World(cpu())
    world.round(0, late_s=1000.0)
    assert world.told() == []
    assert world.sources.asked == []


def test_lag_is_measured():
    assert World(cpu()).round(0, late_s=7.5).counts["rule_lag_s"] == 7


def test_a_question_of_many_rules_is_asked_once():
    world = World(*(cpu(f"rule{index}") for index in range(20)))
    world.round(0)
    ((asked,),) = world.sources.asked
    assert asked.query.metric == "cpu"
    assert len(world.told()) == 20


def test_many_rules_are_shared_out_and_each_is_evaluated_once():
    world = World(*(cpu(f"rule{index}") for index in range(250)))
    deliveries = world.start(T)
    assert len(deliveries) == 4
    world.round(0, deliveries=deliveries)
    assert len(world.told()) == 250
    assert len(world.sources.asked) == 4


def test_tenants_are_apart():
    world = World(cpu(), tenants=("acme", "umbrella"))
    world.round(0)
    assert sorted(world.states.states) == [("acme", "HighCpu"), ("umbrella", "HighCpu")]
    groups = {message.tenant for message in world.outbox.queues["enrich"]}
    assert groups == {"acme", "umbrella"}


def test_what_is_in_a_message_is_what_was_decided():
    world = World(cpu(annotations={"summary": "{{ $labels.host }} is at {{ $value }}"}))
    world.round(0)
    ((alert,),) = world.sent().values()
    assert alert.annotations["summary"] == "a is at 90"
    assert (alert.provider, alert.starts_at_s, alert.observed_at_s) == ("tocsin", T, T)
    assert msgspec.json.decode(msgspec.json.encode(alert), type=type(alert)) == alert


def test_a_rule_that_fires_on_is_not_written_again():
    world = World(cpu(), cpu("Slow", for_s=600.0))
    world.round(0)
    written = world.states.writes
    for minute in range(1, 9):
        world.round(minute)
    assert world.states.writes == written
    world.sources.values["pushed"] = {"a": 1.0}
    world.round(9)
    assert world.told() == [FIRING, OVER]


def test_a_round_from_before_the_last_change_still_counts_for_nothing():
    world = World(cpu())
    late = world.start(T)
    world.round(1)
    world.sources.values["pushed"] = {"a": 1.0}
    world.round(0, late_s=62.0, deliveries=late)
    assert world.told() == [FIRING]
