"""Archived letters, found again: what they hold, and whether it is still undone.

The archive keeps a letter whether or not somebody sent it back since. What was done must not
be done again weeks later, when its group has forgotten it: the journal knows.
"""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.deadletter import Letter
from tocsin.domain.journal import (
    DeliveryRecord,
    EnvelopeRecord,
    GivenUpRecord,
    Record,
    TransitionRecord,
)
from tocsin.pipeline.givenup import accepted_at_s, alerts_in
from tocsin.pipeline.letterarchive import unpack_letter
from tocsin.ports import Blobs, Journal, Queue

# How much the clocks of two functions may differ.
_CLOCK_SKEW_S = 60.0


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An archived letter: where it lies, what it says without its body, what it holds.

    `content` is the same for copies of one message.
    """

    key: str
    queue: Queue
    content: str
    letter: Letter
    holds: GivenUpRecord | None
    accepted_at_s: float


def content_of(letter: Letter) -> str:
    """Name what a letter holds, wherever and however often it lies."""
    digest = blake2b(f"{letter.queue}#{letter.body}".encode(), digest_size=12)
    return digest.hexdigest()


def read_archived(key: str, blobs: Blobs) -> Letter:
    """Return an archived letter with its body. Raises Permanent if it is gone or damaged."""
    return unpack_letter(blobs.get(key))


def found(key: str, letter: Letter, blobs: Blobs) -> Found:
    """Return what is to be remembered of a letter of a known queue: not its body."""
    return Found(
        key=key,
        queue=msgspec.convert(letter.queue, Queue),
        content=content_of(letter),
        letter=msgspec.structs.replace(letter, body=""),
        holds=alerts_in(letter, blobs),
        accepted_at_s=accepted_at_s(letter),
    )


def without_copies(letters: Iterable[Found]) -> list[Found]:
    """Return one of each message, the latest."""
    ordered = sorted(letters, key=lambda each: each.letter.sent_at_s)
    return list({each.content: each for each in ordered}.values())


def undone(letters: Sequence[Found], journal: Journal, now_s: float) -> list[Found]:
    """Leave out the letters of which the journal says that a stage did their work since.

    What holds no alerts stays: a poke only lets notify look again.
    """
    wanted: dict[str, list[Found]] = {}
    for each in letters:
        if each.holds is not None:
            wanted.setdefault(each.letter.tenant, []).append(each)
    done: set[str] = set()
    for tenant, own in wanted.items():
        from_s = min(each.accepted_at_s for each in own) - _CLOCK_SKEW_S
        work = _Work(each.holds for each in own if each.holds is not None)
        for record in journal.read(tenant, from_s, now_s):
            work.note(record)
        done.update(each.key for each in own if each.holds and work.is_done(each.holds))
    return [each for each in letters if each.key not in done]


class _Work:
    """What letters hold, and what records say of it."""

    def __init__(self, wanted: Iterable[GivenUpRecord]) -> None:
        every = list(wanted)
        self._parts = {each.envelope for each in every if each.request}
        self._sources = {source for each in every for source in each.sources}
        # By part, which alerts were separated every time that enrich wrote of it.
        self._dead: dict[str, set[int]] = {}
        self._judged: set[str] = set()

    def note(self, record: Record) -> None:
        if isinstance(record, EnvelopeRecord):
            if record.envelope in self._parts:
                dead = self._dead.setdefault(record.envelope, set(record.dead))
                dead.intersection_update(record.dead)
        elif isinstance(record, TransitionRecord | DeliveryRecord):
            is_try = isinstance(record, DeliveryRecord) and record.outcome == "failed"
            if record.source in self._sources and not is_try:
                self._judged.add(record.source)

    def is_done(self, letter: GivenUpRecord) -> bool:
        if letter.request:
            dead = self._dead.get(letter.envelope)
            return dead is not None and not set(letter.given_up) <= dead
        return self._judged.issuperset(letter.sources)
