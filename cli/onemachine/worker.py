"""A thread that does one thing until it is told to stop."""

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from traceback import format_tb

from cli.onemachine.logs import log
from tocsin.adapters.sqlite.queues import Received, SqliteQueues
from tocsin.domain.deadletter import UNREADABLE
from tocsin.domain.errors import Permanent, TocsinError
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.envelope import decode
from tocsin.ports import DeadLetter, OutMessage, Queue
from tocsin.runtime.isolation import HasTime, Stage, isolated

# After something that fails at once, a full disk for instance.
_PAUSE_S = 1.0


class Worker(threading.Thread):
    """Calls `turn` again and again; whatever goes wrong in one is said, and tried again."""

    def __init__(self, name: str, turn: Callable[[], None], stopping: threading.Event) -> None:
        super().__init__(name=name, daemon=True)
        self._turn = turn
        self._stopping = stopping

    def run(self) -> None:
        """Work until the end."""
        while not self._stopping.is_set():
            try:
                self._turn()
            except TocsinError as error:
                log("error", f"{self.name} cannot go on", err=error)
                self._stopping.wait(_PAUSE_S)
            except Exception as error:  # noqa: BLE001 - a bug here must not end all delivery
                log_broken(f"{self.name} broke", error)
                self._stopping.wait(_PAUSE_S)


class StageTurn:
    """One turn of a stage: take a batch, handle it, delete what is done, release what failed."""

    def __init__(
        self, queues: SqliteQueues, names: Sequence[Queue], stage: Stage, limit: int
    ) -> None:
        self._queues = queues
        self._names = names
        self._stage = stage
        self._limit = limit

    def __call__(self) -> None:
        """Handle a batch, or wait for one."""
        received = self._queues.receive(self._names, self._limit)
        if received:
            # What is begun is ended, also when the process is to stop: it takes moments.
            work(self._queues, received, self._stage, _always)
        else:
            self._queues.wait(self._names)


def work(
    queues: SqliteQueues, received: Sequence[Received], stage: Stage, has_time: HasTime
) -> None:
    """Run a stage over what was received; whatever happens, nobody holds it afterwards."""
    try:
        _finish(queues, received, _handle(queues, received, stage, has_time))
    except BaseException:
        for each in received:
            with suppress(TocsinError):
                queues.release(each)
        raise


def _handle(
    queues: SqliteQueues, received: Sequence[Received], stage: Stage, has_time: HasTime
) -> Outcome:
    deliveries: list[Delivery] = []
    for each in received:
        try:
            deliveries.append(Delivery(str(each.seq), decode(each.body)))
        except Permanent as error:
            # No later try reads it, unless it is one of a newer release: so it is kept.
            message = OutMessage(each.tenant, each.body)
            queues.bury(each.queue, [DeadLetter(message, UNREADABLE, error.reason)])
    outcome = isolated(stage, deliveries, has_time, _broken) if deliveries else Outcome()
    for warning in outcome.warnings:
        log("warn", warning)
    return outcome


def _finish(queues: SqliteQueues, received: Sequence[Received], outcome: Outcome) -> None:
    """Delete what is done, and let come back what failed."""
    failed = [each for each in received if str(each.seq) in outcome.failed]
    for each in failed:
        queues.release(each)
    if failed:
        first = outcome.failed[str(failed[0].seq)]
        log("warn", "messages must come back", count=len(failed), queue=failed[0].queue, err=first)
    queues.delete([each for each in received if str(each.seq) not in outcome.failed])


def log_broken(message: str, error: Exception) -> None:
    """Say where an error came from that nobody foresaw; its text may quote what was sent."""
    log("error", message, err=type(error).__name__, at="".join(format_tb(error.__traceback__)))


def _broken(delivery: Delivery, error: Exception) -> None:
    log_broken(f"message {delivery.envelope.id} breaks its stage", error)


def _always() -> bool:
    return True
