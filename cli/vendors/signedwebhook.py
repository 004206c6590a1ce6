"""A webhook of somebody's own that checks what Standard Webhooks tells it to check.

github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md: the signature over
`id.timestamp.body`, and that the time is near. The body is docs/notification.schema.json.
"""

from collections.abc import Callable, Iterator
from time import time
from typing import Any

import msgspec

from cli.vendors import jsonschemas
from cli.vendors.localserver import Answer, Request
from cli.vendors.received import Received, Vendor
from tocsin.domain.config import Signature
from tocsin.domain.errors import InvalidSignature
from tocsin.domain.signatures.standard import verify

# As far as the libraries of Standard Webhooks let a clock differ.
TOLERANCE_S = 300.0
_STANDARD = Signature(provider="tocsin", scheme="standard")


class SignedWebhook(Vendor):
    """A receiver of its own; it refuses what is not signed, is old, or is not as documented."""

    def __init__(
        self,
        secret: str,
        now_s: Callable[[], float] = time,
        tolerance_s: float = TOLERANCE_S,
    ) -> None:
        super().__init__()
        self._secret = secret
        self._now_s = now_s
        self._tolerance_s = tolerance_s

    def answer(self, request: Request) -> Answer:
        """Take or refuse a request: 401 for who it comes from, 400 for what it says."""
        unsigned = tuple(self._unsigned(request))
        found = unsigned or tuple(faults(request))
        body = {} if found else msgspec.json.decode(request.body)
        with self.lock:
            self.keep(_read(request, body, found))
        if found:
            return Answer(status=401 if unsigned else 400, body="\n".join(found).encode())
        return Answer(status=204, body=b"")

    def _unsigned(self, request: Request) -> Iterator[str]:
        try:
            proof = verify(_STANDARD, request.headers, request.body, [self._secret.encode()])
        except InvalidSignature:
            yield "the signature is not that of the secret"
            return
        if proof.signed_at_s is None or abs(self._now_s() - proof.signed_at_s) > self._tolerance_s:
            yield "it was signed too long ago, or too early"


def faults(request: Request) -> Iterator[str]:
    """Yield in which ways a request is not what is documented."""
    found = list(jsonschemas.faults("notification", request.body))
    yield from found
    if request.headers.get("content-type") != "application/json":
        yield f"Content-Type {request.headers.get('content-type')}"
    name = request.headers.get("webhook-id")
    if request.headers.get("idempotency-key") != name:
        yield "webhook-id and Idempotency-Key differ"
    if not found and msgspec.json.decode(request.body)["id"] != name:
        yield "webhook-id and the id of the body differ"


def _read(request: Request, body: dict[str, Any], found: tuple[str, ...]) -> Received:
    name = request.headers.get("webhook-id", "")
    return Received(
        key=name,
        text=f"{body['title']}\n{msgspec.json.encode(body['alerts']).decode()}" if body else "",
        is_over=body.get("type") == "notification.resolved",
        thread=(body.get("thread") or {}).get("id", name),
        faults=found,
    )
