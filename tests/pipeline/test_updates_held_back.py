"""Updates that are held back, refused or overtaken, and whoever dies on the way."""

import pytest
from msgspec.structs import replace

from tests.builders import receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.escalation_world import PAGES
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_handling import act
from tests.pipeline.test_onealert import configured, only, story
from tests.pipeline.test_suppressed import CLUSTER_DOWN, down, silence
from tests.pipeline.test_timers import ends, fires, send
from tests.pipeline.updates_world import (
    FIRST,
    LOOKING,
    UPDATE,
    at,
    cases_of,
    find,
    found,
    reasons,
    statuses,
    updating,
)
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.errors import Permanent
from tocsin.ports import Notification, OutMessage
from tocsin.runtime.lifecycle.showing import shown_alert


def test_who_has_it_in_hand_is_told_nothing_unless_it_is_given_back() -> None:
    world = updating()
    cases = cases_of(world, fires("a", START_S))
    world.drain()
    act(world, "acknowledge")
    find(world, cases)
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST]
    assert world.groups.due("poke", world.now_s + 1e6, 10) == []
    act(world, "unacknowledge")
    world.drain()
    assert reasons(world) == [FIRST, UPDATE]


def test_an_update_that_was_due_is_not_told_once_somebody_has_it_in_hand() -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    find(world, cases)
    act(world, "acknowledge")
    world.pass_time(200)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(100)
    assert reasons(world) == [FIRST, "all alerts resolved"]


@pytest.mark.parametrize("is_found_first", [True, False])
def test_what_is_put_off_is_told_with_what_was_found_when_that_ends(is_found_first: bool) -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    if is_found_first:
        find(world, cases)
    act(world, "snooze", until_s=START_S + 200)
    world.pass_time(20)
    if not is_found_first:
        find(world, cases)
    world.pass_time(600)
    assert (at(world), reasons(world)) == ([10, 250], [FIRST, "snooze ended"])
    assert found(world.receivers.delivered[1].alerts[0]) == list(LATE)


def test_a_silence_holds_an_update_back_until_it_ends() -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    silence(world, START_S + 200, 'team="payments"')
    find(world, cases)
    world.pass_time(600)
    assert (at(world), reasons(world)) == ([10, 250], [FIRST, UPDATE])


def test_one_that_was_held_back_is_not_told_to_who_asks_for_none_by_then() -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    silence(world, START_S + 200, 'team="payments"')
    find(world, cases)
    world.pass_time(60)
    current = world.configs.current("acme")
    assert current is not None
    world.configs.apply(replace(current, version=2, receivers={"oncall": receiver()}), "", START_S)
    world.pass_time(600)
    assert reasons(world) == [FIRST]
    assert world.groups.due("poke", world.now_s + 1e6, 10) == []


def test_an_update_that_is_inhibited_waits_for_its_source_to_end() -> None:
    world = updating(LOOKING, inhibit_rules=(CLUSTER_DOWN,))
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    cases_of(world, down(world))
    find(world, cases)
    world.pass_time(180)
    assert UPDATE not in reasons(world)
    send(world, down(world, "resolved"))
    world.pass_time(100)
    assert reasons(world).count(UPDATE) == 1


def test_what_ends_before_its_update_is_told_as_ended_alone() -> None:
    world = updating(LOOKING)
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(20)
    find(world, cases)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(200)
    assert statuses(world) == ["firing", "resolved"]
    assert found(world.receivers.delivered[1].alerts[0]) == list(LATE)
    assert world.balance().is_settled


def refused(world: MemoryWorld) -> OutMessage:
    """Let a first telling be taken and its update be refused; return the letter."""
    cases = cases_of(world, fires("a", START_S))
    world.drain()
    world.receivers.failures = [Permanent("HTTP 400")]
    find(world, cases)
    world.drain()
    (letter,) = world.outbox.dead["notify"]
    return letter.message


def test_an_update_that_is_refused_leaves_the_alert_delivered_and_its_end_owed() -> None:
    world = updating()
    refused(world)
    world.settle()
    assert reasons(world) == [FIRST]
    assert (world.balance().delivered, world.balance().dead_lettered) == (1, 0)
    send(world, ends("a", START_S, world.now_s))
    world.drain()
    assert statuses(world) == ["firing", "resolved"]
    assert world.balance().delivered == 2


