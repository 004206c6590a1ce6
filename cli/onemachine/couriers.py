"""Who tells the receivers: many at once, and never all of them the same one."""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from math import inf
from uuid import uuid4

from cli.onemachine.worker import Worker, work
from tocsin.adapters.sqlite.queues import Received, SqliteQueues
from tocsin.domain.errors import TocsinError
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.poke import unpack_pokes
from tocsin.ports import Blobs, Queue
from tocsin.runtime.isolation import HasTime

NAMES: tuple[Queue, ...] = ("notify-urgent", "notify")
# A call waits for its receiver most of the time, so couriers cost little. Where three receivers
# hang with all that they may have, those that work still have a quarter.
COURIERS = 32
_FOR_ONE = 8
_TAKEN_AT_ONCE = 100
_LONGEST_WAIT_S = 1.0

# A tenant and one of its receivers.
_Whom = tuple[str, str]


class Waiting:
    """Messages that were taken, by receiver; and how many couriers each receiver has."""

    def __init__(self) -> None:
        self._piles: dict[_Whom, tuple[deque[Received], deque[Received]]] = {}
        self._busy: dict[_Whom, int] = {}
        self._changed = threading.Condition()
        self._is_closed = False

    def add(self, whom: _Whom, message: Received) -> None:
        """Put a message behind those for the same receiver; urgent ones are apart."""
        with self._changed:
            piles = self._piles.setdefault(whom, (deque(), deque()))
            piles[NAMES.index(message.queue)].append(message)
            self._changed.notify()

    def take(self) -> tuple[_Whom, Received] | None:
        """Return the next message, of the receiver with the fewest couriers; None after a while."""
        with self._changed:
            whom = self._choose()
            if whom is None and not self._is_closed:
                self._changed.wait(_LONGEST_WAIT_S)
                whom = self._choose()
            if whom is None:
                return None
            urgent, normal = self._piles[whom]
            message = (urgent or normal).popleft()
            if not urgent and not normal:
                del self._piles[whom]
            self._busy[whom] = self._busy.get(whom, 0) + 1
            return whom, message

    def done(self, whom: _Whom) -> None:
        """Give a courier back."""
        with self._changed:
            self._busy[whom] -= 1
            if not self._busy[whom]:
                del self._busy[whom]
            self._changed.notify()

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _choose(self) -> _Whom | None:
        free = (whom for whom in self._piles if self._busy.get(whom, 0) < _FOR_ONE)
        return min(free, key=lambda whom: self._busy.get(whom, 0), default=None)


class Couriers:
    """One thread takes messages and sorts them, many carry them."""

    def __init__(
        self,
        queues: SqliteQueues,
        blobs: Blobs,
        make_notify: Callable[[], Notify],
        stopping: threading.Event,
    ) -> None:
        self._queues = queues
        self._blobs = blobs
        self._make_notify = make_notify
        self._stopping = stopping
        self._waiting = Waiting()
        # A group counts those who took its lease by their names.
        self._names = (f"{uuid4().hex}.{number}" for number in count(1))
        self._naming = threading.Lock()

    def workers(self) -> Iterator[Worker]:
        """Yield the threads, not started yet."""
        yield Worker("couriers", self._sort, self._stopping)
        for number in range(COURIERS):
            yield Worker(f"courier-{number}", self._courier(), self._stopping)

    def close(self) -> None:
        """Wake those who wait for something to do, so that they see that it is over."""
        self._waiting.close()

    def _sort(self) -> None:
        # They come back when this process ends, or are finished: nobody else may have them.
        received = self._queues.receive(NAMES, _TAKEN_AT_ONCE, visibility_s=inf)
        for message in received:
            self._waiting.add(self._whom(message), message)
        if not received:
            self._queues.wait(NAMES)

    def _whom(self, message: Received) -> _Whom:
        """Return whom a message is about; what cannot be read is nobody's, and fails as such."""
        try:
            pokes = unpack_pokes(decode(message.body), self._blobs)
        except TocsinError:
            return message.tenant, ""
        return message.tenant, pokes[0].key.receiver if pokes else ""

    def _courier(self) -> Callable[[], None]:
        # It remembers what it saw of its receivers, without a lock.
        notify = self._make_notify()

        def turn() -> None:
            taken = self._waiting.take()
            if taken is None:
                return
            whom, message = taken
            try:
                self._carry(notify, message)
            finally:
                self._waiting.done(whom)

        return turn

    def _carry(self, notify: Notify, message: Received) -> None:
        owner = self._name()

        def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
            return notify.handle(deliveries, owner, has_time)

        work(self._queues, [message], stage, lambda: not self._stopping.is_set())

    def _name(self) -> str:
        with self._naming:
            return next(self._names)
