"""The letter keeper, on ports in memory."""

from typing import Any

import msgspec
import pytest

from tests.builders import T0, change
from tocsin.adapters.memory import MemoryBlobs, MemoryDeadLetters, MemoryJournal
from tocsin.domain.balance import Balance, add_up
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, UNREADABLE, Letter
from tocsin.domain.errors import Permanent, Retryable
from tocsin.domain.group import GroupKey
from tocsin.domain.journal import EnvelopeRecord
from tocsin.pipeline import envelope as envelopes
from tocsin.pipeline.changes import pack_changes
from tocsin.pipeline.envelope import Envelope, encode, seal
from tocsin.pipeline.letterarchive import letter_key, unpack_letter
from tocsin.pipeline.letterkeeper import EVERY_S, KeeperPorts, LetterKeeper
from tocsin.pipeline.lettertime import LAST_CALL_S, LETTER_S
from tocsin.pipeline.poke import Poke, pack_poke

# What a run keeps in reserve for its end.
END_S = LAST_CALL_S + LETTER_S


class SlowBlobs(MemoryBlobs):
    """Blobs that take a second to store."""

    left_s = 3600.0

    def put(self, key: str, data: bytes) -> None:
        super().put(key, data)
        self.left_s -= 1


class Desk:
    """A keeper and what it works on."""

    def __init__(self) -> None:
        self.letters = MemoryDeadLetters()
        self.blobs = SlowBlobs()
        self.journal = MemoryJournal()
        ports = KeeperPorts(letters=self.letters, blobs=self.blobs, journal=self.journal)
        self.keeper = LetterKeeper(ports)

    def bury(self, body: str, queue: Any = "enrich", **fields: Any) -> Letter:
        index = sum(map(len, self.letters.letters.values()))
        defaults = {
            "id": f"m{index}",
            "tenant": "acme",
            "error": RECEIVED_TOO_OFTEN,
            "reason": "",
            "sent_at_s": T0 + 1,
            "receives": 6,
            "message_id": f"m{index}",
        }
        letter = Letter(queue=queue, body=body, **{**defaults, **fields})
        self.letters.letters[queue].append(letter)
        return letter

    def run(self, now_s: float = T0 + 1000, left_s: float = 3600.0) -> Any:
        """Let it run; only to archive takes time, a second each."""
        self.blobs.left_s = left_s
        return self.keeper.run(now_s, lambda: self.blobs.left_s)

    def kept(self) -> list[Letter]:
        return [unpack_letter(self.blobs.get(key)) for key in self.blobs.keys("letters/")]

    def balance(self, tenant: str = "acme") -> Balance:
        return add_up(self.journal.read(tenant, T0 - 10, T0 + 10_000))

    def raw(self, name: str = "r", count: int = 2, tenant: str = "acme", **fields: Any) -> str:
        made = Envelope(
            v=1,
            kind="raw",
            id=name,
            tenant=tenant,
            at_s=T0,
            count=count,
            provider="generic",
            **fields,
        )
        return encode(seal(made, b"[]", self.blobs)).body


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_where_nothing_is_dead_nothing_is_done(desk: Desk) -> None:
    outcome = desk.run()
    assert (outcome.counts, outcome.failed, desk.blobs.data) == ({}, {}, {})


def test_a_letter_is_kept_whole_and_its_alerts_are_counted_as_dead(desk: Desk) -> None:
    desk.bury(desk.raw())
    outcome = desk.run()
    assert outcome.counts == {"letters": 1, "archived": 1, "alerts_given_up": 2}
    (letter,) = desk.kept()
    assert (letter.queue, letter.id, letter.tenant, letter.alerts) == ("enrich", "r", "acme", 2)
    assert (letter.error, letter.receives, letter.sent_at_s) == (RECEIVED_TOO_OFTEN, 6, T0 + 1)
    assert letter.body == desk.raw()
    assert (desk.balance().accepted, desk.balance().dead_lettered) == (2, 2)


def test_what_is_archived_is_not_written_again(desk: Desk) -> None:
    desk.bury(desk.raw())
    desk.run()
    before = (dict(desk.blobs.data), dict(desk.journal.entries))
    assert desk.run(T0 + 2000).counts == {"letters": 1}
    assert (desk.blobs.data, desk.journal.entries) == before


def test_a_letter_that_fails_again_after_a_redrive_is_kept_beside_the_first(desk: Desk) -> None:
    first = desk.bury(desk.raw())
    desk.run()
    desk.letters.letters["enrich"].clear()
    desk.bury(first.body, sent_at_s=T0 + 500, receives=7)
    assert desk.run().counts["archived"] == 1
    assert sorted(letter.receives for letter in desk.kept()) == [6, 7]
    assert len(desk.journal.entries) == 1
    assert desk.balance().dead_lettered == 2


def test_a_stage_that_separated_a_letter_has_told_the_books_itself(desk: Desk) -> None:
    desk.bury(desk.raw(select=(1,), count=1), error="ValueError")
    assert desk.run().counts == {"letters": 1, "archived": 1}
    assert desk.journal.entries == {}


def test_changes_are_dead_where_enrich_said_it_forwarded_them(desk: Desk) -> None:
    changes = [change("A", source="r:0"), change("B", source="r:1")]
    (message,) = pack_changes("acme", changes, "unit", "", desk.blobs)
    desk.bury(message.body, "evaluate")
    said = EnvelopeRecord(
        request="r", envelope="r", accepted=2, provider="g", at_s=T0, forwarded={0: "f", 1: "g"}
    )
    desk.journal.write("acme", T0, "enrich", [said])
    assert desk.balance().pending == 2
    assert desk.run().counts["alerts_given_up"] == 2
    assert (desk.balance().accepted, desk.balance().dead_lettered) == (2, 2)


