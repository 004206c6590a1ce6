"""What a review found in digests, one test each: lost, told twice, out of order, for ever."""

import msgspec
import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import HOSTS, STORM, digests, heard, world
from tocsin.adapters.memory import MemoryPaces
from tocsin.domain.config import Timing
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.group import is_digest
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.pipeline.alertview import AlertView
from tocsin.pipeline.onealert import OneAlerts
from tocsin.ports import Notification

# When what is over fires anew.
AGAIN = {"startsAt": "2025-11-22T05:55:00.000Z"}


def stormy_world() -> MemoryWorld:
    """All hosts fire at once; all have been told."""
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    return stormy


def redrive(stormy: MemoryWorld) -> None:
    for letter in stormy.outbox.dead["notify"]:
        stormy.outbox.queues["notify"].append(letter.message)
    stormy.outbox.dead["notify"].clear()


def test_an_end_that_a_group_told_itself_is_not_told_again_by_the_digest() -> None:
    stormy = stormy_world()
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(120.0)
    assert heard(stormy)["h7"] == ["firing", "resolved"]
    stormy.send(webhook(*(member(f"n{index}") for index in range(4)), member("h7", **AGAIN)))
    stormy.pass_time(180.0)
    assert heard(stormy)["h7"] == ["firing", "resolved", "firing"]
    assert stormy.balance().is_settled


def test_a_digest_that_has_nothing_to_say_any_more_holds_nobody_back() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.send(webhook(*map(resolved, HOSTS[2:])))
    stormy.pass_time(300.0)
    assert not digests(stormy)
    told = len(stormy.receivers.delivered)
    stormy.send(webhook(member("later")))
    stormy.drain()
    assert len(stormy.receivers.delivered) == told + 1
    assert not is_digest(stormy.receivers.delivered[-1].group)


def test_what_is_repeated_does_not_wait_for_a_digest_that_says_nothing() -> None:
    stormy = world(repeat_interval_s=900.0)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.send(webhook(*map(resolved, HOSTS[2:])))
    stormy.pass_time(1200.0)
    assert sum(each.reason.startswith("repeat") for each in stormy.receivers.delivered) == 2


def test_what_the_digest_told_is_repeated_as_anything_else_is() -> None:
    stormy = world(repeat_interval_s=900.0)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(1500.0, step_s=5.0, tick_s=60.0)
    repeated = [each for each in stormy.receivers.delivered if each.reason.startswith("repeat")]
    hosts = [alert.labels["instance"] for each in repeated for alert in each.alerts]
    assert len(hosts) == len(set(hosts)) == len(HOSTS)
    assert not any(is_digest(each.group) for each in repeated)


def test_a_dead_digest_that_is_redriven_tells_nothing_that_is_over() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.receivers.failures = [Permanent("HTTP 410")]
    stormy.pass_time(180.0)
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(180.0)
    # Refused is never heard of, and so is its end.
    assert "h7" not in heard(stormy)
    redrive(stormy)
    stormy.pass_time(180.0)
    assert "h7" not in heard(stormy)
    assert heard(stormy)["h6"] == ["firing"]


def flapping_world(store_goes_away: bool) -> MemoryWorld:
    """What the digest has yet to tell ends and fires again between two looks of its group."""
    stormy = world(group_interval_s=20.0)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    stormy.send(webhook(resolved("h7")))
    stormy.drain()
    stormy.send(webhook(member("h7", **AGAIN)))
    stormy.pass_time(25.0)
    if store_goes_away:
        stormy.paces = AwayPaces()
        stormy.start_workers()
    return stormy


class AwayPaces(MemoryPaces):
    """A store that cannot be read."""

    def read(self, key: str, now_s: float):  # type: ignore[no-untyped-def]
        """Fail."""
        raise Retryable("away")


def test_what_ends_twice_while_the_digest_is_on_its_way_ends_once() -> None:
    stormy = world()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.drain()
    send = stormy.receivers.send

    def meanwhile(notification: Notification) -> str:
        stormy.receivers.send = send  # type: ignore[method-assign]
        for minute in (51, 53, 55):
            began = f"2025-11-22T05:{minute}:00.000Z"
            ended = f"2025-11-22T05:{minute + 1}:00.000Z"
            stormy.send(webhook(resolved("h7")))
            stormy.drain()
            stormy.send(webhook(member("h7", startsAt=began)))
            stormy.drain()
        stormy.send(webhook({**resolved("h7", startsAt=began), "endsAt": ended}))
        stormy.drain()
        return send(notification)

    stormy.pass_time(55.0)
    stormy.receivers.send = meanwhile  # type: ignore[method-assign]
    stormy.pass_time(300.0)
    assert heard(stormy)["h7"] == ["firing", "resolved"]
    assert stormy.balance().is_settled


@pytest.mark.parametrize("store_goes_away", [True, False])
def test_what_goes_on_for_its_receiver_still_stands_behind_the_digest(
    store_goes_away: bool,
) -> None:
    stormy = flapping_world(store_goes_away)
    ends = "2025-11-22T05:56:00.000Z"
    stormy.send(webhook({**resolved("h7"), **AGAIN, "endsAt": ends}))
    stormy.pass_time(300.0)
    assert heard(stormy).get("h7", []) in ([], ["firing", "resolved"])
    assert stormy.balance().is_settled


def test_an_alert_that_moves_to_another_group_of_its_receiver_is_told_there() -> None:
    stormy = stormy_world()
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(100.0)
    by_both = route(group_by=("instance", "job"), timing=Timing())
    known = stormy.configs.current("acme")
    assert known is not None
    moved = msgspec.structs.replace(known, version=known.version + 1, route=by_both)
    stormy.configs.apply(moved, "", stormy.now_s)
    stormy.start_workers()
    stormy.send(webhook(*(member(f"n{index}") for index in range(4)), member("h7", **AGAIN)))
    stormy.pass_time(300.0)
    assert heard(stormy)["h7"] == ["firing", "resolved", "firing"]
    assert stormy.balance().is_settled


