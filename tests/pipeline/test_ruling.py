"""Rounds of rules: what is evaluated, stored and sent, whoever dies in between."""

from copy import deepcopy

import msgspec
import pytest
from msgspec.structs import replace

from tests.pipeline.ruling_world import FIRING, MINUTE_S, OVER, T, World, cpu
from tests.unit.domain.alertrule_world import ends, fires
from tocsin.domain.errors import Conflict, Permanent
from tocsin.domain.metricschedule import is_due
from tocsin.domain.rule import AlertRule
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


def test_a_worker_that_lost_the_race_for_the_note_has_lost_nothing():
    world = World(cpu())
    write = world.states.write

    def refuse_the_note(state):
        if not state.outgoing:
            world.states.write = write
            raise Conflict("another worker was first")
        write(state)

    world.states.write = refuse_the_note
    assert world.round(0).failed == {}
    first = world.sent()
    world.round(1)
    again = world.sent()
    assert again == first
    assert world.states.read("acme", ["HighCpu"])["HighCpu"].outgoing == ()


def test_what_is_in_a_message_is_what_was_decided():
    world = World(cpu(annotations={"summary": "{{ $labels.host }} is at {{ $value }}"}))
    world.round(0)
    ((alert,),) = world.sent().values()
    assert alert.annotations["summary"] == "a is at 90"
    assert (alert.provider, alert.starts_at_s, alert.observed_at_s) == ("tocsin", T, T)
    assert msgspec.json.decode(msgspec.json.encode(alert), type=type(alert)) == alert


def test_what_a_worker_left_that_died_does_not_wait_until_its_rule_is_due_again():
    world = World(cpu(every_s=3600.0))
    due = next(minute for minute in range(60) if is_due(cpu(every_s=3600.0), T + minute * MINUTE_S))
    world.dying_outbox.fails["send"] = (1, "before")
    world.round(due)
    assert world.told() == []
    world.round(due + 1)
    assert world.told() == [FIRING]


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


def test_what_happens_meanwhile_keeps_no_rule_from_looking_at_the_clock():
    absent = AlertRule(name="Gone", kind="absent", by=("host",), window_s=60.0)
    world = World(absent, cpu())
    world.hear(fires("A", T, labels={"host": "a"}))
    ask = world.sources.ask

    def ask_while_it_happens(*args):
        world.hear(fires("A", T + 100 + len(world.sources.asked), labels={"host": "b"}))
        return ask(*args)

    world.sources.ask = ask_while_it_happens
    world.hear(ends("A", T + 1, labels={"host": "a"}))
    world.round(2)
    assert ("Gone", "a", "firing") in world.told()


def test_what_changes_while_a_rule_is_decided_is_decided_anew():
    absent = AlertRule(name="Gone", kind="absent", by=("host",), window_s=60.0)
    world = World(absent)
    for seen in (fires("A", T, labels={"host": "a"}), ends("A", T + 1, labels={"host": "a"})):
        world.hear(seen)
    write = world.states.write

    def be_overtaken(state):
        world.states.write = write
        world.hear(fires("A", T + 119, labels={"host": "b"}))
        write(state)

    world.states.write = be_overtaken
    assert world.round(2).counts["conflicts"] == 1
    assert world.told() == [("Gone", "a", "firing")]
    (state,) = world.states.read("acme", ["Gone"]).values()
    assert len(state.keyed) == 2


def test_what_another_worker_has_still_to_send_is_not_overwritten():
    world = World(cpu())
    read = world.states.read
    reads = []

    def read_what_dies_meanwhile(tenant, rules):
        reads.append(rules)
        if len(reads) == 2:
            # Between the note of the first decision and this read, a worker decides and dies.
            (state,) = read(tenant, rules).values()
            world.states.write(replace(state, outgoing=other, outgoing_at_s=T, sequence=9))
        return read(tenant, rules)

    world.round(0)
    ((fired,),) = world.sent().values()
    other = (replace(fired, labels={**fired.labels, "host": "b"}),)
    (state,) = read("acme", ["HighCpu"]).values()
    world.states.write(replace(state, outgoing=(fired,), outgoing_at_s=T))
    world.sources.values["pushed"] = {"a": 1.0}
    world.states.read = read_what_dies_meanwhile
    world.round(1)
    assert sorted(world.told()) == [FIRING, OVER, ("HighCpu", "b", "firing")]


def test_a_rule_whose_failure_cannot_be_stored_either_stops_no_other():
    world = World(cpu("Huge"), cpu())
    write = world.states.write

    def refuse(state):
        if state.rule == "Huge":
            raise Permanent("too large")
        write(state)

    world.states.write = refuse
    assert world.round(0).failed == {}
    assert world.told() == [FIRING]
    assert [rule for rule, _ in world.broken] == ["Huge"]


