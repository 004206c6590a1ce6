"""The configuration changes while alerts climb."""

from msgspec.structs import replace

from tests.builders import route
from tests.integration.payloads import webhook
from tests.pipeline.escalation_world import (
    PAGES,
    escalating,
    told,
    wait,
    whats,
    who,
    world_of,
)
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import ends, fires, host, send
from tocsin.domain.config import TenantConfig


def apply(world: MemoryWorld, given: TenantConfig) -> None:
    world.configs.apply(replace(given, version=2), "", world.now_s)


def test_a_policy_that_is_removed_stops_what_climbs_and_says_so() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 400)
    apply(world, escalating(route=route(), policies={}))
    wait(world, 2000)
    assert who(world) == [("first", "firing")]
    assert whats(world)[-1] == ("stopped", 2, "it has no policy now")
    send(world, ends("a", START_S, world.now_s))
    wait(world, 100)
    assert who(world)[-1] == ("first", "resolved")


def test_a_policy_that_becomes_shorter_ends_where_it_ends_now() -> None:
    world = world_of()
    send(world, fires("a", START_S))
    wait(world, 400)
    apply(world, escalating(replace(PAGES, steps=PAGES.steps[:1])))
    wait(world, 2000)
    assert who(world) == [("first", "firing")]
    assert whats(world)[-1] == ("stopped", 2, "its policy has no further step now")


def test_an_edited_route_does_not_stop_what_climbs_under_it() -> None:
    edited = (
        route("oncall", 'alertname=~".*"', policy="pages"),
        route("oncall", 'alertname=~".+"', policy="pages"),
    )
    world = world_of(route=route(routes=edited[:1]))
    send(world, fires("a", START_S))
    wait(world, 100)
    apply(world, escalating(route=route(routes=edited[1:])))
    wait(world, 2000)
    assert who(world) == [("first", "firing"), ("second", "firing")]


def test_an_edited_route_that_names_a_policy_now_lets_climb_what_fires_under_it() -> None:
    world = world_of(route=route(routes=(route("oncall", 'alertname=~".*"'),)))
    send(world, fires("a", START_S))
    wait(world, 1000)
    edited = route("oncall", 'alertname=~".+"', policy="pages")
    apply(world, escalating(route=route(routes=(edited,))))
    send(world, fires("b", world.now_s), fires("a", START_S) | {"annotations": {"now": "worse"}})
    wait(world, 2000)
    told_first = [each for each in world.receivers.delivered if each.receiver.name == "first"]
    assert {host(alert) for each in told_first for alert in each.news} == {"a", "b"}


def test_an_edited_route_that_names_no_policy_any_more_stops_what_climbs_under_it() -> None:
    children = (route("oncall", 'alertname=~".*"', policy="pages"),)
    world = world_of(route=route(routes=children))
    send(world, fires("a", START_S))
    wait(world, 100)
    apply(world, escalating(route=route(routes=(route("oncall", 'alertname=~".+"'),))))
    wait(world, 2000)
    assert who(world) == []
    assert whats(world)[-1] == ("stopped", 1, "it has no policy now")


def test_alerts_that_fire_already_climb_when_they_are_next_heard_of() -> None:
    world = world_of(route=route())
    send(world, fires("a", START_S))
    wait(world, 1000)
    apply(world, escalating())
    world.send(webhook(fires("b", world.now_s)))
    world.drain()
    wait(world, 2000)
    assert len(told(world)) >= 2
    assert told(world)[0][0] >= 1300