def test_what_becomes_critical_is_told_though_a_digest_told_it_before() -> None:
    by_severity = route(group_by=("instance", "severity"), timing=Timing())
    stormy = MemoryWorld(config(receivers={"oncall": receiver(pace=STORM)}, route=by_severity))
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    stormy.send(webhook(*(member(f"n{at}", severity="critical") for at in range(4))))
    stormy.drain()
    stormy.send(webhook(member("h7", severity="critical")))
    stormy.pass_time(180.0)
    said = [
        alert.severity
        for each in stormy.receivers.delivered
        for alert in each.news
        if alert.labels["instance"].startswith("h7")
    ]
    assert said == ["warning", "critical"]


def test_one_alert_in_two_groups_of_a_receiver_is_told_once_by_the_digest() -> None:
    children = (
        route("oncall", 'team="payments"', group_by=("instance",), continues=True),
        route("oncall", group_by=("instance", "job")),
    )
    tree = route("oncall", routes=children)
    stormy = MemoryWorld(config(receivers={"oncall": receiver(pace=STORM)}, route=tree))
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    told = [alert.labels["instance"] for each in digests(stormy) for alert in each.news]
    assert len(told) == len(set(told))
    stormy.send(webhook(*map(resolved, HOSTS)))
    stormy.pass_time(300.0)
    assert stormy.balance().is_settled
    assert all(steps[-1] == "resolved" for steps in heard(stormy).values())


def test_a_receiver_that_truncates_gets_each_alert_by_its_own_labels() -> None:
    people = receiver(pace=STORM, max_alerts=2, truncates=True)
    by_zone = route(group_by=("job",), timing=Timing())
    stormy = MemoryWorld(config(receivers={"oncall": people}, route=by_zone))
    for index in range(3):
        one = member(f"a{index}")
        one["labels"]["job"] = f"j{index}"
        stormy.send(webhook(one))
    stormy.drain()
    stormy.send(webhook(*map(member, HOSTS[:5])))
    stormy.drain()
    (digest,) = (each for key, each in stormy.groups.groups.items() if is_digest(key))
    origins = {
        name: each for group in stormy.groups.groups.values() if not is_digest(group.key)
        for name, each in group.members.items()
    }  # fmt: skip
    assert len(digest.members) == 6
    for name, each in digest.members.items():
        assert each.alert.labels == origins[name].alert.labels


def test_nothing_that_is_over_is_shown_by_the_api() -> None:
    stormy = stormy_world()
    for host in HOSTS:
        stormy.send(webhook(resolved(host)))
        stormy.pass_time(60.0, step_s=5.0)
    known = stormy.configs.current("acme")
    assert known is not None
    assert not AlertView(stormy.groups).rows(known, [], [], stormy.now_s)
    (name,) = next(
        each.members
        for key, each in stormy.groups.groups.items()
        if dict(key.labels).get("instance", "").startswith("h7")
    )
    alerts = OneAlerts(stormy.groups, stormy.silences, stormy.configs)
    found = alerts.find(known, name, stormy.now_s, lambda: True)
    assert found.state == "resolved"
    assert not any(is_digest(each.group.key) for each in found.standings)


def test_the_api_shows_an_alert_in_its_own_group() -> None:
    stormy = stormy_world()
    known = stormy.configs.current("acme")
    assert known is not None
    rows = AlertView(stormy.groups).rows(known, [], [], stormy.now_s)
    assert len(rows) == len(HOSTS)
    assert not any(is_digest(key) for row in rows for key in row.groups)


def test_each_digest_is_a_message_of_its_own_and_shows_what_is_new() -> None:
    stormy = stormy_world()
    stormy.send(webhook(*(resolved(host) for host in HOSTS[5:7])))
    stormy.pass_time(180.0)
    stormy.send(webhook(*(member(f"n{index}") for index in range(6))))
    stormy.pass_time(180.0)
    first, second = digests(stormy)
    assert first.thread is second.thread is None
    assert len(second.alerts) == len(second.news)


def test_a_digest_says_nothing_again_by_itself() -> None:
    stormy = world(repeat_interval_s=600.0)
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(180.0)
    for host in HOSTS:
        stormy.send(webhook(resolved(host)))
        stormy.pass_time(60.0, step_s=5.0)
    stormy.pass_time(2400.0, step_s=5.0, tick_s=60.0)
    assert heard(stormy) == {host: ["firing", "resolved"] for host in HOSTS}
    last = [each for each in digests(stormy) if not each.news]
    assert not last


def test_what_a_digest_told_and_is_over_inhibits_nothing() -> None:
    rule = InhibitRule(
        source_matchers=(Matcher("severity", "=", "critical"),),
        target_matchers=(Matcher("severity", "=", "warning"),),
        equal=("team",),
    )
    by_host = route(group_by=("instance", "alertname"), timing=Timing())
    people = {"oncall": receiver(pace=STORM)}
    stormy = MemoryWorld(config(receivers=people, route=by_host, inhibit_rules=(rule,)))
    stormy.send(webhook(*(member(host, "Down", severity="critical") for host in HOSTS[:4])))
    stormy.pass_time(180.0)
    for host in HOSTS[:4]:
        stormy.send(webhook(resolved(host, name="Down", severity="critical")))
        stormy.pass_time(60.0, step_s=5.0)
    stormy.send(webhook(*map(member, HOSTS[4:])))
    stormy.pass_time(300.0, step_s=5.0)
    assert all(heard(stormy).get(host) == ["firing"] for host in HOSTS[4:])
