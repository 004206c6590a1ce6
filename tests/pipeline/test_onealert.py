"""One alert as the stages leave it: in several groups, over, and with a story that is long."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_handling import act
from tests.pipeline.test_timers import ends, fires, send
from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import InvalidInput
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import parse_matcher
from tocsin.pipeline.acting import WantedAction
from tocsin.pipeline.acting import act as send_action
from tocsin.pipeline.onealert import OneAlert, OneAlerts
from tocsin.pipeline.timeline import Timeline, timeline


def configured(world: MemoryWorld) -> TenantConfig:
    found = world.configs.current("acme")
    assert found is not None
    return found


def alerts(world: MemoryWorld) -> OneAlerts:
    return OneAlerts(world.groups, world.silences, world.configs)


def names(world: MemoryWorld) -> list[str]:
    return sorted({name for each in world.groups.groups.values() for name in each.members})


def only(world: MemoryWorld) -> OneAlert:
    (name,) = names(world)
    return alerts(world).find(configured(world), name, world.now_s, lambda: True)


def story(
    world: MemoryWorld, has_time: Callable[[], bool] = lambda: True, found: OneAlert | None = None
) -> Timeline:
    return timeline(world.journal, "acme", found or only(world), world.now_s, has_time)


def said(told: Timeline) -> list[str]:
    return [each.what for each in told.entries]


def by_severity() -> MemoryWorld:
    """Return a world in which critical alerts go to another receiver too."""
    tree = route(
        "oncall", routes=(route("oncall", continues=True), route("pager", "severity=critical"))
    )
    people = {"oncall": receiver(), "pager": receiver("pager")}
    return MemoryWorld(config(route=tree, receivers=people))


def test_an_action_reaches_every_group_with_the_episode_that_it_has_there() -> None:
    world = by_severity()
    generic = {"name": "DiskFull", "labels": {"host": "a"}}
    world.send({**generic, "severity": "warning"}, name="generic")
    world.drain()
    world.now_s += 60
    world.send({**generic, "severity": "critical"}, name="generic")
    world.drain()
    found = only(world)
    assert sorted(each.group.key.receiver for each in found.standings) == ["oncall", "pager"]
    episodes = {each.member.episode for each in found.standings}
    assert len(episodes) == 2
    wanted = WantedAction(id="a1", kind="resolve", by="ann", episode=found.newest.episode)
    send_action(found, wanted, world.outbox, world.blobs, world.now_s)
    world.drain()
    ended = only(world)
    assert ended.state == "resolved"
    assert {each.member.episode for each in ended.standings} == episodes
    assert {each.member.status for each in ended.standings} == {"resolved"}
    assert said(story(world)).count("resolve") == 1


def test_it_fires_while_it_does_for_anybody() -> None:
    world = by_severity()
    world.send({"name": "DiskFull", "severity": "critical"}, name="generic")
    world.drain()
    # One receiver's copy ended later than the other's was last heard of.
    (group,) = (each for each in world.groups.groups.values() if each.key.receiver == "pager")
    ((name, known),) = group.members.items()
    ended = replace(known, status="resolved", order_at_s=known.order_at_s + 60)
    group.members[name] = ended
    found = only(world)
    assert found.state == "firing"
    assert [each.group.key.receiver for each in found.standings] == ["oncall"]


def test_what_fires_again_is_shown_as_its_last_run() -> None:
    world = MemoryWorld(config())
    send(world, fires("a", START_S))
    world.pass_time(10)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(10)
    over = only(world)
    assert over.state == "resolved"
    send(world, fires("a", world.now_s))
    world.pass_time(10)
    again = only(world)
    assert (again.state, again.newest.episode > over.newest.episode) == ("firing", True)
    assert said(story(world))[:2] == ["accepted", "reopened"]


def test_what_nobody_repeated_is_over_before_the_clock_has_seen_it() -> None:
    world = MemoryWorld(config())
    world.send([{"labels": {"alertname": "A"}}], name="alertmanager-api")
    world.drain()
    assert only(world).state == "firing"
    world.now_s += 301
    found = only(world)
    assert found.state == "resolved"
    with pytest.raises(InvalidInput, match="nobody repeated it until"):
        send_action(
            found,
            WantedAction(id="a1", kind="snooze", by="ann", until_s=world.now_s + 60),
            world.outbox,
            world.blobs,
            world.now_s,
        )


def test_what_is_inhibited_says_by_which_alert() -> None:
    rule = InhibitRule(
        source_matchers=(parse_matcher("instance=~source.*"),),
        target_matchers=(parse_matcher("instance=~target.*"),),
    )
    world = MemoryWorld(config(inhibit_rules=(rule,)))
    send(world, fires("source", START_S), fires("target", START_S))
    world.pass_time(10)
    states = {}
    for name in names(world):
        found = alerts(world).find(configured(world), name, world.now_s, lambda: True)
        states[found.alert.labels["instance"].partition(".")[0]] = found
    assert states["source"].state == "firing"
    assert states["target"].state == "inhibited"
    assert states["target"].inhibited_by == states["source"].fingerprint


def test_two_alerts_of_one_name_are_told_apart() -> None:
    world = MemoryWorld(config())
    send(world, fires("a", START_S))
    world.pass_time(10)
    # As if a fingerprint rule took more than the labels into the identity.
    (group,) = world.groups.groups.values()
    (known,) = group.members.values()
    group.members["0" * 32] = replace(known, fingerprint="0" * 32)
    short = alertmanager_fingerprint(known.alert.labels)
    with pytest.raises(InvalidInput, match=known.fingerprint) as caught:
        alerts(world).find(configured(world), short, world.now_s, lambda: True)
    assert caught.value.status == 409


class TestTimeline:
    """The journal is read backwards, an hour at a time, and says how far that went."""

    def long(self, hours: float = 30.0) -> MemoryWorld:
        world = MemoryWorld(config())
        send(world, fires("a", START_S))
        world.pass_time(10)
        act(world, "comment", "first", text="first")
        world.now_s += hours * 3600
        act(world, "acknowledge", "last")
        return world

    def test_it_goes_back_a_day_and_says_that_there_was_more(self) -> None:
        world = self.long()
        told = story(world)
        assert told.is_cut
        assert told.from_s == world.now_s - 86_400 - 300
        # What people did lies beside the alert.
        assert said(told) == ["comment", "acknowledge"]

    def test_what_began_within_a_day_is_told_whole(self) -> None:
        told = story(self.long(hours=20))
        assert not told.is_cut
        assert said(told) == ["accepted", "new", "delivered", "comment", "acknowledge"]

    def test_it_ends_where_the_time_does(self) -> None:
        world = self.long(hours=20)
        left = iter([True] * 4)
        told = story(world, lambda: next(left, False))
        assert told.is_cut
        assert told.from_s > world.now_s - 4 * 3600
        assert said(told) == ["comment", "acknowledge"]

    def test_an_alert_that_has_been_over_for_long_still_has_its_story(self) -> None:
        world = MemoryWorld(config())
        send(world, fires("a", START_S))
        world.pass_time(10)
        send(world, ends("a", START_S, world.now_s))
        world.pass_time(10)
        world.now_s += 3 * 86_400
        told = story(world)
        assert not told.is_cut
        assert said(told) == ["accepted", "new", "delivered", "accepted", "resolved", "delivered"]

    def test_hours_that_meet_tell_nothing_twice(self) -> None:
        # The journal has milliseconds, and what is read has both of its ends.
        world = MemoryWorld(config())
        hour_s = (START_S // 3600 + 1) * 3600
        world.now_s = hour_s - 600
        repeated: dict[str, Any] = fires("a", world.now_s)
        send(world, repeated)
        world.pass_time(10)
        world.now_s = hour_s
        send(world, repeated)
        world.now_s += 1800
        counts = [each.count for each in story(world).entries if each.what == "duplicate"]
        assert counts == [1]


def resolved_by_hand(crash_at: int, when: str) -> tuple[MemoryWorld, int]:
    """Resolve an alert by hand, with a crash at one of the calls that follow the answer."""
    world = MemoryWorld(config())
    send(world, fires("a", START_S))
    world.drain()
    wanted = WantedAction(id="a1", kind="resolve", by="ann")
    send_action(only(world), wanted, world.outbox, world.blobs, world.now_s)
    before = len(world.fault.calls)
    world.fault.at, world.fault.when = before + crash_at, when
    world.drain()
    world.settle()
    return world, len(world.fault.calls) - before


@pytest.mark.parametrize("when", ["before", "after"])
def test_what_was_accepted_takes_effect_once_whatever_dies(when: str) -> None:
    _, calls = resolved_by_hand(-1, when)
    assert calls > 5
    for crash_at in range(1, calls + 1):
        world, _ = resolved_by_hand(crash_at, when)
        found = only(world)
        assert found.state == "resolved", crash_at
        assert found.handling is not None
        assert [each.id for each in found.handling.actions] == ["a1"], crash_at
        assert said(story(world)).count("resolve") == 1, crash_at
        assert world.view() == {"a.prod.example:9100": "resolved"}, crash_at
        assert set(world.tellings().values()) <= {1, 2}, crash_at
