"""When receivers hear of what is new: group_wait, group_interval, repeat_interval."""

from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import START_S, MemoryWorld
from tocsin.domain.alert import Alert
from tocsin.domain.config import Timing

TIMING = Timing(group_wait_s=30, group_interval_s=300, repeat_interval_s=3600)


def timed(timing: Timing = TIMING, **fields: Any) -> MemoryWorld:
    return MemoryWorld(config(route=route(timing=timing), **fields))


def fires(host: str, at_s: float) -> dict[str, Any]:
    return member(host, startsAt=iso(at_s))


def ends(host: str, at_s: float, now_s: float) -> dict[str, Any]:
    return member(host, status="resolved", startsAt=iso(at_s), endsAt=iso(now_s))


def iso(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).isoformat().replace("+00:00", "Z")


def send(world: MemoryWorld, *alerts: dict[str, Any]) -> None:
    world.send(webhook(*alerts))
    for queue in ("enrich", "evaluate"):
        world.pump(queue)


def told(world: MemoryWorld) -> list[tuple[float, str, list[tuple[str, str]]]]:
    """Return when what was told and why, from the start."""
    return [
        (at_s - START_S, each.reason, sorted((host(a), a.status) for a in each.alerts))
        for at_s, each in zip(world.receivers.at_s, world.receivers.delivered, strict=True)
    ]


def host(alert: Alert) -> str:
    return alert.labels["instance"].partition(".")[0]


def test_a_group_waits_for_more_and_tells_all_at_once() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(10)
    send(world, fires("b", START_S + 10))
    world.pass_time(60)
    assert told(world) == [(30, "first notification", [("a", "firing"), ("b", "firing")])]


def test_the_wait_is_kept_by_a_message_where_the_clock_ticks_rarely() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(100, tick_s=60)
    assert [at_s for at_s, _, _ in told(world)] == [30]


def test_the_time_index_brings_back_what_a_lost_message_should_have() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.outbox.queues["notify"].clear()
    world.pass_time(200)
    assert [at_s for at_s, _, _ in told(world)] == [90]


def test_what_has_fired_for_longer_than_the_wait_is_told_at_once() -> None:
    world = timed()
    send(world, fires("a", START_S - 31))
    world.pass_time(1)
    assert [at_s for at_s, _, _ in told(world)] == [1]


def test_an_old_alert_ends_the_wait_of_a_young_one() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(5)
    send(world, fires("b", START_S - 300))
    world.pass_time(2)
    assert told(world) == [(6, "first notification", [("a", "firing"), ("b", "firing")])]


def test_what_is_new_later_waits_for_the_next_look_and_is_told_with_the_whole_group() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(100)
    send(world, fires("b", START_S + 100))
    world.pass_time(300)
    assert told(world)[1:] == [(330, "new alerts added", [("a", "firing"), ("b", "firing")])]


def test_the_looks_stay_on_their_beat_though_nothing_is_new_for_long() -> None:
    world = timed(replace(TIMING, repeat_interval_s=None))
    send(world, fires("a", START_S))
    world.pass_time(30 + 5 * 300 + 100, step_s=5)
    world.send(webhook(fires("a", START_S)))
    send(world, fires("b", world.now_s))
    world.pass_time(300)
    assert [at_s for at_s, _, _ in told(world)] == [30, 30 + 6 * 300]


def test_ends_are_told_on_the_beat_and_say_whether_any_is_left() -> None:
    world = timed()
    send(world, fires("a", START_S), fires("b", START_S))
    world.pass_time(60)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(300)
    send(world, ends("b", START_S, world.now_s))
    world.pass_time(600)
    assert told(world)[1:] == [
        (330, "some alerts resolved", [("a", "resolved"), ("b", "firing")]),
        (630, "all alerts resolved", [("b", "resolved")]),
    ]
    assert world.balance().is_settled


def test_a_group_that_was_over_waits_anew() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(60)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(300)
    begins_s = world.now_s
    send(world, fires("a", begins_s))
    world.pass_time(60)
    assert told(world)[2:] == [(begins_s - START_S + 30, "first notification", [("a", "firing")])]


