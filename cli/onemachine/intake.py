"""Takes alerts as an Alertmanager takes them: on the disk before the answer, and then merged."""

from collections.abc import Sequence
from uuid import uuid4

from cli.onemachine.logs import log
from cli.onemachine.stores import Stores
from cli.onemachine.worker import log_broken
from tocsin.adapters.sqlite import SqliteQueues
from tocsin.domain.errors import TocsinError
from tocsin.pipeline.alertview import AlertView
from tocsin.pipeline.envelope import FRAME_LIMIT_BYTES
from tocsin.pipeline.ingest import Ingest
from tocsin.ports import Blobs, Clock, Queue
from tocsin.runtime.alertmanager.ports import AlertmanagerPorts
from tocsin.runtime.alertmanager.receiving import make_intake
from tocsin.runtime.alertmanager.replies import Reply
from tocsin.runtime.clock import now_s
from tocsin.runtime.codings import decoded
from tocsin.runtime.gateway import HttpRequest

# What is accepted is safe. The wait is only for senders who look at once for what they sent.
_MERGE_WAIT_S = 1.0
_STAGES: Sequence[tuple[Queue, Queue]] = (
    ("enrich-urgent", "enrich"),
    ("evaluate-urgent", "evaluate"),
)
_UNAVAILABLE = Reply(
    status=503,
    headers={"Content-Type": "application/json", "Retry-After": "1"},
    body=b'"not accepted; send again"\n',
)


class Intake:
    """POST /api/v2/alerts."""

    def __init__(self, queues: SqliteQueues, blobs: Blobs, clock: Clock) -> None:
        self._queues = queues
        self._take = make_intake(Ingest(queues, blobs), _body)
        self._clock = clock

    def __call__(self, request: HttpRequest, tenant: str, now_s: float) -> Reply:
        """Answer a request with alerts."""
        try:
            reply = self._take(request, tenant, now_s)
        except TocsinError as error:
            log("error", "alerts cannot be accepted", err=error)
            return _UNAVAILABLE
        except Exception as error:  # noqa: BLE001 - a bug here is no reason to lose an alert
            log_broken("a request breaks ingest", error)
            return _UNAVAILABLE
        # Of those that are refused with 400 the good ones are taken.
        if reply.status in (200, 400):
            self._wait()
        return reply

    def _wait(self) -> None:
        """Wait until what is in the queues by now has left both stages, but not for ever."""
        until_s = self._clock() + _MERGE_WAIT_S
        for stage in _STAGES:
            self._queues.wait_until_past(stage, self._queues.newest, until_s)


def api_ports(stores: Stores) -> AlertmanagerPorts:
    """Return what the API stands on."""
    return AlertmanagerPorts(
        configs=stores.configs,
        silences=stores.silences,
        view=AlertView(stores.groups),
        new_id=lambda: str(uuid4()),
        started_at_s=now_s(),
        intake=Intake(stores.queues, stores.blobs, now_s),
    )


def _body(request: HttpRequest) -> bytes:
    """Return the body of a request, which may be as long as a message between stages can hold."""
    coding = request.headers.get("content-encoding", "")
    return decoded(request.raw_body, coding, FRAME_LIMIT_BYTES)
