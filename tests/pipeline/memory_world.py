"""The four stages and the clock on the in-memory ports, with a crash where a test wants one."""

import json
import math
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import orjson

from tests.pipeline.faulting import Crash, Fault
from tests.pipeline.timed import TimedOutbox, TimedReceivers
from tocsin.adapters.memory import (
    MemoryArchive,
    MemoryBlobs,
    MemoryBreakers,
    MemoryConfigs,
    MemoryFailedEnrichments,
    MemoryFingerprints,
    MemoryGroups,
    MemoryJournal,
    MemoryOutbox,
    MemoryPaces,
    MemorySilences,
)
from tocsin.domain.balance import Balance, add_up
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import EARLY
from tocsin.domain.enrichment.order import STAGES as STAGE_NAMES
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.cases import Case
from tocsin.pipeline.enrich import Enrich, EnrichPorts
from tocsin.pipeline.enrichment.early import Early, StagesOf
from tocsin.pipeline.enrichment.investigating import Investigate, InvestigatePorts, LeftS
from tocsin.pipeline.enrichment.registry import Stages
from tocsin.pipeline.envelope import decode
from tocsin.pipeline.evaluate import Evaluate, EvaluatePorts
from tocsin.pipeline.heard import Heard
from tocsin.pipeline.ingest import Ingest, Request
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.tick import Tick, TickPorts
from tocsin.ports import Queue
from tocsin.providers.registry import provider

START_S = 1_763_790_000.0
STAGES: tuple[Queue, ...] = (
    "enrich-urgent",
    "enrich",
    "evaluate-urgent",
    "evaluate",
    "notify-urgent",
    "notify",
    "investigate",
)


def one_by_one(work: Callable[[Case, LeftS], None], cases: Sequence[Case]) -> None:
    for case in cases:
        work(case, lambda: 60.0)


class MemoryWorld:
    """A stack whose workers may die at any call."""

    def __init__(
        self,
        config: TenantConfig,
        fault: Fault | None = None,
        *,
        is_one_process: bool = False,
        stages: Callable[[Sequence[str]], StagesOf] | None = None,
        fails_closed: bool = False,
        investigates: bool = True,
    ) -> None:
        self.now_s = START_S
        self._heard = Heard() if is_one_process else None
        self.fault = fault or Fault()
        # The stages of enrichment, of both runs.
        self.stages = stages
        self._fails_closed = fails_closed
        self._investigates = investigates
        self.failures = MemoryFailedEnrichments()
        self.outbox: MemoryOutbox = TimedOutbox(lambda: self.now_s)
        self.archive = MemoryArchive()
        self.journal = MemoryJournal()
        self.receivers = TimedReceivers(lambda: self.now_s)
        self.breakers = MemoryBreakers()
        self.paces = MemoryPaces()
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
            early=self._early(),
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
            investigates=self._investigates,
        )
        self._notify = Notify(
            NotifyPorts(
                outbox=outbox,
                blobs=blobs,
                groups=groups,
                configs=configs,
                receivers=guard("receivers", self.receivers),
                breakers=guard("breakers", self.breakers),
                paces=guard("paces", self.paces),
                silences=self.silences,
                clock=lambda: self.now_s,
            )
        )
        self._tick = Tick(TickPorts(outbox=outbox, blobs=blobs, groups=groups))
        self._investigate = Investigate(
            InvestigatePorts(
                outbox=outbox,
                blobs=blobs,
                configs=configs,
                failures=guard("failures", self.failures),
                clock=lambda: self.now_s,
            ),
            Stages(STAGE_NAMES, {}) if self.stages is None else self.stages(STAGE_NAMES),
            one_by_one,
        )

    def _early(self) -> Early | None:
        if self.stages is None:
            return None
        stages = self.stages(EARLY)
        failures = self.fault.guard("failures", self.failures)
        return Early(stages, failures, lambda: self.now_s, fails_closed=self._fails_closed)

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
        if queue == "investigate":
            return self._investigate.handle(deliveries, self.now_s, lambda: True)
        if queue.startswith("evaluate"):
            return self._evaluate.handle(deliveries, self.now_s, lambda: True)
        end_s = math.inf if self.budget_s is None else self.now_s + self.budget_s
        owner = f"owner-{self._owners}"
        return self._notify.handle(deliveries, owner, lambda: self.now_s < end_s)
