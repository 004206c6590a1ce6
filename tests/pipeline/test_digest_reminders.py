"""What the digest has yet to tell, its group neither repeats nor reminds of: it is told once."""

from collections.abc import Callable

import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_digest import HOSTS, STORM, world
from tests.pipeline.test_digest_in_hand import act, storm
from tocsin.domain.config import Timing
from tocsin.domain.errors import Retryable
from tocsin.domain.group import Group, GroupKey, is_digest
from tocsin.pipeline.intents import spoken_at_s
from tocsin.ports import Notification


def shows(stormy: MemoryWorld, host: str) -> dict[str, Notification]:
    """Return the notifications that show an alert as firing, by key: a receiver knows those."""
    return {
        each.key: each
        for each in stormy.receivers.delivered
        if any(
            alert.labels["instance"].startswith(host) and alert.status == "firing"
            for alert in each.alerts
        )
    }


def reasons(stormy: MemoryWorld, host: str) -> list[str]:
    return [each.reason for each in shows(stormy, host).values()]


def put_off(stormy: MemoryWorld, for_s: float) -> None:
    """Snooze what is handed over until so long after the start."""
    act(storm(stormy), "h7", "snooze", until_s=START_S + for_s)


def test_a_snooze_that_ends_before_the_digest_told_it_is_one_telling() -> None:
    for ends_s in range(62, 190, 4):
        stormy = world()
        put_off(stormy, ends_s)
        stormy.pass_time(START_S + ends_s - stormy.now_s - 1.0)
        assert not shows(stormy, "h7"), ends_s
        stormy.pass_time(400.0, tick_s=5.0)
        (told,) = shows(stormy, "h7").values()
        assert is_digest(told.group), ends_s
        assert stormy.balance().is_settled


def test_what_is_given_back_before_the_digest_told_it_is_no_repeat() -> None:
    for back_s in range(330, 450, 6):
        stormy = world(repeat_interval_s=300.0)
        act(storm(stormy), "h7", "acknowledge")
        stormy.pass_time(START_S + back_s - stormy.now_s)
        act(stormy, "h7", "unacknowledge")
        stormy.pass_time(150.0, tick_s=5.0)
        (told,) = shows(stormy, "h7").values()
        assert is_digest(told.group), back_s
        stormy.pass_time(480.0, tick_s=5.0)
        # From then on it is repeated as anything else is.
        assert reasons(stormy, "h7")[1:] == ["repeat interval elapsed"], back_s


def test_a_snooze_after_the_digest_told_it_ends_with_a_reminder() -> None:
    stormy = world()
    storm(stormy)
    stormy.pass_time(100.0)
    assert len(shows(stormy, "h7")) == 1
    act(stormy, "h7", "snooze", until_s=START_S + 200.0)
    stormy.pass_time(600.0, tick_s=5.0)
    assert reasons(stormy, "h7")[1:] == ["snooze ended"]


def test_each_snooze_has_its_own_end() -> None:
    stormy = world()
    put_off(stormy, 130.0)
    stormy.pass_time(200.0, tick_s=5.0)
    assert len(shows(stormy, "h7")) == 1
    act(stormy, "h7", "snooze", until_s=START_S + 400.0)
    stormy.pass_time(600.0, tick_s=5.0)
    assert reasons(stormy, "h7")[1:] == ["snooze ended"]


def test_what_its_receiver_takes_when_the_snooze_is_over_is_no_less_a_reminder() -> None:
    """The digest was written down before, and waited for its receiver."""
    stormy = storm(world())
    stormy.receivers.failures = [Retryable("HTTP 503", 100.0)]
    stormy.pass_time(80.0)
    (tried,) = (each for each in stormy.receivers.attempted if is_digest(each.group))
    assert not shows(stormy, "h7")
    act(stormy, "h7", "snooze", until_s=START_S + 100.0)
    stormy.pass_time(600.0, tick_s=5.0)
    assert list(shows(stormy, "h7")) == [tried.key]


def two_receivers() -> MemoryWorld:
    by_host = route(group_by=("instance",), timing=Timing(), continues=True)
    machine = route("machine", group_by=("instance",), timing=Timing())
    people = {"oncall": receiver(pace=STORM), "machine": receiver("machine")}
    tree = route("oncall", routes=(by_host, machine))
    return MemoryWorld(config(receivers=people, route=tree))


