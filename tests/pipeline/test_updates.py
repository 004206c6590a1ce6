"""What is found out about an alert that was told, for a receiver that is told so at once."""

from tests.builders import receiver
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import START_S
from tests.pipeline.test_notify import _during_send
from tests.pipeline.test_timers import ends, fires, host, send
from tests.pipeline.updates_world import (
    FIRST,
    LOOKING,
    UPDATE,
    at,
    cases_of,
    find,
    found,
    later,
    reasons,
    updating,
)
from tocsin.domain.channels import PagerDuty
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.secret import Secret


def test_what_is_found_is_told_at_once_as_an_update_and_the_alert_counts_once() -> None:
    world = updating()
    world.send(webhook(member("db-1")))
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST, UPDATE]
    first, update = world.receivers.delivered
    assert found(first.alerts[0]) == []
    assert found(update.alerts[0]) == list(LATE)
    assert update.new == 1
    assert first.key != update.key
    assert world.balance().delivered == world.balance().accepted == 1
    assert world.balance().is_settled


def test_a_receiver_that_does_not_ask_for_updates_gets_none() -> None:
    world = updating(receivers={"oncall": receiver()})
    world.send(webhook(member("db-1")))
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST]


def test_pagerduty_gets_none_however_it_was_stored() -> None:
    # It would page anew where somebody has resolved the incident there.
    settings = PagerDuty(routing_key=Secret(name="tocsin/acme/key"), url="https://pd.example")
    told = receiver(kind="pagerduty", url="", settings=settings, send_updates=True)
    world = updating(receivers={"oncall": told})
    world.send(webhook(member("db-1")))
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST]
    assert world.balance().is_settled


def test_one_that_tells_nobody_gets_none_either() -> None:
    world = updating(receivers={"oncall": receiver(kind="nobody", url="", send_updates=True)})
    world.send(webhook(member("db-1")))
    world.drain()
    world.settle()
    assert reasons(world) == []
    assert world.balance().suppressed == {"its receiver tells nobody": 1}


def test_what_is_found_before_the_first_telling_comes_with_it() -> None:
    world = updating(LOOKING)
    send(world, fires("a", START_S))
    world.pass_time(300)
    assert (at(world), reasons(world)) == ([10], [FIRST])
    assert found(world.receivers.delivered[0].alerts[0]) == list(LATE)


def test_what_is_found_while_the_first_telling_is_under_way_follows_it() -> None:
    world = updating()
    cases = cases_of(world, fires("a", START_S))
    _during_send(world, lambda: find(world, cases))
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST, UPDATE]
    assert found(world.receivers.delivered[0].alerts[0]) == []


def test_an_update_waits_for_the_next_look_and_goes_with_what_is_new_then() -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    find(world, cases)
    world.pass_time(10)
    assert at(world) == [10]
    cases_of(world, fires("b", world.now_s))
    world.pass_time(200)
    assert (at(world), reasons(world)) == ([10, 70], [FIRST, "new alerts added"])
    last = world.receivers.delivered[-1]
    assert [host(alert) for alert in last.news] == ["b", "a"]
    assert found(last.alerts[1]) == list(LATE)


def test_alone_it_is_told_at_the_next_look_after_it_was_found() -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(100)
    find(world, cases)
    world.pass_time(200)
    assert (at(world), reasons(world)) == ([10, 130], [FIRST, UPDATE])


def test_a_message_that_comes_again_makes_no_second_update() -> None:
    world = updating()
    cases = cases_of(world, fires("a", START_S))
    world.drain()
    for _ in range(3):
        find(world, cases)
        world.drain()
    world.settle()
    assert reasons(world) == [FIRST, UPDATE]


def test_what_is_found_after_the_update_is_shown_with_the_next_notification() -> None:
    world = updating()
    cases = cases_of(world, fires("a", START_S))
    world.drain()
    find(world, cases)
    world.drain()
    later(world, cases, "triage")
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST, UPDATE]
    cases_of(world, fires("b", world.now_s))
    world.drain()
    last = world.receivers.delivered[-1]
    assert [(host(alert), found(alert)) for alert in last.alerts] == [("b", []), ("a", ["triage"])]


def test_the_next_episode_has_an_update_of_its_own() -> None:
    world = updating()
    send(world, fires("a", START_S))
    world.drain()
    send(world, ends("a", START_S, world.now_s))
    world.drain()
    world.now_s += 60
    send(world, fires("a", world.now_s))
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST, UPDATE, "all alerts resolved", FIRST, UPDATE]
    assert len(world.tellings()) == 5


def test_where_nothing_is_found_nothing_is_told_until_something_is() -> None:
    failing = set(LATE)
    world = updating(failing=failing)
    cases = cases_of(world, fires("a", START_S))
    world.drain()
    find(world, cases)
    world.drain()
    assert reasons(world) == [FIRST]
    failing.clear()
    find(world, cases)
    world.drain()
    assert reasons(world) == [FIRST, UPDATE]


def test_two_runs_that_are_under_way_together_take_nothing_from_each_other() -> None:
    world = updating()
    cases = cases_of(world, fires("a", START_S))
    find(world, cases)
    later(world, cases, "triage")
    world.drain()
    (group,) = world.groups.groups.values()
    (member_,) = group.members.values()
    assert member_.alert.enrichment is not None
    assert member_.alert.enrichment.findings is not None
    assert {each.stage for each in member_.alert.enrichment.findings.stages} == set(LATE)
