"""What a random simulation of workers, crashes and reordering found once, one test each."""

import pytest

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_notify import _said, _up_to_notify


def _api(host="a", **f):
    return [{"labels": {"alertname": "Up", "instance": host}, **f}]


def test_late_redelivery_writes_older_mark():
    """enrich dies before its marks; in between the alert resolves; it fires again."""
    world = MemoryWorld(config())
    g = dict(name="Disk", instance="a")
    world.send({**g, "status": "firing"}, "generic")
    (fired,) = world.outbox.take("enrich")
    calls = len(world.fault.calls)
    world.outbox.queues["enrich"].append(fired)
    # After archive, letters, read, send and journal, before marks.
    world.fault.at, world.fault.when = calls + 6, "before"
    world.now_s += 1
    world.pump("enrich")
    assert world.fault.calls[-1] == "fingerprints.write"
    world.outbox.take("enrich")  # still invisible
    world.now_s -= 181
    world.send({**g, "status": "resolved"}, "generic")
    world.drain()
    world.outbox.queues["enrich"].append(fired)
    world.drain()
    world.now_s += 60
    world.send({**g, "status": "firing"}, "generic")
    world.drain()
    world.settle()
    assert world.view() == {"a": "firing"}


def test_plain_reorder():
    world = MemoryWorld(config())
    g = dict(name="Disk", instance="a")
    world.send({**g, "status": "firing"}, "generic")
    early = world.outbox.take("enrich")
    world.now_s += 1
    world.send({**g, "status": "resolved"}, "generic")
    world.drain()
    world.outbox.queues["enrich"].extend(early)
    world.drain()
    world.now_s += 60
    world.send({**g, "status": "firing"}, "generic")
    world.drain()
    world.settle()
    assert world.view() == {"a": "firing"}


def test_a_firing_that_waited_past_the_timeout_of_the_one_before():
    world = MemoryWorld(config())
    world.send(_api(), "alertmanager-api")
    world.drain()
    start = world.now_s
    world.now_s = start + 240
    end = "2025-11-23T05:40:00Z"
    world.send(_api(endsAt=end), "alertmanager-api")  # amtool alert add --end: holds a day
    (late,) = world.outbox.take("enrich")
    world.now_s = start + 305
    world._tick.run(world.now_s)
    world.drain()
    world.outbox.queues["enrich"].append(late)
    world.drain()
    world.settle()
    assert world.view() == {"a": "firing"}


def test_longer_hold_is_not_a_duplicate():
    world = MemoryWorld(config())
    world.send(_api(startsAt="2025-11-22T05:00:00Z"), "alertmanager-api")
    world.drain()
    world.now_s += 10
    world.send(
        _api(startsAt="2025-11-22T05:00:00Z", endsAt="2025-11-23T05:40:00Z"), "alertmanager-api"
    )
    world.drain()
    world.now_s += 400
    world.settle()
    assert world.view() == {"a": "firing"}


@pytest.mark.parametrize("every_s", [60, 120, 150, 200, 250])
def test_repeats_within_the_timeout_keep_it_firing(every_s):
    """Every repeat comes well before resolve_timeout (300 s)."""
    world = MemoryWorld(config())
    at = world.now_s
    nxt = at
    while world.now_s < at + 3600:
        if world.now_s >= nxt:
            world.send(_api(), "alertmanager-api")
            world.drain()
            nxt += every_s
        world.now_s += 10
        world._tick.run(world.now_s)
        world.drain()
    assert [s for n in _said(world) for s in n] == ["firing"]


