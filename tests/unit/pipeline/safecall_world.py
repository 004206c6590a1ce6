"""One endpoint, its shared breaker, and the workers that call it."""

from collections import Counter

from tests.builders import T0, alert, receiver
from tocsin.adapters.memory import MemoryBreakers, MemoryReceivers
from tocsin.domain.breaker import endpoint_key
from tocsin.domain.errors import Retryable
from tocsin.domain.group import GroupKey
from tocsin.pipeline.safecall import Attempt, SafeCall
from tocsin.ports import Notification

DOWN = Retryable("HTTP 503")


class World:
    def __init__(self, **fields):
        self.now_s = T0
        self.receiver = receiver(**fields)
        self.key = endpoint_key("acme", "webhook", self.receiver.url, self.receiver.breaker.mode)
        self.breakers = MemoryBreakers()
        self.receivers = MemoryReceivers()
        self.counts = Counter()
        self.safe_call = self.worker()

    def worker(self):
        return SafeCall(self.receivers, self.breakers, lambda: self.now_s)

    def call(self, *failures, worker=None, owner="w1", key="toc_1", **fields):
        self.receivers.failures = list(failures)
        notification = Notification(
            key=key,
            receiver=self.receiver,
            group=GroupKey("acme", "oncall"),
            alerts=(alert(),),
            attempt=1,
        )
        attempt = Attempt(
            notification=notification, owner=owner, **{"created_at_s": self.now_s, **fields}
        )
        verdict = (worker or self.safe_call).call(attempt)
        self.counts["breaker_opened"] += getattr(verdict, "has_opened", False)
        return verdict

    def open(self):
        for _ in range(5):
            self.call(DOWN)
        assert self.state.state == "OPEN"

    def expire_open(self):
        self.open()
        self.now_s = self.state.open_until_s

    @property
    def state(self):
        return self.breakers.read(self.key, self.now_s)

    @property
    def tries(self):
        return len(self.receivers.attempted)


class Away:
    """A store of breakers of which some calls fail."""

    def __init__(self, world, *calls, error):
        self._world, self._calls, self._error = world, calls, error
        self._inner = world.breakers
        world.breakers = self

    def __getattr__(self, name):
        if name in self._calls:

            def fail(*_):
                raise self._error

            return fail
        return getattr(self._inner, name)
