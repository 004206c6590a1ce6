"""What happens to an alert between when it is handed over to a digest and when that speaks."""

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import HOSTS, STORM, digests, heard, world
from tocsin.domain.config import Timing
from tocsin.domain.group import is_digest
from tocsin.domain.handling import Action, ActionKind
from tocsin.pipeline.actions import Order, pack_orders


def storm(stormy: MemoryWorld) -> MemoryWorld:
    """More fire than may speak; h7 is among those that are handed over and not told yet."""
    stormy.send(webhook(*map(member, HOSTS)))
    stormy.pass_time(6.0)
    assert "h7" not in heard(stormy)
    assert any(is_digest(key) for key in stormy.groups.groups)
    return stormy


def act(stormy: MemoryWorld, host: str, kind: ActionKind, **fields: float) -> None:
    """Let somebody do something about the alert of a host, in all groups that know it."""
    orders = [
        Order(
            group.key,
            Action(
                id=f"{kind}-{stormy.now_s}",
                kind=kind,
                fingerprint=known.fingerprint,
                episode=known.episode,
                by="ann",
                at_s=stormy.now_s,
                **fields,  # type: ignore[arg-type]
            ),
        )
        for group in stormy.groups.groups.values()
        for known in group.members.values()
        if known.alert.labels["instance"].startswith(host) and not is_digest(group.key)
    ]
    assert orders
    packed = pack_orders("acme", orders, stormy.now_s, stormy.blobs)
    stormy.outbox.send("evaluate", [packed])
    stormy.drain()


def test_what_somebody_has_in_hand_is_told_by_no_digest() -> None:
    stormy = storm(world())
    act(stormy, "h7", "acknowledge")
    stormy.pass_time(300.0)
    assert heard(stormy) == {host: ["firing"] for host in HOSTS if host != "h7"}
    stormy.send(webhook(*map(resolved, HOSTS)))
    stormy.pass_time(300.0)
    assert "h7" not in heard(stormy)
    assert stormy.balance().is_settled


def test_what_is_given_back_is_told() -> None:
    stormy = storm(world())
    act(stormy, "h7", "acknowledge")
    stormy.pass_time(300.0)
    act(stormy, "h7", "unacknowledge")
    stormy.pass_time(200.0)
    assert heard(stormy)["h7"] == ["firing"]


def test_what_is_in_hand_for_weeks_is_kept_and_told_when_it_is_given_back() -> None:
    stormy = storm(world())
    act(stormy, "h7", "acknowledge")
    for _ in range(20):
        stormy.pass_time(86400.0, step_s=7200.0, tick_s=7200.0)
        (digest,) = (each for key, each in stormy.groups.groups.items() if is_digest(key))
        assert digest.expires_at_s is not None
        assert digest.expires_at_s > stormy.now_s + 14 * 86400.0
    act(stormy, "h7", "unacknowledge")
    stormy.pass_time(200.0)
    assert heard(stormy)["h7"] == ["firing"]


def test_what_is_put_off_is_told_when_that_ends() -> None:
    stormy = storm(world())
    act(stormy, "h7", "snooze", until_s=stormy.now_s + 600.0)
    stormy.pass_time(500.0, step_s=5.0)
    assert "h7" not in heard(stormy)
    stormy.pass_time(300.0, step_s=5.0)
    assert heard(stormy)["h7"] == ["firing"]


def test_what_was_told_is_ended_though_somebody_has_it_in_hand() -> None:
    stormy = storm(world())
    stormy.pass_time(120.0)
    assert heard(stormy)["h7"] == ["firing"]
    act(stormy, "h7", "acknowledge")
    stormy.send(webhook(*map(resolved, HOSTS)))
    stormy.pass_time(300.0)
    assert heard(stormy)["h7"] == ["firing", "resolved"]


def test_what_is_over_and_waits_for_the_look_of_its_group_is_told_to_nobody() -> None:
    stormy = storm(world(group_wait_s=1.0, group_interval_s=200.0))
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(150.0)
    assert len(digests(stormy)) == 1
    assert "h7" not in heard(stormy)
    stormy.pass_time(300.0)
    assert "h7" not in heard(stormy)
    assert stormy.balance().is_settled


def test_who_takes_no_ends_hears_that_it_fired() -> None:
    people = receiver(pace=STORM, send_resolved=False)
    by_host = route(group_by=("instance",), timing=Timing(group_wait_s=1.0, group_interval_s=200.0))
    stormy = storm(MemoryWorld(config(receivers={"oncall": people}, route=by_host)))
    stormy.send(webhook(resolved("h7")))
    stormy.pass_time(150.0)
    assert heard(stormy)["h7"] == ["firing"]


def test_it_is_asked_once_for_each_digest_and_not_for_each_alert() -> None:
    stormy = storm(world())
    reads = []
    read = stormy.groups.read

    def counted(keys):  # type: ignore[no-untyped-def]
        reads.append(len(keys))
        return read(keys)

    stormy.groups.read = counted  # type: ignore[method-assign]
    stormy.pass_time(120.0)
    assert len(digests(stormy)) == 1
    assert [each for each in reads if each > 1] == [len(HOSTS) - 2]
