"""The outbox on SQS: every entry confirmed, or an error."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import ceil
from time import sleep
from typing import Any

from tocsin.adapters.aws import translated
from tocsin.domain.deadletter import Depth
from tocsin.domain.errors import Permanent, Retryable
from tocsin.ports import DeadLetter, OutMessage, Queue

# A message as the parameters of SendMessage, and as an entry of SendMessageBatch but for its id.
Entry = dict[str, Any]

# The limits of one call, for one message and for a batch alike.
CALL_LIMIT_BYTES = 1024 * 1024
CALL_LIMIT_ENTRIES = 10
DELAY_LIMIT_S = 900

_TRIES = 3
_PAUSE_S = 0.05
_REASON_LIMIT_CHARACTERS = 1024


class SqsOutbox:
    """Send to standard queues, one message group a tenant.

    On a standard queue a message group is a fair share: one noisy tenant delays nobody else.
    """

    def __init__(
        self,
        client: Any,
        urls: Mapping[Queue, str],
        dead_letter_urls: Mapping[Queue, str],
        pause: Callable[[float], None] = sleep,
    ) -> None:
        self._client = client
        self._urls = urls
        self._dead_letter_urls = dead_letter_urls
        self._pause = pause

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Send all messages; raise Retryable if the queue did not confirm every one.

        SQS delays by whole seconds, so it may be up to a second more than `delay_s`.
        """
        # Only where it is asked for: a queue may have a delay of its own.
        options = {"DelaySeconds": min(ceil(delay_s), DELAY_LIMIT_S)} if delay_s > 0 else {}
        self._send(self._urls[queue], ({**_entry(each), **options} for each in messages))

    def depth(self, queue: Queue) -> Depth:
        """Return about how many messages wait in a queue."""
        return depth_of(self._client, self._urls[queue])

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Put messages into the dead-letter queue, with what went wrong as attributes."""
        self._send(self._dead_letter_urls[queue], map(_letter, letters))

    def _send(self, url: str, entries: Iterable[Entry]) -> None:
        for batch in _batches(entries):
            if len(batch) == 1:
                with translated("sqs"):
                    self._client.send_message(QueueUrl=url, **batch[0])
            else:
                self._send_batch(url, batch)

    def _send_batch(self, url: str, batch: Sequence[Entry]) -> None:
        entries = [{"Id": str(index), **entry} for index, entry in enumerate(batch)]
        codes: set[str] = set()
        for attempt in range(_TRIES):
            if attempt:
                self._pause(_PAUSE_S * 2**attempt)
            with translated("sqs"):
                answer = self._client.send_message_batch(QueueUrl=url, Entries=entries)
            failed = {entry["Id"]: entry.get("Code", "unknown") for entry in _failed(answer)}
            if not failed:
                return
            codes = set(failed.values())
            entries = [entry for entry in entries if entry["Id"] in failed]
        raise Retryable(
            f"sqs SendMessageBatch: {len(entries)} entries failed: {', '.join(sorted(codes))}"
        )


def depth_of(client: Any, url: str) -> Depth:
    """Return about how many messages a queue shows, and how many it hides."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    with translated("sqs"):
        answer = client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
    return Depth(*(int(answer["Attributes"][name]) for name in names))


def _failed(answer: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    # The key is missing where all entries succeeded; the status is 200 in any case.
    return answer.get("Failed") or ()


def _entry(message: OutMessage) -> Entry:
    return {"MessageBody": message.body, "MessageGroupId": message.tenant}


def _letter(letter: DeadLetter) -> Entry:
    said = {"error": letter.error, "reason": letter.reason, "tenant": letter.message.tenant}
    attributes = {
        name: {"DataType": "String", "StringValue": _attribute_text(text)}
        for name, text in said.items()
    }
    return {**_entry(letter.message), "MessageAttributes": attributes}


def _size_bytes(entry: Entry) -> int:
    """Return what SQS counts of a message: its body, and names, types and values of attributes."""
    texts = [entry["MessageBody"]]
    for name, value in entry.get("MessageAttributes", {}).items():
        texts += (name, *value.values())
    return sum(len(text.encode()) for text in texts)


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    batch: list[Entry] = []
    batch_bytes = 0
    for entry in entries:
        size_bytes = _size_bytes(entry)
        if size_bytes > CALL_LIMIT_BYTES:
            raise Permanent(f"a message of {size_bytes} bytes is above what SQS takes")
        is_full = len(batch) == CALL_LIMIT_ENTRIES or batch_bytes + size_bytes > CALL_LIMIT_BYTES
        if batch and is_full:
            yield batch
            batch, batch_bytes = [], 0
        batch.append(entry)
        batch_bytes += size_bytes
    if batch:
        yield batch


def _attribute_text(text: str) -> str:
    """Return text that SQS takes as an attribute: short, printable and not empty."""
    printable = "".join(char if char.isprintable() else " " for char in text)
    return printable[:_REASON_LIMIT_CHARACTERS].strip() or "unknown"