def test_what_ends_and_fires_again_between_two_looks_is_no_news() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(60)
    for _ in range(15):
        send(world, ends("a", START_S, world.now_s))
        world.pass_time(2)
        send(world, fires("a", world.now_s))
        world.pass_time(2)
    world.pass_time(400)
    assert len(told(world)) == 1
    assert world.balance().is_settled
    send(world, ends("a", world.now_s - 300, world.now_s))
    world.pass_time(400)
    assert told(world)[1][1:] == ("all alerts resolved", [("a", "resolved")])


def test_what_fires_on_is_told_again_at_the_first_look_after_the_repeat_interval() -> None:
    world = timed(replace(TIMING, repeat_interval_s=1000))
    for _ in range(50):
        send(world, fires("a", START_S))
        world.pass_time(60)
    # The looks at 1030 and 2230 are not yet after 1000 seconds.
    assert told(world) == [
        (30, "first notification", [("a", "firing")]),
        (1230, "repeat interval elapsed", [("a", "firing")]),
        (2430, "repeat interval elapsed", [("a", "firing")]),
    ]
    assert len(world.tellings()) == 3


def test_nothing_is_repeated_that_is_over() -> None:
    world = timed()
    send(world, fires("a", START_S))
    world.pass_time(60)
    send(world, ends("a", START_S, world.now_s))
    world.pass_time(8000, step_s=10)
    assert len(told(world)) == 2


def test_an_interval_of_less_than_a_second_is_kept() -> None:
    world = timed(Timing(group_wait_s=0.2, group_interval_s=0.4, repeat_interval_s=3600))
    send(world, fires("a", START_S))
    world.pass_time(0.3, step_s=0.05, tick_s=0.05)
    send(world, fires("b", world.now_s))
    world.pass_time(1, step_s=0.05, tick_s=0.05)
    first_s, second_s = (at_s for at_s, _, _ in told(world))
    assert 0.2 <= first_s + 0.001 <= 0.301
    assert 0.4 <= second_s - first_s + 0.001 <= 0.501


def test_an_alertmanagers_limit_says_how_many_it_left_out() -> None:
    world = timed(receivers={"oncall": receiver(max_alerts=2, truncates=True)})
    send(world, *(fires(name, START_S) for name in "abcde"))
    world.pass_time(400)
    (only,) = world.receivers.delivered
    assert [host(each) for each in only.alerts] == ["a", "b"]
    assert only.truncated == 3
    assert world.balance().delivered == 5


def test_more_than_a_receiver_takes_is_told_in_one_look() -> None:
    world = timed(receivers={"oncall": receiver(max_alerts=2)})
    send(world, *(fires(name, START_S) for name in "abcde"))
    world.pass_time(60)
    assert [len(each.news) for each in world.receivers.delivered] == [2, 2, 1]
    assert {at_s for at_s, _, _ in told(world)} == {30}


def test_an_edited_route_does_not_tell_again_what_fires_and_ends_it_where_it_began() -> None:
    tree = route(routes=(route("oncall", 'team="db"', timing=TIMING),), timing=TIMING)
    world = MemoryWorld(config(route=tree))
    send(world, member("a", labels={"alertname": "X", "instance": "a", "team": "db"}))
    world.pass_time(60)
    edited = route(routes=(route("oncall", 'team=~"db|web"', timing=TIMING),), timing=TIMING)
    world.configs.apply(config(version=2, route=edited), "", world.now_s)
    for _ in range(4):
        send(world, member("a", labels={"alertname": "X", "instance": "a", "team": "db"}))
        world.pass_time(100)
    assert len(told(world)) == 1
    end = resolved("a", labels={"alertname": "X", "instance": "a", "team": "db"})
    send(world, end)
    world.pass_time(400)
    assert [each[2] for each in told(world)] == [[("a", "firing")], [("a", "resolved")]]
