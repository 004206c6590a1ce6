"""The four stages and the clock on the in-memory ports, with a crash where a test wants one."""

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from tocsin.adapters.memory import (
    MemoryArchive,
    MemoryBlobs,
    MemoryBreakers,
    MemoryConfigs,
    MemoryFingerprints,
    MemoryGroups,
    MemoryJournal,
    MemoryOutbox,
    MemoryReceivers,
    MemorySilences,
)
from tocsin.domain.balance import Balance, add_up
from tocsin.domain.config import TenantConfig
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.enrich import Enrich, EnrichPorts
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.evaluate import Evaluate, EvaluatePorts
from tocsin.pipeline.heard import Heard
from tocsin.pipeline.ingest import Ingest, Request
from tocsin.pipeline.notify import Notify, NotifyPorts
from tocsin.pipeline.tick import Tick, TickPorts
from tocsin.ports import Notification, OutMessage, Queue
from tocsin.providers.registry import provider

START_S = 1_763_790_000.0
STAGES: tuple[Queue, ...] = (
    "enrich-urgent",
    "enrich",
    "evaluate-urgent",
    "evaluate",
    "notify-urgent",
    "notify",
)


class Crash(BaseException):
    """A worker that dies: nothing in the product may catch it."""


class Fault:
    """Crash at one call: number `at` (from 1), before or after its effect."""

    def __init__(self, at: int = 0, when: str = "before") -> None:
        self.at = at
        self.when = when
        self.calls: list[str] = []

    def guard(self, name: str, port: Any) -> Any:
        """Return the port with its calls counted."""
        return _Guarded(self, name, port)


