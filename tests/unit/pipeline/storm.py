"""Many environments, one receiver and one store of breakers, in virtual time."""

import heapq
from collections import Counter
from random import Random

import msgspec

from tests.builders import T0, alert, receiver
from tests.unit.pipeline.virtual_time import VirtualTime
from tocsin.adapters.memory import MemoryBreakers
from tocsin.domain.breaker import Breaker, endpoint_key
from tocsin.domain.errors import Retryable
from tocsin.domain.group import GroupKey
from tocsin.pipeline.safecall import Attempt, Dead, Deferred, SafeCall
from tocsin.ports import Notification

STORE_S = 0.005
TOLD_S = 0.05


class Pending(msgspec.Struct, order=True):
    """A notification that is due."""

    due_s: float
    key: str
    created_at_s: float
    attempts: int = 0
    failed_at_s: float = 0.0


class Storm:
    """`environments` that each send at random times, in all `a_second`; retries included."""

    def __init__(
        self,
        seed: int,
        *,
        environments: int = 100,
        a_second: float = 100.0,
        fails_after_s: float = TOLD_S,
        is_shared: bool = True,
    ) -> None:
        self.random = Random(seed)
        self.time = VirtualTime(T0)
        self.breakers = MemoryBreakers()
        self.is_down = False
        self.makes_new = True
        self.calls: list[float] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.taken: Counter[str] = Counter()
        self.dead: list[str] = []
        self.pending: list[Pending] = []
        self.made = 0
        self._fails_after_s = fails_after_s
        self._gap_s = environments / a_second
        self._receiver = receiver()
        self.key = endpoint_key("acme", "webhook", self._receiver.url)
        for index in range(environments):
            store = self.breakers if is_shared else MemoryBreakers()
            safe_call = SafeCall(self, _Slow(store, self), self.time)
            self.time.start(
                lambda name=f"e{index}", it=safe_call: self._environment(name, it),
                self.random.expovariate(1 / self._gap_s),
            )

    @property
    def state(self) -> Breaker:
        """The shared state."""
        return self.breakers.read(self.key, self.time.now_s) or Breaker(key=self.key)

    def pass_(self, duration_s: float) -> None:
        """Let time pass."""
        self.time.run(lambda: False, duration_s)

    def send(self, notification: Notification) -> str:
        """Be the receiver."""
        self.calls.append(self.time.now_s)
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        is_down = self.is_down
        self.time.sleep(self._fails_after_s if is_down else self.about(TOLD_S))
        self.in_flight -= 1
        if is_down:
            raise Retryable("HTTP 503")
        self.taken[notification.key] += 1
        return ""

    def about(self, duration_s: float) -> float:
        """Return a latency, which is never twice the same."""
        return duration_s * self.random.uniform(0.5, 1.5)

    def _environment(self, owner: str, safe_call: SafeCall) -> None:
        while True:
            pending = self._next()
            if pending is not None:
                self._handle(pending, owner, safe_call)
            self.time.sleep(self.random.expovariate(1 / self._gap_s))

    def _next(self) -> Pending | None:
        now_s = self.time.now_s
        if self.pending and self.pending[0].due_s <= now_s:
            return heapq.heappop(self.pending)
        if not self.makes_new:
            return None
        self.made += 1
        return Pending(due_s=now_s, key=f"toc_{self.made}", created_at_s=now_s)

    def _handle(self, pending: Pending, owner: str, safe_call: SafeCall) -> None:
        notification = Notification(
            key=pending.key,
            receiver=self._receiver,
            group=GroupKey("acme", "oncall"),
            alerts=(alert(),),
            attempt=pending.attempts + 1,
        )
        attempt = Attempt(
            notification=notification,
            owner=owner,
            created_at_s=pending.created_at_s,
            attempts=pending.attempts,
            failed_at_s=pending.failed_at_s,
        )
        verdict = safe_call.call(attempt)
        if isinstance(verdict, Dead):
            self.dead.append(pending.key)
        if isinstance(verdict, Deferred):
            pending.due_s, pending.attempts = verdict.until_s, verdict.attempts
            if verdict.was_tried:
                pending.failed_at_s = self.time.now_s
            heapq.heappush(self.pending, pending)


class _Slow:
    """A store whose answers take time; the effect is in the middle."""

    def __init__(self, store: MemoryBreakers, storm: Storm) -> None:
        self._store, self._storm = store, storm

    def read(self, key: str, now_s: float) -> Breaker | None:
        self._wait()
        found = self._store.read(key, now_s)
        self._wait()
        return found

    def write(self, breaker: Breaker, now_s: float) -> None:
        self._wait()
        try:
            self._store.write(breaker, now_s)
        finally:
            self._wait()

    def _wait(self) -> None:
        self._storm.time.sleep(self._storm.about(STORE_S / 2))