def test_a_rule_that_is_gone_and_cannot_be_ended_stops_no_other():
    world = World(cpu("Huge"), cpu())
    world.round(0)
    world.told()
    write = world.states.write

    def refuse(state):
        if state.rule == "Huge":
            raise Permanent("too large")
        write(state)

    world.states.write = refuse
    world.configure()
    hour = (3600 - T % 3600) / MINUTE_S
    assert world.round(hour).failed == {}
    assert world.told() == [OVER]
    assert [rule for rule, _ in world.broken] == ["Huge"]


HOURLY = cpu(every_s=3600.0)


def due_minutes(of, hours=3):
    return [each for each in range(60 * hours) if is_due(of, T + each * MINUTE_S)]


def test_a_lost_round_of_a_rule_that_is_seldom_due_is_made_up_for_by_the_next():
    world = World(HOURLY)
    world.sources.values["pushed"] = {"a": 1.0}
    first, second, third = due_minutes(HOURLY)
    world.round(first)
    world.sources.values["pushed"] = {"a": 90.0}
    for minute in range(first + 1, second):
        world.round(minute)
    assert (world.told(), len(world.sources.asked)) == ([], 1)
    # The round in which it is due does not take place.
    world.round(second + 1)
    assert world.told() == [FIRING]
    asked = len(world.sources.asked)
    for minute in range(second + 2, third):
        world.round(minute)
    assert len(world.sources.asked) == asked


def test_a_round_that_was_made_up_for_is_not_done_once_more():
    of = replace(HOURLY, breaches=2)
    world = World(of)
    world.sources.values["pushed"] = {"a": 1.0}
    first, second, third = due_minutes(of)
    world.round(first)
    world.sources.values["pushed"] = {"a": 90.0}
    late = world.start(T + second * MINUTE_S)
    world.round(second + 1)
    world.round(second, late_s=70.0, deliveries=late)
    world.round(second + 2)
    assert world.told() == []
    world.round(third)
    assert world.told() == [FIRING]


def test_two_rounds_at_once_evaluate_a_rule_that_is_seldom_due_once():
    of = replace(HOURLY, breaches=2)
    world = World(of)
    world.sources.values["pushed"] = {"a": 1.0}
    first, second, _ = due_minutes(of)
    world.round(first)
    world.sources.values["pushed"] = {"a": 90.0}
    ask = world.sources.ask

    def ask_while_the_next_begins(*args):
        world.sources.ask = ask
        world.round(second + 1)
        return ask(*args)

    world.sources.ask = ask_while_the_next_begins
    world.round(second)
    assert world.told() == []


def test_a_rule_that_is_seldom_due_and_failed_is_tried_again_soon():
    world = World(cpu(every_s=86_400.0))
    (due,) = due_minutes(cpu(every_s=86_400.0), hours=24)
    world.sources.values["pushed"] = Unanswered("away")
    for minute in range(due, due + 12):
        world.round(minute)
    assert world.told() == [("RuleFailed", "HighCpu", "firing")]
    assert len(world.sources.asked) == 3
    world.sources.values["pushed"] = {"a": 90.0}
    for minute in range(due + 12, due + 20):
        world.round(minute)
    assert world.told() == [FIRING, ("RuleFailed", "HighCpu", "resolved")]
    assert len(world.sources.asked) == 4


def test_a_rule_that_is_removed_leaves_nothing_of_when_it_was_evaluated():
    world = World(HOURLY, cpu("Other"))
    world.sources.values["pushed"] = {"a": 1.0}
    world.round(due_minutes(HOURLY)[0])
    assert world.states.names("acme") == ["HighCpu"]
    world.configure(cpu("Other"))
    world.round(due_minutes(HOURLY)[0] + 1)
    assert world.states.names("acme") == []
    assert world.told() == []


def test_a_rule_that_is_seldom_due_no_more_remembers_nothing():
    world = World(HOURLY)
    world.sources.values["pushed"] = {"a": 1.0}
    world.round(due_minutes(HOURLY)[0])
    world.configure(cpu())
    world.round(due_minutes(HOURLY)[0] + 1)
    assert world.states.names("acme") == []


def test_a_worker_with_an_old_configuration_does_not_end_what_a_new_rule_began():
    world = World(cpu())
    stale = deepcopy(world.configs)
    world.configure(cpu(), cpu("New"))
    world.round(0)
    assert len(world.told()) == 2
    world.seen = stale
    world.ruling = world.worker()
    world.round(1)
    assert world.told() == []
    world.configure(cpu())
    world.round(2)
    assert world.told() == [("New", "a", "resolved")]
