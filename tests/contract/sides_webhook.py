"""A webhook of somebody's own, which deduplicates by the idempotency key."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from tests.builders import receiver
from tests.contract.httpside import HttpSide
from tests.contract.localserver import local_server
from tests.contract.seen import Seen

# prometheus.io/docs/alerting/latest/configuration, "webhook_config".
_FIELDS = {
    "version",
    "groupKey",
    "truncatedAlerts",
    "status",
    "receiver",
    "groupLabels",
    "commonLabels",
    "commonAnnotations",
    "externalURL",
    "alerts",
}


class WebhookSide(HttpSide):
    deduplicates = True
    changing = frozenset({"webhook-timestamp"})

    def seen(self) -> Sequence[Seen]:
        bodies: dict[str, dict] = {}
        for request, body in zip(self.taken, self.bodies(), strict=True):
            bodies[request.headers["idempotency-key"]] = body
        return [
            Seen(
                id=key,
                text=msgspec.json.encode(body).decode(),
                is_over=body["status"] == "resolved",
            )
            for key, body in bodies.items()
        ]

    def faults(self) -> Iterator[str]:
        for request, body in zip(self.taken, self.bodies(), strict=True):
            yield from (f"no {name}" for name in _FIELDS - body.keys())
            if request.headers["webhook-id"] != request.headers["idempotency-key"]:
                yield "two keys"
            if request.headers["content-type"] != "application/json":
                yield request.headers["content-type"]


@contextmanager
def side() -> Iterator[WebhookSide]:
    with local_server() as server:
        yield WebhookSide(server, receiver(url=server.url))
