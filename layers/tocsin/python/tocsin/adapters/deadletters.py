"""Dead-letter queues on SQS: looked through, sent back, deleted.

SQS has no way to look at a message without receiving it. A reading therefore keeps what it
received from others, so that it meets each letter once, and shows at its end again what it
did not remove. A dead-letter queue has no redrive policy, so receive counts do no harm.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import msgspec

from tocsin.adapters.aws import translated
from tocsin.adapters.movetask import MoveTask, start_move
from tocsin.adapters.sqs import CALL_LIMIT_BYTES, CALL_LIMIT_ENTRIES, depth_of
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, Depth, Letter
from tocsin.domain.errors import TocsinError
from tocsin.ports import Queue

# A reader that is killed hides what it held for this long.
HOLD_S = 300
# Where a reading takes longer than the hold, letters come again; this many such pages in a
# row are its end.
_STALE_PAGES = 10

_MOVED_BY_SQS = "SQS moved it after too many receives; the log of its stage says why"


class Pair(msgspec.Struct, frozen=True):
    """A queue and its dead-letter queue, by URL."""

    url: str
    dead_letter_url: str


class Redriven(msgspec.Struct, frozen=True):
    """Which letters their queue confirmed; `remaining` of them could not be deleted."""

    sent: list[Letter]
    remaining: int


class DeadLetters:
    """The dead-letter queues of a stack.

    `wait_s` makes an empty answer certain: only a long poll asks all servers of a queue.
    `hold_s` is for how long a reader that is killed hides what it held.
    """

    def __init__(
        self, client: Any, pairs: Mapping[Queue, Pair], wait_s: int = 1, hold_s: int = HOLD_S
    ) -> None:
        self._client = client
        self._pairs = pairs
        self._wait_s = wait_s
        self._hold_s = hold_s

    @property
    def queues(self) -> tuple[Queue, ...]:
        """The queues that have dead letters here."""
        return tuple(self._pairs)

    def depth(self, queue: Queue) -> Depth:
        """Return about how many letters there are."""
        return depth_of(self._client, self._pairs[queue].dead_letter_url)

    @contextmanager
    def reading(
        self, queue: Queue, has_time: Callable[[], bool] = lambda: True
    ) -> Iterator["Reading"]:
        """Look through the dead letters of a queue; `has_time` may end the release early."""
        reading = Reading(self._client, queue, self._pairs[queue], self._wait_s, self._hold_s)
        try:
            yield reading
        finally:
            reading.release(has_time)

    def send_back(self, queue: Queue, letters: Sequence[Letter]) -> list[Letter]:
        """Send copies of letters to their queue again; return those that it confirmed."""
        sent: list[Letter] = []
        for batch in _batches(letters):
            sent += _send(self._client, self._pairs[queue].url, batch)
        return sent

    def move(self, queue: Queue) -> MoveTask | None:
        """Let SQS send all letters back by itself; None where the service cannot."""
        pair = self._pairs[queue]
        return start_move(self._client, pair.dead_letter_url, pair.url)


class Reading:
    """One pass over a dead-letter queue; it remembers ids and receipts, never bodies."""

    def __init__(self, client: Any, queue: Queue, pair: Pair, wait_s: int, hold_s: int) -> None:
        self._client = client
        self._queue = queue
        self._pair = pair
        self._wait_s = wait_s
        self._hold_s = hold_s
        self._receipts: dict[str, str] = {}

    def pages(self) -> Iterator[list[Letter]]:
        """Yield the letters that were not met before, ten at most at a time."""
        stale = 0
        while stale < _STALE_PAGES:
            messages = self._receive()
            if not messages:
                return
            fresh = [each for each in messages if each["MessageId"] not in self._receipts]
            self._receipts |= {each["MessageId"]: each["ReceiptHandle"] for each in messages}
            stale = 0 if fresh else stale + 1
            if fresh:
                yield [_letter(self._queue, each) for each in fresh]

    def redrive(self, letters: Sequence[Letter]) -> Redriven:
        """Send letters to their queue again, then delete those that it confirmed.

        A crash in between leaves a copy in each queue, never in none.
        """
        sent: list[Letter] = []
        remaining = 0
        for batch in _batches(letters):
            confirmed = _send(self._client, self._pair.url, batch)
            sent += confirmed
            remaining += len(confirmed) - len(self.delete(confirmed))
        return Redriven(sent, remaining)

    def delete(self, letters: Sequence[Letter]) -> list[Letter]:
        """Delete letters for good; return those that are gone."""
        gone: list[Letter] = []
        for start in range(0, len(letters), CALL_LIMIT_ENTRIES):
            chunk = letters[start : start + CALL_LIMIT_ENTRIES]
            entries = [
                {"Id": str(index), "ReceiptHandle": self._receipts[letter.message_id]}
                for index, letter in enumerate(chunk)
            ]
            with translated("sqs"):
                answer = self._client.delete_message_batch(
                    QueueUrl=self._pair.dead_letter_url, Entries=entries
                )
            gone += _successful(chunk, answer)
        for letter in gone:
            del self._receipts[letter.message_id]
        return gone

    def release(self, has_time: Callable[[], bool] = lambda: True) -> None:
        """Show at once what was received and not deleted, as long as there is time."""
        receipts = list(self._receipts.values())
        self._receipts.clear()
        # What cannot be released comes back by itself when the hold ends.
        with suppress(TocsinError), translated("sqs"):
            for start in range(0, len(receipts), CALL_LIMIT_ENTRIES):
                if not has_time():
                    return
                chunk = receipts[start : start + CALL_LIMIT_ENTRIES]
                self._client.change_message_visibility_batch(
                    QueueUrl=self._pair.dead_letter_url,
                    Entries=[
                        {"Id": str(index), "ReceiptHandle": receipt, "VisibilityTimeout": 0}
                        for index, receipt in enumerate(chunk)
                    ],
                )

    def _receive(self) -> list[dict[str, Any]]:
        with translated("sqs"):
            answer = self._client.receive_message(
                QueueUrl=self._pair.dead_letter_url,
                MaxNumberOfMessages=CALL_LIMIT_ENTRIES,
                VisibilityTimeout=self._hold_s,
                WaitTimeSeconds=self._wait_s,
                MessageSystemAttributeNames=["All"],
                MessageAttributeNames=["All"],
            )
        messages: list[dict[str, Any]] = answer.get("Messages") or []
        return messages


def _send(client: Any, url: str, letters: Sequence[Letter]) -> list[Letter]:
    entries = [
        # Without the attributes of the letter: they tell of a failure that may be mended.
        {"Id": str(index), "MessageBody": letter.body}
        | ({"MessageGroupId": letter.tenant} if letter.tenant else {})
        for index, letter in enumerate(letters)
    ]
    with translated("sqs"):
        answer = client.send_message_batch(QueueUrl=url, Entries=entries)
    return _successful(letters, answer)


def _letter(queue: str, message: Mapping[str, Any]) -> Letter:
    said = {
        name: str(value.get("StringValue", ""))
        for name, value in message.get("MessageAttributes", {}).items()
    }
    system = message["Attributes"]
    # A message that was redriven as it stood, and then moved by SQS, still has the old error.
    if "DeadLetterQueueSourceArn" in system or "error" not in said:
        said |= {"error": RECEIVED_TOO_OFTEN, "reason": _MOVED_BY_SQS}
    return Letter(
        queue=queue,
        id=message["MessageId"],
        tenant=said.get("tenant") or system.get("MessageGroupId", ""),
        error=said["error"],
        reason=said.get("reason", ""),
        sent_at_s=int(system["SentTimestamp"]) / 1000,
        receives=int(system["ApproximateReceiveCount"]),
        message_id=message["MessageId"],
        body=message["Body"],
    )


def _successful(letters: Sequence[Letter], answer: Mapping[str, Any]) -> list[Letter]:
    """Return the letters whose entries the answer confirms; the status is 200 in any case."""
    ids = {entry["Id"] for entry in answer.get("Successful") or ()}
    return [letter for index, letter in enumerate(letters) if str(index) in ids]


def _batches(letters: Sequence[Letter]) -> Iterator[list[Letter]]:
    """Cut letters into what one call takes."""
    batch: list[Letter] = []
    batch_bytes = 0
    for letter in letters:
        size_bytes = len(letter.body.encode())
        is_full = len(batch) == CALL_LIMIT_ENTRIES or batch_bytes + size_bytes > CALL_LIMIT_BYTES
        if batch and is_full:
            yield batch
            batch, batch_bytes = [], 0
        batch.append(letter)
        batch_bytes += size_bytes
    if batch:
        yield batch
