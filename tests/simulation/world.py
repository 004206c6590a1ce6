"""A stack whose invocations take turns: its stores, its queues and who is at work."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import orjson

from tests.pipeline.faulting import Crash
from tests.pipeline.memory_world import START_S
from tests.simulation import landscape
from tests.simulation.changes import Changes
from tests.simulation.climbs import Seen, Watch, WatchedGroups
from tests.simulation.faults import Faults
from tests.simulation.history import History, Report, firings, words
from tests.simulation.modes import Mode
from tests.simulation.people import People
from tests.simulation.queues import VISIBILITY_S, Queues
from tests.simulation.senders import Sending
from tests.simulation.worker import Invocation, Port, Worker, present
from tocsin.adapters.memory import (
    MemoryArchive,
    MemoryBlobs,
    MemoryBreakers,
    MemoryConfigs,
    MemoryFingerprints,
    MemoryJournal,
    MemoryPaces,
    MemorySilences,
)
from tocsin.domain.errors import Permanent, Retryable, Throttled
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.enrich import Enrich, EnrichPorts
from tocsin.pipeline.envelope import Envelope, decode
from tocsin.pipeline.evaluate import Evaluate, EvaluatePorts
from tocsin.pipeline.ingest import Ingest, Request
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.tick import Tick, TickPorts
from tocsin.ports import Notification, Queue
from tocsin.providers.registry import provider

# A function's time limit, and what it keeps in reserve of it; a lease lasts longer.
_LIMIT_S = 29.0
_BUDGET_S = 24.0
_SLOTS = 2
# The shortest back-off after a failure, less its jitter.
_BACK_OFF_S = 0.9


class World:
    """Everything in one run but the plan of its turns."""

    def __init__(self, random: Random, mode: Mode) -> None:
        self.random = random
        self.now_s = START_S
        self.landscape = landscape.draw(random, mode)
        self.faults = Faults(random, mode)
        self.history = History()
        self.journal = MemoryJournal()
        self.watch = Watch()
        self.groups = WatchedGroups(self.journal, self.watch, lambda: present().seen)
        self.running: list[Invocation] = []
        self._blobs = MemoryBlobs()
        self._breakers = MemoryBreakers()
        self._paces = MemoryPaces()
        self._silences = MemorySilences()
        self.queues = Queues(random, self.faults, self._blobs)
        self.people = People(
            random,
            self.groups,
            self._silences,
            self.watch.silenced,
            self.queues.outbox,
            self._blobs,
            in_storms=mode.acts,
        )
        self._archive, self._fingerprints = MemoryArchive(), MemoryFingerprints()
        self._configs = MemoryConfigs()
        for config in self.landscape.configs:
            self._configs.apply(config, "", START_S)
        self.changes = Changes(random, self._configs, self.landscape)
        self._count = 0
        self._requests: dict[str, tuple[Report, ...]] = {}
        self._warm = [self._enrich() for _ in range(_SLOTS)]

    def say(self, text: str) -> None:
        """Write a line of the story of this run."""
        self.history.lines.append(f"{self.now_s - START_S:9.3f} {text}")

    def submit(self, sending: Sending) -> None:
        """Send as a sender does: again, as another request, until it is accepted."""
        is_accepted = False
        while not is_accepted:
            request = self._request(sending)
            self.say(f"send {request.id} {sending.tenant} {sending.provider} {sending.events}")
            ingest = Ingest(self._port("outbox", self.queues.outbox), self._blobs)
            invocation = self._start("ingest", lambda ingest=ingest, it=request: ingest.accept(it))
            while invocation in self.running:
                self.advance(invocation)
            is_accepted = not invocation.worker.is_dead
            self.now_s += 0.001

    def acted(self, done: Sequence[str]) -> None:
        """Send on what people did."""
        self.say(", ".join(done))
        self.queues.collect(self.now_s, self._note_message)

    def tick(self) -> None:
        """Start the clock's function."""
        ports = TickPorts(
            outbox=self._port("outbox", self.queues.outbox),
            blobs=self._blobs,
            groups=self._port("groups", self.groups),
        )
        self._start("tick", lambda now_s=self.now_s: Tick(ports).run(now_s))

    def deliver(self, queue: Queue) -> bool:
        """Start a function with some messages of its queue; tell whether there were any."""
        messages = self.queues.receive(queue, self.now_s)
        if not messages:
            return False
        deliveries = [Delivery(str(at), decode(each.body)) for at, each in enumerate(messages)]
        slot = None
        if queue.startswith("enrich"):
            slot = self.random.randrange(_SLOTS)
            act = self._enriching(deliveries, slot)
        elif queue.startswith("evaluate"):
            act = self._evaluating(deliveries)
        else:
            act = self._notifying(deliveries)
        invocation = self._start(queue, act, queue=queue, messages=messages, slot=slot)
        ids = [each.envelope.id for each in deliveries]
        self.say(f"start {invocation.worker.name} with {', '.join(ids)}")
        return True

    def advance(self, invocation: Invocation) -> None:
        """Give one invocation its next turn, or its end if its time is up."""
        worker = invocation.worker
        if self.now_s - worker.began_at_s > _LIMIT_S:
            worker.end()
        else:
            worker.step()
        self.queues.collect(self.now_s, self._note_message)
        if worker.is_done:
            self.running.remove(invocation)
            self._finish(invocation)

    def _start(self, name: str, act: Callable[[], Any], **fields: Any) -> Invocation:
        self._count += 1
        worker = Worker(f"{name}-{self._count}", act, self.now_s)
        invocation = Invocation(worker=worker, **fields)
        self.running.append(invocation)
        return invocation

    def _finish(self, invocation: Invocation) -> None:
        """Give back what was not done, and bury the dead."""
        worker, failed = invocation.worker, invocation.messages
        if worker.is_dead:
            self._bury(invocation)
        elif invocation.queue is not None:
            for name, reason in worker.result.failed.items():
                self.say(f"{worker.name} gives back message {name}: {reason}")
            failed = [invocation.messages[int(name)] for name in worker.result.failed]
        for message in failed:
            assert invocation.queue is not None
            self.queues.give_back(invocation.queue, message, worker.began_at_s + VISIBILITY_S)

    def _bury(self, invocation: Invocation) -> None:
        worker = invocation.worker
        self.say(f"{worker.name} dies at {worker.last_call}: {worker.error!r}")
        if not isinstance(worker.error, Crash):
            # A plain bug fails each time: its messages would circulate until the end.
            invocation.messages.clear()
            self.history.errors.append(f"{worker.name}: {worker.error!r}")
        self.history.excused.update(worker.arrived)
        for key, fired in worker.attempted.items():
            self.history.closed_until_s.pop(key, None)
            self.history.uncertain |= fired
        if invocation.slot is not None:
            self._warm[invocation.slot] = self._enrich()

    def _request(self, sending: Sending) -> Request:
        identity = f"r{len(self._requests) + 1}"
        self._requests[identity] = sending.reports(self.now_s)
        body = orjson.dumps(sending.payload(self.now_s))
        return Request(
            id=identity,
            tenant=sending.tenant,
            provider=provider(sending.provider),
            body=body,
            payload=orjson.loads(body),
            received_at_s=self.now_s,
        )

    def _note_message(self, queue: Queue, envelope: Envelope) -> None:
        """Note which alerts a queue accepted; of a request that died it can be some."""
        if queue.startswith("enrich"):
            reports = self._requests[envelope.id]
            indices = range(len(reports)) if envelope.select is None else envelope.select
            self.history.reports.extend(reports[index] for index in indices)

    def _port(self, name: str, port: Any) -> Any:
        return Port(name, port, self.faults.crash)

    def _enrich(self) -> Enrich:
        return Enrich(
            EnrichPorts(
                outbox=self._port("outbox", self.queues.outbox),
                blobs=self._blobs,
                archive=self._port("archive", self._archive),
                fingerprints=self._port("fingerprints", self._fingerprints),
                journal=self._port("journal", self.journal),
                configs=self._configs,
            )
        )

    def _enriching(self, deliveries: list[Delivery], slot: int) -> Callable[[], Any]:
        """Use the warm process, whose memory of marks is old, unless it is at work."""
        is_busy = any(each.slot == slot for each in self.running)
        enrich = self._enrich() if is_busy else self._warm[slot]
        return lambda: enrich.handle(deliveries, self.now_s, self._has_time())

    def _evaluating(self, deliveries: list[Delivery]) -> Callable[[], Any]:
        evaluate = Evaluate(
            EvaluatePorts(
                outbox=self._port("outbox", self.queues.outbox),
                blobs=self._blobs,
                groups=self._port("groups", self.groups),
                configs=self._configs,
                silences=self._silences,
            )
        )

        def act() -> Any:
            present().seen = Seen(self.now_s, self.changes.policy)
            return evaluate.handle(deliveries, self.now_s, self._has_time())

        return act

    def _notifying(self, deliveries: list[Delivery]) -> Callable[[], Any]:
        notify = Notify(
            NotifyPorts(
                outbox=self._port("outbox", self.queues.outbox),
                blobs=self._blobs,
                groups=self._port("groups", self.groups),
                configs=self._configs,
                receivers=self._port("receivers", self),
                breakers=self._port("breakers", self._breakers),
                paces=self._port("paces", self._paces),
                silences=self._silences,
                clock=lambda: self.now_s,
            )
        )
        return lambda: notify.handle(deliveries, present().name, self._has_time())

    def _has_time(self) -> Callable[[], bool]:
        until_s = self.now_s + _BUDGET_S
        return lambda: self.now_s < until_s

    def send(self, notification: Notification) -> str:
        """Be all receivers: take a notification, or refuse it."""
        worker = present()
        self.history.attempted(notification, self.now_s)
        fired = firings(notification.group, notification.news)
        worker.attempted[notification.key] = fired
        answer = self.faults.answer(self.now_s - START_S)
        self.say(
            f"{worker.name} tells {notification.receiver.name} {words(notification)}: {answer}"
        )
        if answer == "refused":
            raise Permanent("HTTP 410")
        if answer in ("taken", "unheard"):
            self.history.arrived(notification, self.groups.groups, self.now_s, worker.began_at_s)
        if answer == "taken":
            worker.arrived.append(notification.key)
            return ""
        self.history.uncertain |= fired
        wait_s = 0.0
        if answer == "down":
            self.history.calls_in_vain[notification.group.tenant, notification.receiver.name] += 1
        elif answer == "busy":
            self.history.closed_until_s[notification.key] = self.now_s + 45.0
            raise Throttled("HTTP 429", 45.0)
        elif answer == "unheard":
            self.history.excused[notification.key] += 1
        else:
            wait_s = answer
        self.history.closed_until_s[notification.key] = self.now_s + max(_BACK_OFF_S, wait_s)
        raise Retryable("HTTP 503", wait_s or None)
