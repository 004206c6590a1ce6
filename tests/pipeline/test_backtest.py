"""Back-tests over histories as they happen, against what people expect of them."""

import json
import socket
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from msgspec.structs import replace

from tests.builders import change, config, route
from tests.pipeline.backtest_histories import (
    BEGIN_S,
    at,
    cpu_config,
    cpu_history,
    heartbeat_config,
    heartbeat_history,
    outage_config,
    outage_history,
    quiet_d,
)
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.config import Timing
from tocsin.domain.errors import Permanent
from tocsin.domain.matchers import Matcher
from tocsin.domain.rule import Condition, MetricRule, Query
from tocsin.domain.series import Series
from tocsin.pipeline.backtestarchive import archived_changes
from tocsin.pipeline.backtestresult import Backtested
from tocsin.pipeline.backtestrules import History
from tocsin.runtime.backtest import backtest


def fired(result: Backtested) -> list[tuple[float, str, str]]:
    return [((each.at_s - BEGIN_S) / 60, each.rule, each.alert.status) for each in result.fired]


def told(result: Backtested) -> list[tuple[float, str, list[tuple[str, str]]]]:
    return [
        (
            (each.at_s - BEGIN_S) / 60,
            each.receiver,
            sorted((alert.labels.get("host", alert.name), alert.status) for alert in each.news),
        )
        for each in result.told
    ]


def untold(result: Backtested) -> list[tuple[float, str, str, str]]:
    return [
        ((each.at_s - BEGIN_S) / 60, each.receiver, each.name, each.reason)
        for each in result.untold
    ]


def test_a_busy_processor_pages_once_and_its_cooldown_keeps_the_second_time_back() -> None:
    result = backtest(cpu_config(), cpu_history())
    began, ended = fired(result)
    assert began[1:] == ("HighCpu", "firing")
    assert ended[1:] == ("HighCpu", "resolved")
    # The average over five minutes is above 85 with the fifth busy point, and at the next look.
    assert 14 <= began[0] <= 16
    assert 20 < ended[0] <= 22
    assert told(result) == [
        (began[0], "oncall", [("db1", "firing")]),
        (ended[0], "oncall", [("db1", "resolved")]),
    ]
    assert result.problems == ()


def test_a_back_test_knows_nothing_of_what_is_to_come() -> None:
    whole = backtest(cpu_config(), cpu_history())
    short = backtest(cpu_config(), replace(cpu_history(), until_s=at(18)))
    cut = backtest(cpu_config(), cpu_history(until_minute=18))
    assert fired(short) == fired(cut) == [each for each in fired(whole) if each[0] <= 18]


def test_a_source_that_was_not_recorded_is_said_and_fires_nothing() -> None:
    query = Query(source="prom", expression="up == 0")
    condition = Condition(query=query, compare="present", aggregate="last", window_s=60)
    rule = MetricRule(name="Down", conditions=(condition,))
    history = History(from_s=BEGIN_S, until_s=at(10))
    result = backtest(config(rules=(rule,)), history)
    assert "prom" in result.unanswered["Down"]
    assert result.fired == ()
    series = (Series((("host", "a"),), tuple((at(minute), 0.0) for minute in range(3, 6))),)
    known = backtest(config(rules=(rule,)), replace(history, recorded={query: series}))
    assert known.unanswered == {}
    assert [status for _, _, status in fired(known)] == ["firing", "resolved"]


def test_one_incident_stands_for_the_alerts_of_an_outage() -> None:
    result = backtest(outage_config(), outage_history(), [quiet_d()])
    assert [(rule, status) for _, rule, status in fired(result)] == [
        ("Outage", "firing"),
        ("Outage", "resolved"),
    ]
    assert fired(result)[0][0] == pytest.approx(5.2)
    # With two of four over, fewer than three fire.
    assert fired(result)[1][0] == pytest.approx(20.1)
    assert [(receiver_, news) for _, receiver_, news in told(result)] == [
        ("oncall", [("z", "firing")]),
        ("pager", [("Outage", "firing")]),
        ("pager", [("Outage", "resolved")]),
    ]
    why = {(name, reason.split()[0]) for _, _, name, reason in untold(result)}
    assert {("DownA", "inhibited"), ("DownB", "inhibited"), ("DownC", "inhibited")} <= why
    assert ("DownD", "silenced") in why
    assert not [each for each in why if each[0] in ("Outage", "Old")]


