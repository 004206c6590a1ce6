"""Which archived letters are still undone."""

from typing import Any

import msgspec
import pytest

from tests.builders import T0, change
from tocsin.adapters.memory import MemoryBlobs, MemoryJournal
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, Letter
from tocsin.domain.errors import Permanent
from tocsin.domain.group import GroupKey
from tocsin.domain.journal import DeliveryRecord, EnvelopeRecord, Record, TransitionRecord
from tocsin.pipeline.archivedletters import Found, found, read_archived, undone, without_copies
from tocsin.pipeline.changes import pack_changes
from tocsin.pipeline.deadletters import read_letter
from tocsin.pipeline.envelope import Envelope, encode, seal
from tocsin.pipeline.givenup import alerts_in
from tocsin.pipeline.letterarchive import archived_keys, letter_key, pack_letter
from tocsin.pipeline.poke import Poke, pack_poke

LATER_S = T0 + 86400


def _letter(body: str, queue: str = "enrich", **fields: Any) -> Letter:
    defaults = {"sent_at_s": T0, "receives": 6, "message_id": "m", "reason": ""}
    defaults["error"] = RECEIVED_TOO_OFTEN
    letter = Letter(
        queue=queue,
        id="m",
        tenant="acme",
        body=body,
        **{**defaults, **fields},
    )
    return read_letter(letter)


def _found(body: str, queue: str = "enrich", **fields: Any) -> Found:
    letter = _letter(body, queue, **fields)
    return found(letter_key(letter), letter, MemoryBlobs())


def _raw(**fields: Any) -> str:
    defaults = {"id": "r", "tenant": "acme", "at_s": T0, "count": 2, "provider": "generic"}
    envelope = Envelope(v=1, kind="raw", **{**defaults, **fields})
    return encode(seal(envelope, b"[]", MemoryBlobs())).body


def _changes() -> str:
    changes = [change("A", source="r:0"), change("B", source="r:1")]
    (message,) = pack_changes("acme", changes, "unit", "", MemoryBlobs())
    return message.body


def _enriched(part: str = "r", **fields: Any) -> EnvelopeRecord:
    return EnvelopeRecord(
        request="r", envelope=part, accepted=2, provider="generic", at_s=T0, **fields
    )


def _judged(source: str) -> TransitionRecord:
    return TransitionRecord(
        source=source, fingerprint="f", verdict="new", group="g", receiver="a", episode=1, at_s=T0
    )


def _tried(source: str, outcome: Any) -> DeliveryRecord:
    return DeliveryRecord(
        source=source,
        fingerprint="f",
        episode=1,
        step="firing",
        receiver="a",
        group="g",
        outcome=outcome,
        at_s=T0,
    )


def _left(letter: Found, *records: Record) -> bool:
    journal = MemoryJournal()
    for index, record in enumerate(records):
        journal.write("acme", T0 + index, "x", [record])
    return undone([letter], journal, LATER_S) == [letter]


def test_an_envelope_is_done_when_enrich_says_what_became_of_it() -> None:
    letter = _found(_raw())
    assert _left(letter)
    assert _left(letter, _enriched("other"))
    assert not _left(letter, _enriched())
    assert not _left(letter, _enriched(dead={1: "ValueError"}))


def test_a_separated_alert_is_done_when_it_was_not_separated_again() -> None:
    letter = _found(_raw(select=(1,), count=1, separated=True), error="ValueError")
    assert letter.holds is not None
    part = letter.holds.envelope
    assert _left(letter, _enriched(dead={1: "ValueError"}))
    again = _enriched(part, dead={1: "ValueError"})
    assert _left(letter, again)
    assert not _left(letter, again, _enriched(part, forwarded={1: "f"}))


def test_changes_are_done_when_evaluate_judged_them_all() -> None:
    letter = _found(_changes(), "evaluate")
    assert _left(letter, _enriched(forwarded={0: "f", 1: "g"}))
    assert _left(letter, _judged("r:0"), _tried("r:1", "failed"))
    assert not _left(letter, _judged("r:0"), _tried("r:1", "delivered"))


def test_a_poke_is_never_done_and_the_books_of_another_tenant_say_nothing() -> None:
    body = pack_poke("acme", [Poke(GroupKey("acme", "oncall"))], "p", T0, MemoryBlobs()).body
    assert _left(_found(body, "notify"), _enriched())
    assert _left(_found("unreadable"), _enriched())
    assert _left(_found(_raw(tenant="globex")), _enriched())


def test_of_copies_of_a_message_one_is_enough() -> None:
    first, again = _found(_raw()), _found(_raw(), sent_at_s=T0 + 60)
    elsewhere = _found(_raw(), "enrich-urgent")
    assert set(without_copies([again, first, elsewhere])) == {again, elsewhere}


def test_a_letter_comes_back_as_it_was_kept() -> None:
    blobs, letter = MemoryBlobs(), _letter(_raw())
    key = letter_key(letter)
    blobs.put(key, pack_letter(letter, LATER_S))
    assert read_archived(key, blobs) == letter
    assert alerts_in(letter, blobs) == _found(_raw()).holds


@pytest.mark.parametrize("change", [{"v": 2}, {"letter": {}}])
def test_what_is_no_letter_that_this_code_knows_is_said_to_be(change: dict[str, Any]) -> None:
    from tocsin.domain.compression import compress, decompress

    blobs = MemoryBlobs()
    data = msgspec.json.decode(decompress(pack_letter(_letter(_raw()), LATER_S), 10_000))
    blobs.put("key", compress(msgspec.json.encode({**data, **change})))
    with pytest.raises(Permanent, match="archived letter"):
        read_archived("key", blobs)


def test_letters_are_found_by_queue_tenant_and_id() -> None:
    blobs = MemoryBlobs()
    for tenant, queue, name in (
        ("acme", "enrich", "r"),
        ("acme", "evaluate", "r.1"),
        ("globex", "enrich", "r-2"),
    ):
        letter = _letter(_raw(tenant=tenant, id=name), queue)
        blobs.put(letter_key(letter), pack_letter(letter, LATER_S))

    def names(*filters: Any) -> set[str]:
        keys = archived_keys(blobs, *filters)
        return {read_archived(key, blobs).id for key in keys}

    assert names(["enrich", "evaluate"], None, None) == {"r", "r.1", "r-2"}
    assert names(["enrich"], None, None) == {"r", "r-2"}
    assert names(["enrich", "evaluate"], "acme", None) == {"r", "r.1"}
    assert names(["evaluate"], "acme", "r.1") == {"r.1"}
    assert names(["enrich", "evaluate"], "globex", "r.1") == set()
