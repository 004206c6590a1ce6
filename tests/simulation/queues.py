"""Queues that deliver late, twice and out of order, and take back what failed."""

from collections.abc import Callable
from random import Random

import msgspec

from tests.pipeline.memory_world import STAGES
from tests.simulation.faults import Faults
from tocsin.adapters.memory import MemoryBlobs, MemoryOutbox
from tocsin.pipeline.envelope import Envelope, decode, encode, seal
from tocsin.pipeline.poke import unpack_pokes
from tocsin.ports import OutMessage, Queue

# Longer than any worker lives: what it did not finish comes back then.
VISIBILITY_S = 181.0
_BATCH = 4


class Waiting(msgspec.Struct, frozen=True):
    """A message, and when it can be received."""

    message: OutMessage
    visible_at_s: float


class Queues:
    """The messages on their way; `blobs` are needed to read them."""

    def __init__(self, random: Random, faults: Faults, blobs: MemoryBlobs) -> None:
        self.outbox = MemoryOutbox()
        self._random = random
        self._faults = faults
        self._blobs = blobs
        self._waiting: dict[Queue, list[Waiting]] = {queue: [] for queue in STAGES}

    @property
    def is_empty(self) -> bool:
        """Whether nothing is on its way."""
        return not any(self._waiting.values())

    def collect(self, now_s: float, note: Callable[[Queue, Envelope], None]) -> None:
        """Take over what one call sent; call `note` with each message."""
        for queue in STAGES:
            sent = [self._ordered(message) for message in self.outbox.take(queue)]
            for envelope in sorted(sent, key=lambda each: each.id):
                note(queue, envelope)
                # Only pokes may get lost: the time index stands behind them.
                if queue.startswith("notify") and self._faults.is_lost():
                    continue
                for delay_s in self._faults.delays_s():
                    self._waiting[queue].append(Waiting(encode(envelope), now_s + delay_s))

    def receive(self, queue: Queue, now_s: float) -> list[OutMessage]:
        """Take some of the messages that are visible, in any order."""
        ready = [each for each in self._waiting[queue] if each.visible_at_s <= now_s]
        if not ready:
            return []
        if self._random.random() < 0.5:
            self._random.shuffle(ready)
        taken = ready[: self._random.randint(1, _BATCH)]
        for each in taken:
            self._waiting[queue].remove(each)
        return [each.message for each in taken]

    def is_ready(self, now_s: float) -> bool:
        """Tell whether any message can be received."""
        return any(each.visible_at_s <= now_s for own in self._waiting.values() for each in own)

    def give_back(self, queue: Queue, message: OutMessage, at_s: float) -> None:
        """Let a message be received again."""
        self._waiting[queue].append(Waiting(message, at_s))

    def redrive(self, now_s: float) -> int:
        """Move all dead letters back to their queues; return how many there were."""
        count = 0
        for queue in STAGES:
            letters, self.outbox.dead[queue] = self.outbox.dead[queue], []
            for letter in letters:
                self.give_back(queue, letter.message, now_s)
            count += len(letters)
        return count

    def _ordered(self, message: OutMessage) -> Envelope:
        """Read a message; put the groups of a poke in order.

        Evaluate holds them in a set, whose order is different in each Python process. A run
        must not be.
        """
        envelope = decode(message.body)
        if envelope.kind not in ("poke", "resolve"):
            return envelope
        pokes = sorted(unpack_pokes(envelope, self._blobs), key=lambda poke: poke.key.id)
        return seal(envelope, msgspec.json.encode(pokes), self._blobs)