def test_who_has_no_digest_is_reminded_and_who_has_one_is_told() -> None:
    stormy = two_receivers()
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(6.0)
    act(stormy, "h7", "snooze", until_s=START_S + 90.0)
    stormy.pass_time(400.0, tick_s=5.0)
    told = [(each.receiver.name, each.reason) for each in shows(stormy, "h7").values()]
    assert sorted(told) == [
        ("machine", "first notification"),
        ("machine", "snooze ended"),
        ("oncall", "new alerts added"),
    ]


def test_what_waits_in_the_digest_is_not_shown_beside_what_is_repeated() -> None:
    people = receiver(pace=STORM)
    by_job = route(group_by=("job",), timing=Timing(repeat_interval_s=300.0))
    stormy = MemoryWorld(config(receivers={"oncall": people}, route=by_job))
    first = member("a0")
    first["labels"]["job"] = "mine"
    stormy.send(webhook(first))
    stormy.pass_time(100.0, tick_s=5.0)
    others = [member(host) for host in HOSTS]
    for index, each in enumerate(others):
        each["labels"]["job"] = "mine" if index == 7 else f"j{index}"
    stormy.send(webhook(*others))
    stormy.pass_time(5.0)
    act(stormy, "h7", "acknowledge")
    stormy.pass_time(900.0, tick_s=5.0)
    assert not shows(stormy, "h7")
    assert reasons(stormy, "a0").count("repeat interval elapsed") >= 2
    act(stormy, "h7", "unacknowledge")
    stormy.pass_time(200.0, tick_s=5.0)
    (told,) = shows(stormy, "h7").values()
    assert is_digest(told.group)


def heard_since(stormy: MemoryWorld, host: str, since_s: float) -> list[str]:
    """Return how an alert was first shown as firing from then on, once for each notification."""
    first: dict[str, float] = {}
    for each, at_s in zip(stormy.receivers.delivered, stormy.receivers.at_s, strict=True):
        first.setdefault(each.key, at_s)
    return [each.reason for key, each in shows(stormy, host).items() if first[key] >= since_s]


def put_off_in_a_storm(stormy: MemoryWorld) -> float:
    """Snooze what is handed over, before it is repeated; return when that ended."""
    stormy.send(webhook(*map(member, HOSTS[:4])))
    stormy.drain()
    stormy.pass_time(5.0)
    ends_s = max(START_S, stormy.now_s - 30.0) + 90.0
    act(stormy, "h3", "snooze", until_s=ends_s)
    stormy.pass_time(450.0, step_s=10.0, tick_s=20.0)
    return ends_s


def give_back_in_a_storm(stormy: MemoryWorld) -> float:
    """Take what is handed over in hand and give it back; return when that was."""
    stormy.send(webhook(*map(member, HOSTS[:4])))
    stormy.drain()
    act(stormy, "h3", "acknowledge")
    stormy.pass_time(START_S + 690.0 - stormy.now_s, step_s=10.0, tick_s=20.0)
    act(stormy, "h3", "unacknowledge")
    given_back_s = stormy.now_s
    stormy.pass_time(500.0, step_s=10.0, tick_s=20.0)
    return given_back_s


# Tracing would double the time, and other tests go through nearly all of these lines.
@pytest.mark.no_cover
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("play", [put_off_in_a_storm, give_back_in_a_storm])
def test_a_crash_at_any_call_tells_it_once(play: Callable[[MemoryWorld], float], when: str) -> None:
    undisturbed = world(repeat_interval_s=600.0)
    play(undisturbed)
    calls = undisturbed.fault.calls
    for at, name in enumerate(calls, start=1):
        stormy = world(repeat_interval_s=600.0, fault=Fault(at, when))
        since_s = play(stormy)
        assert len(heard_since(stormy, "h3", since_s)) == 1, f"dies {when} call {at}, {name}"
        assert stormy.balance().is_settled


def test_what_is_said_in_one_moment_is_said_one_after_the_other() -> None:
    """The key of a repeat follows from when its group spoke before, and clocks differ."""
    spoke = Group(key=GroupKey("acme", "oncall"), notified_at_s=START_S)
    assert spoken_at_s(spoke, START_S + 5.0) == START_S + 5.0
    assert START_S < spoken_at_s(spoke, START_S) < START_S + 0.01
    assert START_S < spoken_at_s(spoke, START_S - 5.0) < START_S + 0.01