def test_whoever_looks_sees_that_the_alert_was_told_and_its_update_was_not() -> None:
    world = updating()
    refused(world)
    (group,) = shown_alert(only(world), configured(world))["groups"]
    assert (group["told"]["step"], group["told"]["outcome"]) == ("firing", "delivered")
    told = [(each.what, each.reason) for each in story(world).entries if each.step is not None]
    assert told[0] == ("delivered", "")
    assert ("dead-lettered", f"{UPDATE}: HTTP 400") in told


def test_redriven_an_update_that_was_refused_is_told_once_as_it_was() -> None:
    world = updating()
    letter = refused(world)
    for _ in range(2):
        world.outbox.queues["notify"].append(letter)
        world.drain()
    assert reasons(world) == [FIRST, UPDATE]
    first, failed, again = world.receivers.attempted
    assert first.key != failed.key == again.key
    assert failed.alerts == again.alerts


def test_redriven_when_somebody_has_it_in_hand_the_update_is_left_out_and_the_end_is_not() -> None:
    world = updating()
    letter = refused(world)
    act(world, "acknowledge")
    world.outbox.queues["notify"].append(letter)
    world.drain()
    assert reasons(world) == [FIRST]
    send(world, ends("a", START_S, world.now_s))
    world.drain()
    assert statuses(world) == ["firing", "resolved"]


def test_what_was_never_told_gets_no_update_and_is_redriven_under_its_key() -> None:
    world = updating()
    cases = cases_of(world, fires("a", START_S))
    world.receivers.failures = [Permanent("HTTP 400")]
    world.drain()
    find(world, cases)
    world.drain()
    assert len(world.receivers.attempted) == 1
    (letter,) = world.outbox.dead["notify"]
    world.outbox.queues["notify"].append(letter.message)
    world.drain()
    world.settle()
    assert reasons(world) == [FIRST]
    first, again = world.receivers.attempted
    assert first.key == again.key
    assert found(again.alerts[0]) == list(LATE)


def test_a_receiver_that_an_escalation_reached_gets_no_update() -> None:
    world = updating(
        route=route(policy="pages"),
        receivers={
            name: receiver(name, send_updates=True) for name in ("oncall", "first", "second")
        },
        policies={"pages": replace(PAGES, steps=PAGES.steps[:1])},
    )
    cases = cases_of(world, fires("a", START_S))
    world.pass_time(310)
    find(world, cases)
    world.pass_time(600)
    names = [each.receiver.name for each in world.receivers.delivered]
    assert (names, reasons(world)) == (["oncall", "first", "oncall"], [FIRST, FIRST, UPDATE])


def test_the_timeline_says_that_it_was_an_update() -> None:
    world = updating()
    world.send(webhook(member("db-1")))
    world.drain()
    records = world.journal.read("acme", START_S - 1, world.now_s + 1)
    told = [record.reason for record in records if getattr(record, "outcome", "") == "delivered"]
    assert sorted(told) == ["", UPDATE]


def _life(fault: Fault) -> MemoryWorld:
    world = updating(fault=fault)
    world.send(webhook(fires("a", START_S)))
    world.drain()
    world.settle()
    world.send(webhook(ends("a", START_S, world.now_s)))
    world.drain()
    world.settle()
    return world


def _heard(world: MemoryWorld) -> list[Notification]:
    """Return what a receiver heard that knows keys."""
    return list({each.key: each for each in reversed(world.receivers.delivered)}.values())[::-1]


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_dies_at_any_call_there_is_one_update_at_most_and_none_is_lost(when: str) -> None:
    calls = _life(Fault()).fault.calls
    assert len(calls) > 20
    for at_call in range(1, len(calls) + 1):
        world = _life(Fault(at_call, when))
        place = f"{when} {at_call}: {calls[at_call - 1]}"
        heard = [(each.alerts[0].status, set(found(each.alerts[0]))) for each in _heard(world)]
        first, *update, last = heard
        assert (first[0], last) == ("firing", ("resolved", set(LATE))), place
        # Where somebody dies before the first telling, that may have it all.
        assert update == ([] if first[1] else [("firing", set(LATE))]), place
        repeated = sum(world.tellings().values()) - len(heard)
        unsure = {("receivers.send", "after"), ("groups.settle", "before")}
        assert repeated <= ((calls[at_call - 1], when) in unsure), place
        assert world.balance().is_settled, place
        assert world.balance().delivered == 2, place
