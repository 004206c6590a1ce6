"""Rules that are seldom due: their rounds are made up for, and count once."""

from msgspec.structs import replace

from tests.pipeline.ruling_world import FIRING, MINUTE_S, T, World, cpu
from tocsin.domain.metricschedule import is_due
from tocsin.domain.series import Unanswered

HOURLY = cpu(every_s=3600.0)


def due_minutes(of, hours=3):
    return [each for each in range(60 * hours) if is_due(of, T + each * MINUTE_S)]


def test_what_a_worker_left_that_died_does_not_wait_until_its_rule_is_due_again():
    world = World(cpu(every_s=3600.0))
    due = next(minute for minute in range(60) if is_due(cpu(every_s=3600.0), T + minute * MINUTE_S))
    world.dying_outbox.fails["send"] = (1, "before")
    world.round(due)
    assert world.told() == []
    world.round(due + 1)
    assert world.told() == [FIRING]


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