def test_a_poke_is_kept_and_counts_nothing(desk: Desk) -> None:
    poke = pack_poke("acme", [Poke(GroupKey("acme", "oncall"))], "p", T0, desk.blobs)
    desk.bury(poke.body, "notify")
    assert desk.run().counts == {"letters": 1, "archived": 1}
    assert desk.journal.entries == {}


@pytest.mark.parametrize("tenant", ["", "../acme", "a" * 65, "a#b", "é"])
def test_what_cannot_be_read_is_kept_and_counts_nothing(desk: Desk, tenant: str) -> None:
    desk.bury("not an envelope", tenant=tenant)
    assert desk.run().failed == {}
    (letter,) = desk.kept()
    assert (letter.error, letter.body, letter.tenant) == (UNREADABLE, "not an envelope", tenant)
    (key,) = desk.blobs.keys("letters/")
    assert key.startswith("letters/tenant=-/queue=enrich/m0-")
    assert desk.journal.entries == {}


def test_a_tenant_that_cannot_be_one_gets_no_books(desk: Desk) -> None:
    desk.bury(desk.raw(tenant="a#b"))
    assert desk.run().counts == {"letters": 1, "archived": 1}
    assert desk.journal.entries == {}


def test_a_key_is_safe_and_short_whatever_the_id_is(desk: Desk) -> None:
    letter = desk.bury("x", id="../../é/" + "y" * 3000)
    key = letter_key(letter)
    assert key.startswith("letters/tenant=acme/queue=enrich/.._..___yyy")
    assert len(key) < 250


def test_a_body_that_was_too_long_lives_as_long_as_its_letter(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envelopes, "INLINE_LIMIT_BYTES", 0)
    desk.bury(desk.raw())
    puts: list[str] = []
    put = desk.blobs.put
    monkeypatch.setattr(desk.blobs, "put", lambda key, data: (puts.append(key), put(key, data)))
    desk.run()
    claim, letter = puts
    assert claim.startswith("claims/tenant=acme/raw/")
    assert letter.startswith("letters/tenant=acme/")


@pytest.mark.parametrize("damage", [None, b"other"])
def test_a_letter_whose_body_is_gone_is_kept_all_the_same(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, damage: bytes | None
) -> None:
    monkeypatch.setattr(envelopes, "INLINE_LIMIT_BYTES", 0)
    (message,) = pack_changes("acme", [change("A", source="r:0")], "unit", "", desk.blobs)
    desk.bury(message.body, "evaluate")
    (claim,) = desk.blobs.keys("claims/")
    desk.blobs.data.pop(claim) if damage is None else desk.blobs.put(claim, damage)
    assert desk.run().failed == {}
    assert len(desk.kept()) == 1
    assert desk.journal.entries == {}
    assert desk.blobs.data.get(claim) == damage


def test_changes_that_cannot_be_opened_are_kept(desk: Desk) -> None:
    (message,) = pack_changes("acme", [change("A", source="r:0")], "unit", "", desk.blobs)
    broken = msgspec.json.decode(message.body) | {"frame": "@"}
    desk.bury(msgspec.json.encode(broken).decode(), "evaluate")
    assert (desk.run().failed, len(desk.kept()), desk.journal.entries) == ({}, 1, {})


def test_a_letter_that_fails_leaves_the_others_alone_and_its_turn_comes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bury(desk.raw("one"))
    desk.bury(desk.raw("two"))
    desk.bury(desk.raw("three"), "notify")
    failures = [Retryable("dynamodb PutItem: Throttling")]
    write = desk.journal.write

    def fail_once(*arguments: Any) -> None:
        if failures:
            raise failures.pop()
        write(*arguments)

    monkeypatch.setattr(desk.journal, "write", fail_once)
    outcome = desk.run()
    assert outcome.counts["archived"] == 2
    assert list(outcome.failed.values()) == ["Retryable: dynamodb PutItem: Throttling"]
    # Not told, so not archived: or nobody would tell the books any more.
    assert len(desk.kept()) == 2
    assert desk.run().counts == {"letters": 3, "archived": 1, "alerts_given_up": 2}


def test_a_queue_that_cannot_be_looked_through_leaves_the_others_alone(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.bury(desk.raw())
    depth = desk.letters.depth

    def denied(queue: Any) -> Any:
        if queue == "notify":
            raise Permanent("sqs GetQueueAttributes: AccessDenied")
        return depth(queue)

    monkeypatch.setattr(desk.letters, "depth", denied)
    outcome = desk.run()
    assert outcome.failed == {"notify": "Permanent: sqs GetQueueAttributes: AccessDenied"}
    assert len(desk.kept()) == 1


def test_what_finds_no_time_waits_for_the_next_run_and_nothing_stays_hidden(desk: Desk) -> None:
    for index in range(25):
        desk.bury(desk.raw(f"r{index}"))
    runs = 0
    while len(desk.kept()) < 25:
        runs += 1
        outcome = desk.run(T0 + runs * 6 * EVERY_S, left_s=END_S + 9.9)
        assert outcome.failed == {}
        assert desk.letters.depth("enrich").in_flight == 0
        assert runs < 10
    assert runs > 1
    assert desk.balance().dead_lettered == 50


def test_every_queue_is_the_first_in_its_turn(desk: Desk) -> None:
    for queue in desk.letters.queues:
        desk.bury(desk.raw(queue), queue)
    # Time for one queue, and one letter.
    for turn in range(len(desk.letters.queues)):
        assert desk.run(turn * EVERY_S, left_s=END_S + 0.9).counts["archived"] == 1
    assert {letter.queue for letter in desk.kept()} == set(desk.letters.queues)