def test_it_is_told_when_its_route_says_so_and_again_while_it_fires() -> None:
    timing = Timing(group_wait_s=30, group_interval_s=300, repeat_interval_s=600)
    changes = [change("Old", at(1), source="old")]
    history = History(from_s=BEGIN_S, until_s=at(40), changes=changes)
    result = backtest(config(route=route(timing=timing)), history)
    first, *again = [(each.at_s - BEGIN_S) / 60 for each in result.told]
    assert first == 1.5
    # Once ten minutes are over, at the next look: they are five minutes apart, and a tick late.
    assert again
    between = [later - sooner for sooner, later in pairwise([first, *again])]
    assert all(10 <= each <= 17 for each in between)
    assert {each.repeated for each in result.told[1:]} == {1}


def test_what_is_kept_back_to_the_end_is_said() -> None:
    quiet = replace(quiet_d(), matchers=(Matcher("alertname", "=", "Old"),))
    changes = [change("Old", at(1), source="old")]
    history = History(from_s=BEGIN_S, until_s=at(5), changes=changes)
    result = backtest(config(), history, [quiet])
    assert result.told == ()
    assert untold(result) == [(1, "oncall", "Old", "silenced by s1")]


def test_without_the_rule_each_host_would_have_paged() -> None:
    plain = replace(outage_config(), rules=())
    result = backtest(plain, outage_history())
    hosts = {host for _, _, news in told(result) for host, status in news if status == "firing"}
    assert hosts == {"a", "b", "c", "d", "z"}


def test_a_heartbeat_that_stops_climbs_to_the_second_in_line_until_it_is_back() -> None:
    result = backtest(heartbeat_config(), heartbeat_history())
    # The last beat is at 29 and holds for 3 minutes; the window is 5 minutes.
    assert fired(result) == [(37, "NoHeartbeat", "firing"), (60, "NoHeartbeat", "resolved")]
    heard = [each for each in told(result) if each[1] != "log"]
    assert sorted(heard) == [
        (37, "oncall", [("NoHeartbeat", "firing")]),
        (47, "boss", [("NoHeartbeat", "firing")]),
        (60, "boss", [("NoHeartbeat", "resolved")]),
        (60, "oncall", [("NoHeartbeat", "resolved")]),
    ]


HISTORIES = {
    "cpu": (cpu_config, cpu_history),
    "outage": (outage_config, outage_history),
    "heartbeat": (heartbeat_config, heartbeat_history),
}


@pytest.mark.parametrize("name", HISTORIES)
def test_the_same_past_gives_the_same_result_in_any_order(name: str) -> None:
    make_config, make_history = HISTORIES[name]
    expected = backtest(make_config(), make_history())
    changes = list(make_history().changes)
    Random(1).shuffle(changes)
    assert backtest(make_config(), replace(make_history(), changes=changes)) == expected


@pytest.mark.parametrize("name", HISTORIES)
def test_nothing_leaves_memory(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError("a back-test wants to reach something")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr("builtins.open", refuse)
    monkeypatch.setattr("time.sleep", refuse)
    make_config, make_history = HISTORIES[name]
    tested, history = make_config(), make_history()
    result = backtest(tested, history)
    assert result.told
    assert (tested, history) == (make_config(), make_history())


def test_what_was_archived_is_a_history() -> None:
    world = MemoryWorld(outage_config())
    world.now_s = at(1)
    labels = {"rack": "r1", "severity": "warning"}
    for host in "abc":
        alert = {"labels": {"alertname": f"Down{host}", "host": host, **labels}}
        world.send(json.dumps([alert]).encode(), "alertmanager-api")
    world.drain()
    objects = list(world.archive.data.values())
    changes = list(archived_changes(objects, outage_config(), world.configs, world.blobs))
    assert sorted(each.alert.labels["host"] for each in changes) == ["a", "b", "c"]
    assert {each.received_at_s for each in changes} == {at(1)}
    history = History(from_s=BEGIN_S, until_s=at(20), changes=changes)
    result = backtest(outage_config(), history)
    # Nobody repeated them, so that all of it ended by the clock.
    assert [(rule, status) for _, rule, status in fired(result)] == [
        ("Outage", "firing"),
        ("Outage", "resolved"),
    ]
    other = replace(outage_config(), tenant="other")
    with pytest.raises(Permanent):
        list(archived_changes(objects, other, world.configs, world.blobs))


def test_what_rules_made_then_is_made_anew() -> None:
    made = change("Outage", at(3), provider="tocsin", severity="critical")
    history = History(from_s=BEGIN_S, until_s=at(10), changes=[made])
    assert backtest(outage_config(), history) == Backtested()


def test_alerts_of_other_times_are_left_out() -> None:
    history = replace(outage_history(), from_s=at(2), until_s=at(4))
    assert backtest(outage_config(), history) == Backtested()
