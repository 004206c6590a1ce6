"""One request's signature and name on its way through ingest; most have neither, at no cost."""

from collections.abc import Callable
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from tocsin.domain.change import KEYED
from tocsin.domain.config import Signature, TenantConfig
from tocsin.domain.errors import InvalidSignature
from tocsin.ports import ApiKey, Configs
from tocsin.runtime.gateway import HttpRequest

if TYPE_CHECKING:
    from tocsin.pipeline.signed import Checked, SignedRequests

# draft-ietf-httpapi-idempotency-key-header and Standard Webhooks: the same for every attempt.
_NAMES = ("idempotency-key", "webhook-id")
_NAMED = "named-"
# Characters; names are UUIDs and the like.
NAME_LIMIT = 255


class Signing:
    """What the signature of one request says; `counts` are for the metrics."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._checked: Checked | None = None

    @property
    def is_repeat(self) -> bool:
        """Whether this very request was accepted before."""
        return self._checked is not None and self._checked.is_repeat

    @property
    def confirmed_topic(self) -> str:
        """The SNS topic whose subscription this request confirmed, if it did."""
        return self._checked.topic if self._checked is not None else ""

    def check(
        self,
        request: HttpRequest,
        body: bytes,
        signature: Signature,
        signed: "SignedRequests",
        *,
        tenant: str,
        now_s: float,
    ) -> None:
        """Look at the signature. Raises what `SignedRequests.check` does."""
        try:
            self._checked = signed.check(tenant, signature, request.headers, body, now_s)
        except InvalidSignature:
            self.counts["signature_refused"] = 1
            raise
        if self._checked.is_repeat:
            self.counts["replayed"] = 1
        if self._checked.is_unsure:
            self.counts["replay_unchecked"] = 1

    def request_id(self, request: HttpRequest, key: ApiKey, provider: str, body: bytes) -> str:
        """Return what names the request: the same for every attempt, where its sender names it."""
        signed = self._checked.envelope_id if self._checked is not None else ""
        return signed or _named(request, key, provider, body) or request.id

    def settle(self, signed: "Callable[[], SignedRequests]", key: ApiKey, now_s: float) -> None:
        """Remember the request, now that the queue has it."""
        checked = self._checked
        if checked is not None and not signed().remember(key.tenant, checked, now_s):
            self.counts["replay_unchecked"] = 1


def wanted_signature(configs: Configs, tenant: str, provider: str) -> Signature | None:
    """Return what a tenant wants of a provider's requests; None for nothing."""
    config: TenantConfig | None = configs.current(tenant)
    found = config.signatures if config is not None else ()
    return next((one for one in found if one.provider == provider), None)


def _named(request: HttpRequest, key: ApiKey, provider: str, body: bytes) -> str:
    """Return an id of what an unsigned header names; "" where there is none to listen to.

    Whoever can send can choose the name. So the id is a hash of it with everything that tells
    one sender from another, and with the body: a name that is used twice is two ids, and no
    alert is lost. A comma says that the header came twice.
    """
    name = next((request.headers[each] for each in _NAMES if each in request.headers), "").strip()
    is_name = 0 < len(name) <= NAME_LIMIT and name.isascii() and name.isprintable()
    if not is_name or "," in name:
        return ""
    parts = (key.tenant, key.name, provider, name, _hash(body))
    # Standard Webhooks names each event once, and delivers it for more than three days.
    kind = _NAMED if "webhook-id" in request.headers else KEYED
    return f"{kind}{_hash(msgspec.json.encode(parts))}"


def _hash(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()
