"""What the same simulation found in the books and in packing, one test each."""

from tests.builders import config
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.memory import MemoryBlobs
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.envelope import VERSION, Envelope, decode, seal


def test_balance_of_a_forward_that_enrich_forgot():
    """enrich dies between forward and journal; an equal alert arrives first."""
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    (first,) = world.outbox.queues["enrich"]
    world.fault.at, world.fault.when = len(world.fault.calls) + 4, "after"
    world.pump("enrich")
    assert world.fault.calls[-1] == "outbox.send"
    world.outbox.take("enrich")
    world.send(webhook(member("a")))
    world.drain()
    world.outbox.queues["enrich"].append(first)
    world.drain()
    world.settle()
    assert len(world.receivers.delivered) == 1
    assert (world.balance().delivered, world.balance().duplicate) == (1, 1)


def test_separated_single_select_part(monkeypatch):
    from tests.pipeline.test_stages import _broken_for

    world = MemoryWorld(config())
    world.send(webhook(member("bad", severity="critical"), member("b")))
    with monkeypatch.context() as broken:
        _broken_for("bad", broken)
        world.start_workers()
        world.drain()
    (letter,) = world.outbox.dead["enrich"]
    world.now_s += 60
    world.outbox.queues["enrich"].append(letter.message)
    world.drain()
    world.settle()
    b = world.balance()
    assert (b.accepted, b.delivered, b.duplicate) == (2, 2, 0), b


def test_three_episodes_before_the_receiver_answers():
    world = MemoryWorld(config())
    world.send(webhook(member("a")))
    world.drain()
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.now_s += 1
    world.send(webhook(member("a")))
    world.now_s += 1
    world.send(webhook(resolved("a")))
    world.now_s += 1
    world.send(webhook(member("a")))
    world.now_s += 1
    world.drain()
    world.settle()
    assert world.balance().is_settled, world.balance()


def test_poison_at_evaluate_harms_no_neighbour():
    world = MemoryWorld(config())
    wrong = seal(
        Envelope(v=VERSION, kind="changes", id="x", tenant="acme", at_s=world.now_s),
        b'{"no":1}',
        MemoryBlobs(),
    )
    world.send(webhook(member("a")))
    world.pump("enrich")
    (message,) = world.outbox.take("evaluate")
    out = world._evaluate.handle(
        [Delivery("wrong", wrong), Delivery("right", decode(message.body))],
        world.now_s,
        lambda: True,
    )
    assert list(out.failed) == ["wrong"]


def test_large_changes_chunk_can_be_read_again():
    from tests.builders import change
    from tocsin.pipeline.changes import pack_changes, unpack_changes

    blobs = MemoryBlobs()
    changes = [change(f"n{i}", annotations={"d": "x" * 9000}) for i in range(2000)]
    n = 0
    for m in pack_changes("acme", changes, "n", "", blobs):
        n += len(unpack_changes(decode(m.body), blobs))
    assert n == 2000


def test_two_groups_at_one_receiver():
    from tocsin.domain.balance import add_up
    from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord, TransitionRecord

    t = [
        TransitionRecord(
            source="r:0",
            fingerprint="f",
            verdict="new",
            group=g,
            receiver="oncall",
            episode=1,
            at_s=1.0,
        )
        for g in ("g1", "g2")
    ]
    d = DeliveryRecord(
        source="r:0",
        fingerprint="f",
        episode=1,
        step="firing",
        receiver="oncall",
        group="g1",
        outcome="delivered",
        at_s=2.0,
    )
    e = EnvelopeRecord(
        request="r", envelope="r", accepted=1, provider="x", at_s=0.0, forwarded={0: "f"}
    )
    assert add_up([e, *t, d]).pending == 1
