"""A dead-letter queue of very many letters, as SQS behaves, in virtual time."""

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

import msgspec

from tests.builders import T0
from tocsin.adapters.deadletters import DeadLetters, Pair
from tocsin.adapters.memory import MemoryBlobs, MemoryJournal
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, Letter
from tocsin.pipeline.deadletters import read_letter
from tocsin.pipeline.envelope import Envelope, encode, seal
from tocsin.pipeline.letterarchive import letter_key
from tocsin.pipeline.letterkeeper import EVERY_S, KeeperPorts, LetterKeeper

RUN_S = 60.0
_PAGE_KEYS = 1000


class Costs(msgspec.Struct, frozen=True):
    """What calls take, in seconds."""

    receive: float = 0.02
    release: float = 0.02
    put: float = 0.04
    listing: float = 0.05
    journal: float = 0.01


class Sqs:
    """One queue that hands out what is visible at random, and hides it for a time."""

    def __init__(self, bodies: Sequence[str], storm: "Storm") -> None:
        self._storm = storm
        self._random = Random(7)
        self.bodies = bodies
        self._visible = list(range(len(bodies)))
        self._hidden: dict[int, float] = {}

    def get_queue_attributes(self, **_: Any) -> Any:
        self._show()
        counts = {
            "ApproximateNumberOfMessages": len(self._visible),
            "ApproximateNumberOfMessagesNotVisible": len(self._hidden),
        }
        return {"Attributes": {name: str(count) for name, count in counts.items()}}

    def receive_message(self, **options: Any) -> Any:
        self._storm.now_s += self._storm.costs.receive
        taken = [self._take() for _ in range(min(10, len(self._visible)))]
        until_s = self._storm.now_s + options["VisibilityTimeout"]
        self._hidden |= dict.fromkeys(taken, until_s)
        return {"Messages": [self._message(index) for index in taken]}

    def change_message_visibility_batch(self, **options: Any) -> Any:
        self._storm.now_s += self._storm.costs.release
        for entry in options["Entries"]:
            if self._hidden.pop(int(entry["ReceiptHandle"]), None) is not None:
                self._visible.append(int(entry["ReceiptHandle"]))
        return {}

    def _take(self) -> int:
        at = self._random.randrange(len(self._visible))
        self._visible[at], self._visible[-1] = self._visible[-1], self._visible[at]
        return self._visible.pop()

    def _show(self) -> None:
        over = [index for index, until_s in self._hidden.items() if until_s <= self._storm.now_s]
        for index in over:
            del self._hidden[index]
        self._visible += over

    def _message(self, index: int) -> Any:
        return {
            "MessageId": f"m{index}",
            "ReceiptHandle": str(index),
            "Body": self.bodies[index],
            "Attributes": {
                "SentTimestamp": str(round(T0 * 1000)),
                "ApproximateReceiveCount": "6",
                "DeadLetterQueueSourceArn": "arn",
                "MessageGroupId": "acme",
            },
        }


class _Blobs(MemoryBlobs):
    def __init__(self, storm: "Storm") -> None:
        super().__init__()
        self._storm = storm

    def put(self, key: str, data: bytes) -> None:
        self._storm.now_s += self._storm.costs.put
        super().put(key, data)

    def keys(self, prefix: str) -> Any:
        self._storm.now_s += self._storm.costs.listing
        # An exact key needs no search.
        found = [prefix] if prefix in self.data else super().keys(prefix)
        for index, key in enumerate(found, start=1):
            yield key
            if index % _PAGE_KEYS == 0:
                self._storm.now_s += self._storm.costs.listing


class _Journal(MemoryJournal):
    def __init__(self, storm: "Storm") -> None:
        super().__init__()
        self._storm = storm

    def write(self, *arguments: Any) -> None:
        self._storm.now_s += self._storm.costs.journal
        super().write(*arguments)


class Storm:
    """So many letters in one queue, some of them archived already, and their keeper."""

    def __init__(self, letters: int, *, archived: int = 0, costs: Costs | None = None) -> None:
        self.costs = costs or Costs()
        self.now_s = T0 + 1000.0
        self.blobs = _Blobs(self)
        self.sqs = Sqs(_bodies(letters), self)
        self.letters = DeadLetters(self.sqs, {"enrich": Pair("", "dead")}, wait_s=0, hold_s=60)
        ports = KeeperPorts(letters=self.letters, blobs=self.blobs, journal=_Journal(self))
        self._keeper = LetterKeeper(ports)
        self.blobs.data = dict.fromkeys(_keys(letters)[:archived], b"")

    def run(self) -> float:
        """Let the keeper run once, five minutes after it ran before; return how long it took."""
        began_s = self.now_s
        outcome = self._keeper.run(began_s, lambda: began_s + RUN_S - self.now_s)
        assert outcome.failed == {}
        took_s, self.now_s = self.now_s - began_s, began_s + EVERY_S
        return took_s

    @property
    def archived(self) -> int:
        return len(self.blobs.data)


@cache
def _bodies(count: int) -> tuple[str, ...]:
    return tuple(map(_body, range(count)))


@cache
def _keys(count: int) -> list[str]:
    return [_key(index, body) for index, body in enumerate(_bodies(count))]


def _body(index: int) -> str:
    made = Envelope(v=1, kind="raw", id=f"r{index}", tenant="acme", at_s=T0, count=1)
    return encode(seal(made, b"[]", MemoryBlobs())).body


def _key(index: int, body: str) -> str:
    letter = Letter(
        queue="enrich",
        id=f"m{index}",
        tenant="acme",
        error=RECEIVED_TOO_OFTEN,
        reason="",
        sent_at_s=T0,
        receives=6,
        message_id=f"m{index}",
        body=body,
    )
    return letter_key(read_letter(letter))
