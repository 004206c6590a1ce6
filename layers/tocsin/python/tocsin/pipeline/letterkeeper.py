"""The letter keeper: archive dead letters before SQS drops them, and tell the books.

It takes nothing out of a dead-letter queue. The order of effects is claim, journal, archive:
an archived letter therefore always means that its record is written, so a crash anywhere, or
a second keeper, repeats work and changes nothing. What is archived is found by listing.
"""

from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, UNREADABLE, Letter
from tocsin.domain.errors import Permanent, TocsinError
from tocsin.domain.journal import GivenUpRecord
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.deadletters import read_letter
from tocsin.pipeline.envelope import decode, open_frame
from tocsin.pipeline.givenup import alerts_in
from tocsin.pipeline.letterarchive import ArchivedKeys, is_tenant, letter_key, pack_letter
from tocsin.pipeline.lettertime import LeftS, LetterTime
from tocsin.ports import DeadLetters, Journal, ListedBlobs, Queue

# How often it runs; which queue comes first changes each time.
EVERY_S = 300


class KeeperPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What the keeper needs of the outside world."""

    letters: DeadLetters
    blobs: ListedBlobs
    journal: Journal


class LetterKeeper:
    """Look through every dead-letter queue that is not empty. Overlapping keepers do no harm."""

    def __init__(self, ports: KeeperPorts) -> None:
        self._ports = ports

    def run(self, now_s: float, left_s: LeftS) -> Outcome:
        """Archive what is not archived yet; what finds no time or fails waits for the next run.

        `left_s` says how many seconds this run has left; it ends before they do, however many
        letters there are.
        """
        outcome = Outcome()
        budget = LetterTime(left_s)
        archived = ArchivedKeys(self._ports.blobs, budget.has_more)
        for queue in _turns(self._ports.letters.queues, now_s):
            if not budget.has_more():
                outcome.count("unfinished")
                break
            try:
                if self._ports.letters.depth(queue).visible:
                    self._look_through(queue, archived, now_s, budget, outcome)
            except TocsinError as error:
                outcome.failed[queue] = f"{type(error).__name__}: {error}"
        return outcome

    def _look_through(
        self,
        queue: Queue,
        archived: ArchivedKeys,
        now_s: float,
        budget: LetterTime,
        outcome: Outcome,
    ) -> None:
        with self._ports.letters.reading(queue, budget.may_release) as reading:
            for page in budget.measured(reading.pages()):
                for letter in map(read_letter, page):
                    if not budget.has_more():
                        outcome.count("unfinished")
                        return
                    outcome.count("letters")
                    if letter not in archived:
                        self._keep(letter, now_s, outcome)

    def _keep(self, letter: Letter, now_s: float, outcome: Outcome) -> None:
        try:
            self._renew_claim(letter)
            self._tell(letter, outcome)
            self._ports.blobs.put(letter_key(letter), pack_letter(letter, now_s))
            outcome.count("archived")
        except TocsinError as error:
            outcome.failed[letter.message_id] = f"{type(error).__name__}: {error}"

    def _renew_claim(self, letter: Letter) -> None:
        """Store the body of a long message again, so that it lives as long as its letter."""
        if letter.error == UNREADABLE:
            return
        envelope = decode(letter.body)
        if envelope.claim is None:
            return
        try:
            frame = open_frame(envelope, self._ports.blobs)
        except Permanent:
            # It is gone or damaged; the letter is all that is left.
            return
        self._ports.blobs.put(envelope.claim.key, frame)

    def _tell(self, letter: Letter, outcome: Outcome) -> None:
        """Write the record that nobody wrote: what a stage gave up itself has one already."""
        if letter.error != RECEIVED_TOO_OFTEN or not is_tenant(letter.tenant):
            return
        record = alerts_in(letter, self._ports.blobs)
        if record is not None:
            self._ports.journal.write(letter.tenant, record.at_s, _name(record), [record])
            outcome.count("alerts_given_up", len(record.sources or record.given_up))


def _turns(queues: Sequence[Queue], now_s: float) -> list[Queue]:
    """Return the queues, another one first at each run: a full one must not starve the rest."""
    first = int(now_s // EVERY_S) % len(queues)
    return [*queues[first:], *queues[:first]]


def _name(record: GivenUpRecord) -> str:
    digest = blake2b(msgspec.json.encode(record), digest_size=12)
    return f"letters.{digest.hexdigest()}"
