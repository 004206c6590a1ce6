"""Slack: `x-slack-signature: v0=HEX` over `v0:timestamp:body`.

The signature itself names the request, since it holds the time.
Source: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

from collections.abc import Sequence

from tocsin.domain.config import Signature
from tocsin.domain.signatures.proof import Headers, Proof, check, hex_hmac, seconds, wanted

HEADER = "x-slack-signature"


def verify(_: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check the signature. Raises InvalidSignature."""
    offered = wanted(headers, HEADER)
    sent = wanted(headers, "x-slack-request-timestamp")
    check([offered], [f"v0={hex_hmac(key, f'v0:{sent}:'.encode() + body)}" for key in secrets])
    return Proof(id=offered, signed_at_s=seconds(sent))
