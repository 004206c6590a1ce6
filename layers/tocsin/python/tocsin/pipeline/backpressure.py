"""Backpressure: what is refused while more waits in the queues than the pipeline gets done."""

from collections.abc import Mapping

import msgspec

from tocsin.domain.deadletter import Depth
from tocsin.domain.errors import Overloaded, TocsinError
from tocsin.ports import Clock, Outbox, Queue

# A queue fills in minutes; a look is a call to AWS.
LOOK_EVERY_S = 10.0
# So many times its limit, and a queue takes nothing more from anybody.
_FULL = 4.0
# How long a message is in flight: the batching window, and the work on a batch.
IN_FLIGHT_S = 2.0
# What a worker takes at once. One that starts has yet to take it, and is not slow.
WORKER_MESSAGES = 100
# From this share of the message limit on the estimate counts: below it is too rough to refuse by.
_ESTIMATE_FROM = 0.25
# Senders that are refused together must not come back together.
_RETRY_AFTER_S = 15
_SPREAD_S = 16


class BacklogLimit(msgspec.Struct, frozen=True):
    """How many messages may wait in a queue, and about how long; 0 is no limit."""

    messages: int
    age_s: int

    def share(self, depth: Depth) -> float:
        """Return how much of the limit is used up; 1 is all of it."""
        shares = [0.0]
        if self.messages:
            shares.append(depth.visible / self.messages)
        if self.age_s and depth.visible >= self.messages * _ESTIMATE_FROM:
            shares.append(waiting_s(depth) / self.age_s)
        return max(shares)


class Backpressure:
    """Says what may still enter a queue, by what waits there.

    It looks seldom, and remembers; where it cannot look, everything may enter. One object an
    instance.
    """

    def __init__(self, outbox: Outbox, limits: Mapping[Queue, BacklogLimit], clock: Clock) -> None:
        self._outbox = outbox
        self._limits = limits
        self._clock = clock
        self._looks: dict[Queue, tuple[float, float]] = {}

    def admit(self, queue: Queue, is_small_sender: bool) -> None:
        """Let a request into a queue, or raise Overloaded.

        Above its limit a queue takes from small senders only, above four times that from
        nobody: whoever sends little did not fill it.
        """
        if self._share(queue) < (_FULL if is_small_sender else 1.0):
            return
        spread_s = int(self._clock() * 1000) % _SPREAD_S
        raise Overloaded(
            "more alerts arrive than can be processed; send again later",
            retry_after_s=_RETRY_AFTER_S + spread_s,
            scope="pipeline",
        )

    def _share(self, queue: Queue) -> float:
        now_s, limit = self._clock(), self._limits[queue]
        until_s, share = self._looks.get(queue, (now_s, 0.0))
        if now_s < until_s or not (limit.messages or limit.age_s):
            return share
        try:
            share = limit.share(self._outbox.depth(queue))
        except TocsinError:
            # The queue itself says no if it must; a guess would refuse what it would take.
            share = 0.0
        self._looks[queue] = (now_s + LOOK_EVERY_S, share)
        return share


def waiting_s(depth: Depth) -> float:
    """Estimate how long a message that comes now will wait, by Little's law.

    What is in flight is done in `IN_FLIGHT_S`, so what waits takes that as often as it is more.
    Where nobody works on anything there is nothing to estimate from: 0.
    """
    if not depth.in_flight:
        return 0.0
    return depth.visible / max(depth.in_flight, WORKER_MESSAGES) * IN_FLIGHT_S