def test_prometheus_factor_four():
    """Prometheus: endsAt = evaluation + 4 * 60 s, repeated each 60 s with jitter."""
    import datetime
    import random

    rnd = random.Random(1)
    world = MemoryWorld(config())
    t0 = world.now_s
    for i in range(120):
        world.now_s = max(world.now_s, t0 + 60 * i + rnd.random() * 0.5)
        end = (
            datetime.datetime.fromtimestamp(t0 + 60 * i + 240, datetime.UTC)
            .isoformat()
            .replace("+00:00", "Z")
        )
        tick_first = rnd.random() < 0.5
        world.send(_api(startsAt="2025-11-22T05:00:00Z", endsAt=end), "alertmanager-api")
        if tick_first:
            world._tick.run(world.now_s)
            for q in ("evaluate", "notify"):
                world.pump(q)
        world.drain()
    assert [s for n in _said(world) for s in n] == ["firing"]


def test_old_firing_after_its_tombstone():
    """A firing that waited an hour (backlog, redrive) while its resolve went through."""
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    (late,) = world.outbox.queues["enrich"]
    world.drain()
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.drain()
    world.now_s += 3601
    world.send(webhook(member("b")))
    world.drain()  # prunes the group
    world.outbox.queues["enrich"].append(late)
    world.drain()
    world.settle()  # second copy, or a redrive
    assert world.view()["a.prod.example:9100"] == "resolved"


def _g(status, **f):
    return {"name": "Disk", "host": "a", "status": status, **f}


@pytest.mark.parametrize("count", [3, 4])
def test_a_last_event_that_overtakes_the_one_before_it_in_enrich(count):
    """No crash: the last is judged by the mark of the one before the one that waits."""
    statuses = ["firing", "resolved", "firing", "resolved"][:count]
    world = MemoryWorld(config())
    for status in statuses[:-2]:
        _tell(world, status)
    world.send(_g(statuses[-2]), "generic")
    waiting = world.outbox.take("enrich")
    world.now_s += 1
    _tell(world, statuses[-1])
    world.outbox.queues["enrich"].extend(waiting)
    world.drain()
    world.settle()
    assert [s for n in _said(world) for s in n][-1] == statuses[-1]


def _tell(world, status):
    world.send(_g(status), "generic")
    world.drain()
    world.now_s += 1


def test_a_resolve_without_severity_that_overtakes_its_firing():
    tree = route(routes=(route("pager", 'severity="critical"'),))
    world = MemoryWorld(
        config(route=tree, receivers={"oncall": receiver(), "pager": receiver("pager")})
    )
    world.send(_g("firing", severity="critical"), "generic")
    waiting = world.outbox.take("enrich-urgent")
    world.now_s += 1
    world.send(_g("resolved"), "generic")
    world.drain()
    world.outbox.queues["enrich-urgent"].extend(waiting)
    world.drain()
    world.settle()
    assert [s for n in _said(world) for s in n] in ([], ["firing", "resolved"])


def test_a_removed_receiver_beyond_history():
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.drain()
    for v in range(2, 7):
        world.configs.apply(
            config(
                version=v,
                route=route("other"),
                receivers={"oncall": receiver(), "other": receiver("other")},
            ),
            "",
            world.now_s,
        )
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.drain()
    world.settle()
    assert world.view() == {"a.prod.example:9100": "resolved"}


def test_separated_letter_redriven_a_day_later():
    from tocsin.domain.balance import add_up
    from tocsin.domain.journal import EnvelopeRecord

    b = add_up(
        [
            EnvelopeRecord(
                request="r", envelope="r.x", accepted=0, provider="x", at_s=0.0, forwarded={0: "f"}
            )
        ]
    )
    assert b.duplicate >= 0


def test_a_crash_forgets_what_was_settled_silently_beside_the_intent():
    world = MemoryWorld(config(receivers={"oncall": receiver(send_resolved=False)}))
    world.send(webhook(member("a")))
    world.drain()
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.now_s += 1
    _up_to_notify(world, webhook(member("a", startsAt="2025-11-22T06:00:00Z")))
    world.fault.at, world.fault.when = len(world.fault.calls) + 4, "after"
    world.pump("notify")
    assert world.fault.calls[-1] == "receivers.send"
    world.drain()
    world.settle()
    assert world.balance().is_settled, world.balance()
