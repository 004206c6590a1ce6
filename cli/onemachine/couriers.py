"""Who tells the receivers: many at once, and never all of them the same one."""

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from math import inf
from uuid import uuid4

import msgspec

from cli.onemachine.worker import Worker, work
from tocsin.adapters.sqlite.queues import Received, SqliteQueues
from tocsin.domain.errors import TocsinError
from tocsin.domain.group import GroupKey
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

# A tenant and one of its receivers.
_Whom = tuple[str, str]


class Errand(msgspec.Struct, frozen=True):
    """A message that asks to look at groups of one receiver.

    `groups` are those of a plain look, which says nothing but that.
    """

    message: Received
    whom: _Whom
    groups: frozenset[GroupKey]
    is_plain: bool


class Waiting:
    """Errands that wait, by receiver; and how many couriers each receiver has."""

    def __init__(self) -> None:
        self._piles: dict[_Whom, tuple[deque[Errand], deque[Errand]]] = {}
        self._busy: dict[_Whom, int] = {}
        # How many errands ask for each group, in each queue.
        self._groups: dict[Queue, Counter[GroupKey]] = {queue: Counter() for queue in NAMES}
        self._changed = threading.Condition()
        self._is_closed = False

    def add(self, errand: Errand) -> bool:
        """Put an errand behind those for the same receiver; urgent ones are apart.

        Returns False, and does nothing, for one that asks only what others that wait ask, too:
        whoever looks at a group sees all that was written before.
        """
        with self._changed:
            if errand.is_plain and all(self._is_asked(errand, key) for key in errand.groups):
                return False
            piles = self._piles.setdefault(errand.whom, (deque(), deque()))
            piles[NAMES.index(errand.message.queue)].append(errand)
            self._groups[errand.message.queue].update(errand.groups)
            self._changed.notify()
            return True

    def take(self) -> Errand | None:
        """Return the next errand, of the receiver with the fewest couriers; None at the end."""
        with self._changed:
            while (whom := self._choose()) is None:
                if self._is_closed:
                    return None
                self._changed.wait()
            urgent, normal = self._piles[whom]
            errand = (urgent or normal).popleft()
            if not urgent and not normal:
                del self._piles[whom]
            self._busy[whom] = self._busy.get(whom, 0) + 1
            asked = self._groups[errand.message.queue]
            asked.subtract(errand.groups)
            for key in errand.groups:
                if not asked[key]:
                    del asked[key]
            return errand

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

    def _is_asked(self, errand: Errand, key: GroupKey) -> bool:
        """Tell whether one that waits, and will not wait longer than this one, asks for a group."""
        own = NAMES.index(errand.message.queue)
        return any(key in self._groups[queue] for queue in NAMES[: own + 1])

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
        needless = [each for each in received if not self._waiting.add(self._errand(each))]
        if needless:
            self._queues.delete(needless)
        if not received:
            self._queues.wait(NAMES)

    def _errand(self, message: Received) -> Errand:
        try:
            pokes = unpack_pokes(decode(message.body), self._blobs)
        except TocsinError:
            # It is nobody's, and whoever carries it finds out what is wrong.
            pokes = []
        return Errand(
            message=message,
            whom=(message.tenant, pokes[0].key.receiver if pokes else ""),
            groups=frozenset(poke.key for poke in pokes if not poke.revive),
            is_plain=bool(pokes) and not any(poke.revive for poke in pokes),
        )

    def _courier(self) -> Callable[[], None]:
        # It remembers what it saw of its receivers, without a lock.
        notify = self._make_notify()

        def turn() -> None:
            errand = self._waiting.take()
            if errand is None:
                return
            try:
                self._carry(notify, errand.message)
            finally:
                self._waiting.done(errand.whom)

        return turn

    def _carry(self, notify: Notify, message: Received) -> None:
        owner = self._name()

        def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
            return notify.handle(deliveries, owner, has_time)

        work(self._queues, [message], stage, lambda: not self._stopping.is_set())

    def _name(self) -> str:
        with self._naming:
            return next(self._names)
