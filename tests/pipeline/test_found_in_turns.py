"""What a review found where groups wait for their turn: one test each."""

from tests.builders import config, receiver, route
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.pipeline.test_digest import STORM, heard, world
from tests.pipeline.test_digest_found import redrive
from tests.pipeline.test_handing_over import Digests
from tocsin.domain.config import Timing
from tocsin.domain.errors import Conflict, Permanent
from tocsin.domain.pace import Pace, PacePolicy


def test_what_is_new_waits_a_minute_and_no_interval_where_many_ask_at_once() -> None:
    busy = world(group_interval_s=3600.0)
    busy.send(webhook(member("h0")))
    write, left = busy.paces.write, [8]

    def contended(kept: Pace, now_s: float) -> None:
        if left[0]:
            left[0] -= 1
            raise Conflict("another worker was first")
        write(kept, now_s)

    busy.paces.write = contended  # type: ignore[method-assign]
    busy.pass_time(200.0)
    assert heard(busy) == {"h0": ["firing"]}


def test_letters_that_come_together_while_their_group_hands_over_are_all_told() -> None:
    people = receiver(pace=STORM)
    by_job = route(group_by=("job",), timing=Timing())
    stormy = MemoryWorld(config(receivers={"oncall": people}, route=by_job))
    stormy.receivers.failures = [Permanent("HTTP 410")] * 2
    for name in ("n0", "n1"):
        stormy.send(webhook(member(name)))
        stormy.pass_time(70.0)
    assert len(stormy.outbox.dead["notify"]) == 2
    ((key, _),) = stormy.paces.kept.values()
    busy = tuple(stormy.now_s for _ in range(3))
    stormy.paces.kept.clear()
    stormy.paces.write(Pace(key=key.key, wanted_at_s=busy), stormy.now_s)
    digests = Digests(stormy, fails=1000)
    stormy.send(webhook(member("n2")))
    stormy.drain()
    digests.heal()
    # Their worker died, and both letters come with one batch.
    stormy.now_s += 60.0
    redrive(stormy)
    stormy.pump("notify")
    stormy.pass_time(400.0, step_s=5.0, tick_s=5.0)
    assert heard(stormy) == {name: ["firing"] for name in ("n0", "n1", "n2")}
    assert stormy.balance().is_settled


def test_a_letter_that_waits_behind_another_of_its_group_is_told_under_its_own_key() -> None:
    """Its first try may have arrived: under another key a receiver would take it for a second."""
    slow = PacePolicy(limit=6, window_s=270.0, storm=1000, every_s=10.0)
    by_name = route(group_by=("alertname",), timing=Timing())
    ill = MemoryWorld(config(receivers={"oncall": receiver(pace=slow)}, route=by_name))
    ill.receivers.failures = [Permanent("HTTP 410")] * 2
    for name in ("n0", "n1"):
        ill.send(webhook(member(name)))
        ill.pass_time(5.0)
    keys = [each.key for each in ill.receivers.attempted]
    ill.pass_time(600.0, step_s=5.0)
    # What is new uses up what is free.
    for name in ("m0", "m1", "m2"):
        ill.send(webhook(member(name, name)))
        ill.pass_time(1.0)
    redrive(ill)
    ill.pass_time(1200.0, step_s=5.0, tick_s=20.0)
    told = {each.news[0].labels["instance"][:2]: each.key for each in ill.receivers.delivered}
    assert [told["n0"], told["n1"]] == keys
    assert heard(ill) == {name: ["firing"] for name in ("n0", "n1", "m0", "m1", "m2")}
    assert not ill.outbox.dead["notify"]
    assert ill.balance().is_settled
