"""Whose turn it is in a batch of pokes: a slow receiver must not keep the others from theirs."""

from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from tocsin.domain.errors import TocsinError
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.poke import Poke, unpack_pokes
from tocsin.pipeline.recent import remember
from tocsin.ports import Blobs

# Of how many receivers a worker remembers how long they took.
_REMEMBERED = 1000

# A tenant and one of its receivers.
_Whom = tuple[str, str]


class Turn(msgspec.Struct, frozen=True):
    """One group to look at, and the message that asked for it."""

    delivery: Delivery
    poke: Poke


class Pace:
    """How long receivers took the last time that this worker called them."""

    def __init__(self) -> None:
        self._took_s: dict[_Whom, float] = {}

    def note(self, tenant: str, receiver: str, took_s: float) -> None:
        """Remember how long one call took, in seconds."""
        remember(self._took_s, (tenant, receiver), took_s, _REMEMBERED)

    def passed_over(self, tenant: str, receiver: str) -> None:
        """Believe less of what a receiver took once, since it is not called to prove otherwise."""
        if (tenant, receiver) in self._took_s:
            self._took_s[tenant, receiver] /= 2

    def turns(self, messages: Sequence[tuple[Delivery, Sequence[Poke]]]) -> Iterator[Turn]:
        """Yield the pokes of a batch, always next of the receiver that took the least time.

        What it took in this batch counts, and what the next call will take by experience. So
        a slow receiver has its turns, and others need not wait for more than one of them.
        """
        waiting = _by_receiver(messages)
        used_s = dict.fromkeys(waiting, 0.0)
        turns = dict.fromkeys(waiting, 0)
        while waiting:
            whom = min(
                waiting, key=lambda each: (used_s[each] + self._expected_s(each), turns[each])
            )
            yield waiting[whom].popleft()
            used_s[whom] += self._expected_s(whom)
            turns[whom] += 1
            if not waiting[whom]:
                del waiting[whom]

    def _expected_s(self, whom: _Whom) -> float:
        return self._took_s.get(whom, 0.0)


def unpacked(
    deliveries: Sequence[Delivery], blobs: Blobs, outcome: Outcome
) -> list[tuple[Delivery, Sequence[Poke]]]:
    """Return the messages of a batch with their pokes; what cannot be read fails in `outcome`."""
    messages: list[tuple[Delivery, Sequence[Poke]]] = []
    for delivery in deliveries:
        try:
            messages.append((delivery, unpack_pokes(delivery.envelope, blobs)))
        except TocsinError as error:
            outcome.fail([delivery], error)
    return messages


def _by_receiver(
    messages: Sequence[tuple[Delivery, Sequence[Poke]]],
) -> dict[_Whom, deque[Turn]]:
    waiting: dict[_Whom, deque[Turn]] = {}
    for delivery, pokes in messages:
        for poke in pokes:
            whom = (poke.key.tenant, poke.key.receiver)
            waiting.setdefault(whom, deque()).append(Turn(delivery, poke))
    return waiting
