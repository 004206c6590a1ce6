"""What simulations found in digests: ends that are owed, and what is refused and redriven."""

from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import HOSTS, heard, world
from tests.pipeline.test_digest_found import AGAIN, redrive
from tocsin.domain.errors import Permanent

ENDS_AGAIN = {**AGAIN, "endsAt": "2025-11-22T05:56:00.000Z"}


def told_world() -> MemoryWorld:
    """One host fires, and people know."""
    quiet = world()
    quiet.send(webhook(member("h0")))
    quiet.pass_time(120.0)
    return quiet


def test_an_end_that_was_refused_is_owed_though_a_run_behind_it_ends_unheard() -> None:
    stormy = told_world()
    stormy.receivers.failures = [Permanent("HTTP 410")]
    stormy.send(webhook(resolved("h0")))
    stormy.pass_time(120.0)
    stormy.send(webhook(*map(member, HOSTS[1:6]), member("h0", **AGAIN)))
    stormy.drain()
    stormy.send(webhook({**resolved("h0"), **ENDS_AGAIN}))
    stormy.pass_time(300.0)
    assert heard(stormy)["h0"] == ["firing", "resolved"]
    redrive(stormy)
    stormy.pass_time(120.0)
    assert heard(stormy)["h0"] == ["firing", "resolved"]
    assert stormy.balance().is_settled


def test_a_beginning_that_is_redriven_does_not_end_again_what_was_before_it() -> None:
    stormy = told_world()
    stormy.send(webhook(resolved("h0"), *map(member, HOSTS[1:6])))
    stormy.drain()
    stormy.send(webhook(member("h0", **AGAIN)))
    stormy.pass_time(70.0)
    assert heard(stormy)["h0"] == ["firing", "resolved"]
    stormy.receivers.failures = [Permanent("HTTP 410")]
    stormy.pass_time(120.0)
    assert len(stormy.outbox.dead["notify"]) == 1
    redrive(stormy)
    stormy.pass_time(120.0)
    assert heard(stormy)["h0"] == ["firing", "resolved", "firing"]
    assert stormy.balance().is_settled


def test_what_ended_unheard_behind_an_end_lets_nothing_overtake_that() -> None:
    stormy = told_world()
    stormy.send(webhook(resolved("h0"), *map(member, HOSTS[1:6])))
    stormy.drain()
    # Nobody looks at its group during a second run, and then comes a third.
    name = next(
        key for key in stormy.groups.groups if ("instance", "h0.prod.example:9100") in key.labels
    )
    stormy.groups.acquire(name, "busy", stormy.now_s, stormy.now_s + 5.0)
    stormy.send(webhook(member("h0", **AGAIN)))
    stormy.pass_time(1.0)
    stormy.send(webhook({**resolved("h0"), **ENDS_AGAIN}))
    stormy.pass_time(20.0)
    stormy.paces.kept.clear()
    stormy.send(webhook(member("h0", startsAt="2025-11-22T06:05:00.000Z")))
    stormy.pass_time(300.0)
    assert heard(stormy)["h0"] == ["firing", "resolved", "firing"]
    assert stormy.balance().is_settled


def test_an_end_that_was_told_is_not_taken_for_the_one_that_is_owed() -> None:
    stormy = world()
    stormy.send(webhook(member("h0")))
    stormy.pass_time(120.0)
    # The first end goes to the digest, and the second beginning before it has spoken.
    stormy.send(webhook(resolved("h0"), *map(member, HOSTS[1:6])))
    stormy.drain()
    stormy.send(webhook(member("h0", **AGAIN)))
    stormy.pass_time(130.0)
    assert heard(stormy)["h0"] == ["firing", "resolved", "firing"]
    # So do the second end and the third beginning.
    stormy.send(webhook(*map(resolved, HOSTS[1:6])))
    stormy.drain()
    stormy.send(webhook({**resolved("h0"), **AGAIN, "endsAt": "2025-11-22T05:58:00.000Z"}))
    stormy.drain()
    stormy.send(webhook(member("h0", startsAt="2025-11-22T06:05:00.000Z")))
    stormy.pass_time(300.0)
    assert heard(stormy)["h0"] == ["firing", "resolved", "firing", "resolved", "firing"]
    assert stormy.balance().is_settled
