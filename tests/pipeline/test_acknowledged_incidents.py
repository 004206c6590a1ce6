"""Who keeps an incident hears, once, that people have all of it in hand."""

from typing import Any

import pytest

from tests.builders import config, receiver, route
from tests.pipeline.incidents_world import (
    ACKNOWLEDGED,
    ADDED,
    FIRST,
    OPSGENIE,
    OVER,
    SLOW,
    acknowledged_hosts,
    act,
    fire,
    only,
    paged,
    pager,
    paging,
    reasons,
    records,
)
from tests.pipeline.memory_world import START_S
from tests.pipeline.test_suppressed import silence
from tests.pipeline.test_timers import ends, fires, send
from tocsin.domain.config import Receiver, Timing


@pytest.mark.parametrize(
    "to", [pager(), pager(kind="opsgenie", settings=OPSGENIE)], ids=["pagerduty", "opsgenie"]
)
def test_an_acknowledgement_is_told_at_once_and_once(to: Receiver) -> None:
    world = paged("a", to=to)
    act(world, "acknowledge", "a", by="bob")
    world.pass_time(3)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]
    assert world.receivers.delivered[-1].acknowledged_by == "bob"
    assert world.receivers.at_s[-1] - START_S < 23
    fire(world, "a")
    world.pass_time(4000, step_s=20, tick_s=20)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]
    assert set(world.tellings().values()) == {1}
    assert ("delivered", "acknowledged") in records(world)
    assert world.balance().delivered == 1
    assert world.balance().is_settled


def test_of_three_alerts_the_last_acknowledgement_tells() -> None:
    world = paged("a", "b", "c")
    act(world, "acknowledge", "a")
    world.pass_time(5)
    act(world, "acknowledge", "b")
    world.pass_time(5)
    assert reasons(world) == [FIRST]
    act(world, "acknowledge", "c")
    world.pass_time(5)
    assert acknowledged_hosts(world) == [["a", "b", "c"]]


def test_what_is_over_needs_nobody_to_have_it_in_hand() -> None:
    world = paged("a", "b")
    act(world, "acknowledge", "a")
    send(world, ends("b", START_S, world.now_s))
    world.pass_time(5)
    assert acknowledged_hosts(world) == [["a"]]


def test_the_end_of_the_last_one_that_nobody_has_tells_that_the_rest_is_in_hand() -> None:
    world = paged("a", "b", timing=Timing())
    act(world, "acknowledge", "a")
    world.pass_time(5)
    assert reasons(world) == [FIRST]
    send(world, ends("b", START_S, world.now_s))
    world.pass_time(5)
    assert reasons(world) == [FIRST, "some alerts resolved", ACKNOWLEDGED]


def test_other_kinds_hear_nothing_and_are_not_looked_at() -> None:
    world = paged("a", to=receiver())
    act(world, "acknowledge", "a")
    assert not world.outbox.queues["notify"]
    world.pass_time(600)
    assert reasons(world) == [FIRST]


def test_a_silence_of_what_was_told_does_not_hold_it_back() -> None:
    world = paged("a", "b")
    silence(world, START_S + 5000, 'instance=~".+"')
    act(world, "acknowledge", "a", "b")
    world.pass_time(5)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]


def test_before_the_page_went_out_nothing_is_told() -> None:
    world = paging()
    fire(world, "a")
    act(world, "acknowledge", "a")
    world.pass_time(600)
    assert reasons(world) == []


def test_while_the_page_is_on_its_way_it_waits_for_that() -> None:
    world = paging(Timing())
    fire(world, "a")
    original = world.receivers.send

    def interrupted(notification: Any) -> str:
        world.receivers.send = original  # type: ignore[method-assign]
        act(world, "acknowledge", "a")
        return original(notification)

    world.receivers.send = interrupted  # type: ignore[method-assign]
    world.pass_time(3)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]


def test_resolved_first_only_the_end_is_told() -> None:
    world = paged("a", timing=Timing())
    act(world, "acknowledge", "a")
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(300)
    assert reasons(world) == [FIRST, OVER]


def test_given_back_and_taken_again_it_is_not_told_twice() -> None:
    world = paged("a")
    act(world, "acknowledge", "a")
    world.pass_time(5)
    act(world, "unacknowledge", "a")
    world.pass_time(5)
    act(world, "acknowledge", "a")
    world.pass_time(600)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]


def test_a_new_alert_that_joins_is_told_in_its_time_and_acknowledged_again() -> None:
    world = paged("a")
    world.pass_time(30)
    act(world, "acknowledge", "a")
    world.pass_time(30)
    fire(world, "b")
    world.pass_time(100)
    assert reasons(world) == [FIRST, ACKNOWLEDGED]
    world.pass_time(200)
    # The look that it waits for is where it was: 300 s after the first.
    assert reasons(world) == [FIRST, ACKNOWLEDGED, ADDED]
    assert world.receivers.at_s[-1] - START_S == 310
    act(world, "acknowledge", "b")
    world.pass_time(5)
    assert acknowledged_hosts(world) == [["a"], ["b"]]
    assert set(world.tellings().values()) == {1}


def test_the_next_incident_is_acknowledged_anew() -> None:
    world = paged("a", timing=Timing())
    act(world, "acknowledge", "a")
    world.pass_time(5)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(60)
    send(world, fires("a", world.now_s))
    world.pass_time(5)
    assert reasons(world) == [FIRST, ACKNOWLEDGED, OVER, FIRST]
    act(world, "acknowledge", "a")
    world.pass_time(5)
    assert reasons(world)[4:] == [ACKNOWLEDGED]
    assert set(world.tellings().values()) == {1}


def test_a_receiver_that_became_another_kind_hears_nothing_and_is_left_alone() -> None:
    world = paged("a")
    known = {"route": route(timing=SLOW, group_by=("alertname",))}
    other = config(version=2, receivers={"oncall": receiver()}, **known)
    world.configs.apply(other, "", world.now_s)
    act(world, "acknowledge", "a")
    world.pass_time(600)
    assert reasons(world) == [FIRST]
    assert {each.acknowledgement for each in only(world).told.values()} == {""}
