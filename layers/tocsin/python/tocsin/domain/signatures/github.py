"""GitHub-style: `x-hub-signature-256: sha256=HEX` over the body.

It signs no time, and the id of the delivery is not signed either: a repeat is told by the id
that an honest sender gives it. Many tools sign in the same way under other header names.
Source: docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries.
"""

from collections.abc import Sequence

from tocsin.domain.config import Signature
from tocsin.domain.signatures.proof import Headers, Proof, check, hex_hmac, wanted

HEADER = "x-hub-signature-256"


def verify(signature: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check the signature. Raises InvalidSignature."""
    offered = wanted(headers, signature.header or HEADER)
    check([offered], [f"sha256={hex_hmac(secret, body)}" for secret in secrets])
    return Proof(id=headers.get("x-github-delivery", ""))
