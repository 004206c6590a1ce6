"""Sentry integrations: `sentry-hook-signature: HEX` over the body, under the client secret.

Sentry sends a timestamp and a request id, and signs neither.
Source: docs.sentry.io/organization/integrations/integration-platform/webhooks.
"""

from collections.abc import Sequence

from tocsin.domain.config import Signature
from tocsin.domain.signatures.proof import Headers, Proof, check, hex_hmac, wanted

HEADER = "sentry-hook-signature"


def verify(_: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check the signature. Raises InvalidSignature."""
    offered = wanted(headers, HEADER)
    check([offered], [hex_hmac(secret, body) for secret in secrets])
    return Proof(id=headers.get("request-id", ""))
