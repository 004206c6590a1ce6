"""Grafana 12 and later: hexadecimal over `timestamp:body`.

Grafana signs the body alone if it is told no name for the timestamp's header; that is refused,
since such a request could be sent again for ever. The signature itself names the request.
Source: grafana.com/docs, "Configure webhook notifications", HMAC signature.
"""

from collections.abc import Sequence

from tocsin.domain.config import Signature
from tocsin.domain.signatures.proof import Headers, Proof, check, hex_hmac, seconds, wanted

HEADER = "x-grafana-alerting-signature"
# Grafana has no name of its own for it.
TIMESTAMP_HEADER = "x-grafana-alerting-timestamp"


def verify(signature: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check the signature. Raises InvalidSignature."""
    offered = wanted(headers, signature.header or HEADER)
    sent = wanted(headers, signature.timestamp_header or TIMESTAMP_HEADER)
    check([offered], [hex_hmac(secret, f"{sent}:".encode() + body) for secret in secrets])
    return Proof(id=offered, signed_at_s=seconds(sent))
