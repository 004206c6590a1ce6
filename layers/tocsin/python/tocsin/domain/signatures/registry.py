"""The schemes that sign with a shared secret, by name; a module is imported when it is needed."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from tocsin.domain.config import Signature
from tocsin.domain.signatures.proof import Headers, Proof

SHARED = ("github", "grafana", "pagerduty", "sentry", "slack", "standard")


def is_signed(signature: Signature, headers: Headers) -> bool:
    """Return whether a request carries a signature of this scheme, right or wrong."""
    return (signature.header or _scheme(signature).HEADER) in headers


def verify(signature: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check a request against the secrets, any of which may have signed it.

    `body` is as it was received. Raises InvalidSignature, the same for every reason.
    """
    proof: Proof = _scheme(signature).verify(signature, headers, body, secrets)
    return proof


def _scheme(signature: Signature) -> Any:
    if signature.scheme not in SHARED:
        raise ValueError(f"{signature.scheme} has no shared secret")
    return import_module(f"tocsin.domain.signatures.{signature.scheme}")