class _Guarded:
    def __init__(self, fault: Fault, name: str, port: Any) -> None:
        self._fault = fault
        self._name = name
        self._port = port

    def __getattr__(self, method: str) -> Any:
        inner = getattr(self._port, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._fault.calls.append(f"{self._name}.{method}")
            is_hit = len(self._fault.calls) == self._fault.at
            if is_hit and self._fault.when == "before":
                raise Crash
            result = inner(*args, **kwargs)
            if is_hit:
                raise Crash
            return result

        return call


class _TimedOutbox(MemoryOutbox):
    """An outbox that shows a message when its delay is over."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._visible_at_s: dict[int, float] = {}

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Keep all messages, or none."""
        super().send(queue, messages, delay_s)
        for message in messages:
            self._visible_at_s[id(message)] = self._clock() + delay_s

    def take(self, queue: Queue) -> list[OutMessage]:
        """Remove and return the messages of a queue that are visible."""
        at_s, everything = self._clock(), super().take(queue)
        seen = [each for each in everything if self._visible_at_s.get(id(each), 0.0) <= at_s]
        self.queues[queue] = [each for each in everything if all(each is not one for one in seen)]
        return seen


class _TimedReceivers(MemoryReceivers):
    """Receivers that remember when they were told."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self.at_s: list[float] = []

    def send(self, notification: Notification) -> None:
        """Deliver, or fail as told."""
        super().send(notification)
        self.at_s.append(self._clock())


class MemoryWorld:
    """A stack whose workers may die at any call."""

    def __init__(
        self,
        config: TenantConfig,
        fault: Fault | None = None,
        *,
        is_one_process: bool = False,
    ) -> None:
        self.now_s = START_S
        self._heard = Heard() if is_one_process else None
        self.fault = fault or Fault()
        self.outbox: MemoryOutbox = _TimedOutbox(lambda: self.now_s)
        self.archive = MemoryArchive()
        self.journal = MemoryJournal()
        self.receivers = _TimedReceivers(lambda: self.now_s)
        self.breakers = MemoryBreakers()
        self.silences = MemorySilences()
        self.groups = MemoryGroups(self.journal)
        self.fingerprints = MemoryFingerprints()
        self.configs = MemoryConfigs()
        self.configs.apply(config, "", START_S)
        self.blobs = MemoryBlobs()
        # For how long an invocation of notify begins something new; None: as long as it likes.
        self.budget_s: float | None = None
        self._requests = 0
        self._owners = 0
        self.start_workers()

    def start_workers(self) -> None:
        """Make fresh workers, that remember nothing."""
        guard = self.fault.guard
        outbox, blobs = guard("outbox", self.outbox), self.blobs
        groups, configs = guard("groups", self.groups), self.configs
        self._ingest = Ingest(outbox, blobs)
        self._enrich = Enrich(
            EnrichPorts(
                outbox=outbox,
                blobs=blobs,
                archive=guard("archive", self.archive),
                fingerprints=guard("fingerprints", self.fingerprints),
                journal=guard("journal", self.journal),
                configs=configs,
            ),
            heard=self._heard,
            minds_texts=self._heard is not None,
        )
        self._evaluate = Evaluate(
            EvaluatePorts(
                outbox=outbox,
                blobs=blobs,
                groups=groups,
                configs=configs,
                silences=self.silences,
            ),
            self._heard,
        )
        self._notify = Notify(
            NotifyPorts(
                outbox=outbox,
                blobs=blobs,
                groups=groups,
                configs=configs,
                receivers=guard("receivers", self.receivers),
                breakers=guard("breakers", self.breakers),
                silences=self.silences,
                clock=lambda: self.now_s,
            )
        )
        self._tick = Tick(TickPorts(outbox=outbox, blobs=blobs, groups=groups))

    def send(self, payload: Any, name: str = "alertmanager") -> None:
        """Send as a sender does: again, under a new request id, until it is accepted."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        for _ in range(3):
            self._requests += 1
            request = Request(
                id=f"request-{self._requests}",
                tenant="acme",
                provider=provider(name),
                body=body,
                payload=orjson.loads(body),
                received_at_s=self.now_s,
            )
            try:
                self._ingest.accept(request)
            except Crash:
                self.start_workers()
            else:
                return

    def drain(self) -> None:
        """Deliver until nothing is left; whoever dies gets its messages again, later."""
        for _ in range(40):
            if not sum(map(self.pump, STAGES)):
                return
            self.now_s += 1
        raise AssertionError("messages circulate for ever")

    def settle(self) -> None:
        """Let time pass, with the clock ticking, until everything is quiet."""
        for _ in range(6):
            self.now_s += 60
            self._run_tick()
            self.drain()

    def _run_tick(self) -> None:
        try:
            self._tick.run(self.now_s)
        except Crash:
            self.start_workers()

    def pass_time(self, for_s: float, step_s: float = 1.0, tick_s: float = 1.0) -> None:
        """Let time pass in steps; the clock ticks every `tick_s`, and messages are delivered."""
        end_s, next_tick_s = self.now_s + for_s, self.now_s + tick_s
        while self.now_s < end_s:
            self.now_s = min(end_s, self.now_s + step_s)
            if self.now_s >= next_tick_s:
                next_tick_s += tick_s
                self._run_tick()
            for _ in range(2):
                for queue in STAGES:
                    self.pump(queue)

    def balance(self) -> Balance:
        """Return the books."""
        return add_up(self.journal.read("acme", START_S - 3600, self.now_s + 3600))

    def view(self) -> dict[str, str]:
        """Return what the receiver believes: the last status it heard of each alert."""
        return {
            alert.labels["instance"]: alert.status
            for notification in self.receivers.delivered
            for alert in notification.alerts
        }

    def tellings(self) -> Counter[str]:
        """Count how often each notification arrived, by its key."""
        return Counter(notification.key for notification in self.receivers.delivered)

    def pump(self, queue: Queue) -> int:
        """Deliver the messages of a queue in one invocation; return how many there were."""
        messages = self.outbox.take(queue)
        if not messages:
            return 0
        deliveries = [
            Delivery(f"{queue}-{index}", decode(message.body))
            for index, message in enumerate(messages)
        ]
        try:
            outcome = self._handle(queue, deliveries)
        except Crash:
            self.start_workers()
            # The messages stay invisible until long after the lease of whoever died.
            self.now_s += 181
            self.outbox.queues[queue].extend(messages)
            return len(messages)
        back = [messages[int(name.rpartition("-")[2])] for name in outcome.failed]
        self.outbox.queues[queue].extend(back)
        return len(messages)

    def _handle(self, queue: Queue, deliveries: list[Delivery]) -> Outcome:
        self._owners += 1
        if queue.startswith("enrich"):
            return self._enrich.handle(deliveries, self.now_s, lambda: True)
        if queue.startswith("evaluate"):
            return self._evaluate.handle(deliveries, self.now_s, lambda: True)
        end_s = math.inf if self.budget_s is None else self.now_s + self.budget_s
        owner = f"owner-{self._owners}"
        return self._notify.handle(deliveries, owner, lambda: self.now_s < end_s)
