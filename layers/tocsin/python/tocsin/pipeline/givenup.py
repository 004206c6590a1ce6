"""The alerts that are in a dead letter, as the books name them."""

from tocsin.domain.deadletter import UNREADABLE, Letter
from tocsin.domain.errors import Permanent
from tocsin.domain.journal import GivenUpRecord
from tocsin.pipeline.changes import unpack_changes
from tocsin.pipeline.envelope import Envelope, decode
from tocsin.ports import Blobs


def alerts_in(letter: Letter, blobs: Blobs) -> GivenUpRecord | None:
    """Return which accepted alerts a letter holds; None if it holds none or cannot be read.

    The record stands where no window of the journal can show it without the records that
    outweigh it: an envelope's at the time it was accepted, before all that enrich may say;
    that of changes when they were sent, after enrich said that it forwarded them.
    """
    if letter.error == UNREADABLE:
        return None
    envelope = decode(letter.body)
    if envelope.kind == "raw":
        return GivenUpRecord(
            letter=letter.id,
            request=envelope.id,
            envelope=envelope.part,
            accepted=0 if envelope.separated else envelope.count,
            indices=envelope.select or (),
            at_s=envelope.at_s,
        )
    if envelope.kind == "changes":
        return _changes(letter, envelope, blobs)
    # A poke carries no alerts; tick makes it again.
    return None


def _changes(letter: Letter, envelope: Envelope, blobs: Blobs) -> GivenUpRecord | None:
    try:
        changes = unpack_changes(envelope, blobs)
    except (Permanent, ValueError, TypeError):
        return None
    sources = tuple(change.source for change in changes)
    return GivenUpRecord(letter=letter.id, sources=sources, at_s=letter.sent_at_s)


def accepted_at_s(letter: Letter) -> float:
    """Return since when there can be records of what a readable letter holds."""
    try:
        return decode(letter.body).at_s
    except Permanent:
        return letter.sent_at_s
