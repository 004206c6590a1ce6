"""Webhooks of somebody's own, which deduplicate by the idempotency key; one checks signatures."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf

import msgspec

from cli.vendors.localserver import Answer, LocalServer, Request, local_server
from cli.vendors.signedwebhook import SignedWebhook
from tests.builders import receiver
from tests.channels import tools
from tests.contract.httpside import HttpSide
from tests.contract.seen import Seen
from tocsin.domain.channels import Webhook
from tocsin.domain.secret import Secret

SIGNING_KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

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


class SignedSide(HttpSide):
    """A webhook that checks signatures, and reads the body of tocsin's own format."""

    deduplicates = True
    secrets = (SIGNING_KEY, "/hook/secret")
    changing = frozenset({"webhook-timestamp", "webhook-signature"})

    def __init__(self, server: LocalServer) -> None:
        settings = Webhook(
            url=Secret(name="tocsin/acme/url"),
            secrets=(Secret(name="tocsin/acme/signing"),),
            body="tocsin",
        )
        super().__init__(server, receiver(url="", settings=settings))
        # Tests have the time of their own, or that of the command line.
        self.vendor = SignedWebhook(SIGNING_KEY, tolerance_s=inf)
        self.tools = tools({"tocsin/acme/url": server.url, "tocsin/acme/signing": SIGNING_KEY})

    def seen(self) -> Sequence[Seen]:
        bodies = {body["id"]: body for body in self.bodies()}
        return [
            Seen(
                id=key,
                text=msgspec.json.encode(body).decode(),
                is_over=body["type"] == "notification.resolved",
            )
            for key, body in bodies.items()
        ]

    def answer(self, request: Request) -> Answer:
        super().answer(request)
        return self.vendor.answer(request)

    def faults(self) -> Iterator[str]:
        for each in self.vendor.received:
            yield from each.faults


@contextmanager
def signed_side() -> Iterator[SignedSide]:
    with local_server() as server:
        yield SignedSide(server)
