"""Takes alerts as an Alertmanager takes them: on the disk before the answer, and then merged."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from cli.onemachine.logs import log
from cli.onemachine.options import TENANT
from cli.onemachine.worker import log_broken
from tocsin.adapters.sqlite import SqliteQueues
from tocsin.domain.errors import InvalidInput, TocsinError
from tocsin.pipeline.envelope import FRAME_LIMIT_BYTES
from tocsin.pipeline.ingest import Answer, Ingest, Request
from tocsin.ports import Blobs, Clock, Queue
from tocsin.providers.bodies import payload_of
from tocsin.providers.registry import provider
from tocsin.runtime.codings import decoded
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.intake import Alertmanager

# What is accepted is safe. The wait is only for senders who look at once for what they sent.
_MERGE_WAIT_S = 1.0
_STAGES: Sequence[tuple[Queue, Queue]] = (
    ("enrich-urgent", "enrich"),
    ("evaluate-urgent", "evaluate"),
)


class Intake:
    """POST /api/v2/alerts."""

    def __init__(self, queues: SqliteQueues, blobs: Blobs, clock: Clock) -> None:
        self._queues = queues
        self._ingest = Ingest(queues, blobs)
        self._provider = provider("alertmanager-api")
        self._clock = clock

    def accept(self, request: HttpRequest) -> Any:
        """Return the proxy answer to a request with alerts."""
        dialect = Alertmanager()
        try:
            dialect.check(request)
            result = self._accept(request)
        except InvalidInput as error:
            return dialect.refused(error)
        except TocsinError as error:
            log("error", "alerts cannot be accepted", err=error)
            return dialect.unavailable()
        except Exception as error:  # noqa: BLE001 - a bug here is no reason to lose an alert
            log_broken("a request breaks ingest", error)
            return dialect.unavailable()
        if result.accepted:
            self._wait()
        return dialect.accepted(result)

    def _accept(self, request: HttpRequest) -> Answer:
        coding = request.headers.get("content-encoding", "")
        body = decoded(request.raw_body, coding, FRAME_LIMIT_BYTES)
        received = Request(
            id=uuid4().hex,
            tenant=TENANT,
            provider=self._provider,
            body=body,
            payload=payload_of(self._provider, body),
            received_at_s=self._clock(),
        )
        return self._ingest.accept(received)

    def _wait(self) -> None:
        """Wait until what is in the queues by now has left both stages, but not for ever."""
        until_s = self._clock() + _MERGE_WAIT_S
        for stage in _STAGES:
            self._queues.wait_until_past(stage, self._queues.newest, until_s)
