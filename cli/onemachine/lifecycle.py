"""One alert, and what people do about it: on the disk before the answer, and then in effect."""

from collections.abc import Iterable, Sequence

from cli.onemachine.options import TENANT
from cli.onemachine.stores import Stores
from tocsin.domain.deadletter import Depth
from tocsin.pipeline.onealert import OneAlerts
from tocsin.ports import Clock, DeadLetter, OutMessage, Queue
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.ledger import dispatch
from tocsin.runtime.ledger.reading import BASE
from tocsin.runtime.lifecycle.dispatch import handle
from tocsin.runtime.lifecycle.ports import Caller, LifecyclePorts

PREFIXES = ("/v1/alerts/", "/v1/deliveries")
# Nobody signs in here, so whoever does not say who they are is this.
_NOBODY = "unknown"
# For so long one answer reads in the journal.
_READING_S = 5.0
# What is accepted is safe. The wait is only for those who look at once for what they did.
_EFFECT_WAIT_S = 1.0
_STAGE: Sequence[Queue] = ("evaluate-urgent", "evaluate")


class _SafeOutbox:
    """Sends so that it survives a power cut: the stages need no such thing, but people do."""

    def __init__(self, stores: Stores) -> None:
        self._queues = stores.queues
        self._database = stores.database

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Return when the messages are flushed."""
        self._queues.send(queue, messages, delay_s)
        self._database.write(lambda _: None, durable=True)

    def depth(self, queue: Queue) -> Depth:
        """Return how many messages wait in a queue."""
        return self._queues.depth(queue)

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Put messages apart, with what went wrong."""
        self._queues.bury(queue, letters)


class Lifecycle:
    """GET /v1/alerts/FINGERPRINT, POST of an action below it, and GET /v1/deliveries."""

    def __init__(self, stores: Stores, clock: Clock) -> None:
        self._queues = stores.queues
        self._clock = clock
        self.ports = LifecyclePorts(
            configs=stores.configs,
            alerts=OneAlerts(stores.groups, stores.silences, stores.configs),
            journal=stores.journal,
            outbox=_SafeOutbox(stores),
            blobs=stores.blobs,
        )

    def __call__(self, request: HttpRequest) -> Reply:
        """Answer a request. Raises Retryable where the file does not."""
        now_s = self._clock()
        caller = Caller(
            tenant=TENANT,
            name=_NOBODY,
            may_read=True,
            has_time=lambda: self._clock() < now_s + _READING_S,
        )
        if request.path.startswith(BASE):
            return dispatch.handle(request, self.ports, caller, now_s)
        reply = handle(request, self.ports, caller, now_s)
        if reply.status == 202:
            newest, until_s = self._queues.newest, self._clock() + _EFFECT_WAIT_S
            self._queues.wait_until_past(_STAGE, newest, until_s)
        return reply
