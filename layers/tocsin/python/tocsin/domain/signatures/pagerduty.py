"""PagerDuty webhooks v3: `x-pagerduty-signature: v1=HEX,v1=HEX` over the body.

Any of the signatures may match; there are two while a secret is rotated. No time is signed;
the id of the event, in the body, names the request.
Source: github.com/PagerDuty/developer-docs, docs/webhooks/04-Signatures.md.
"""

from collections.abc import Sequence

import msgspec

from tocsin.domain.config import Signature
from tocsin.domain.errors import InvalidSignature
from tocsin.domain.signatures.proof import Headers, Proof, check, hex_hmac

HEADER = "x-pagerduty-signature"

_OFFERED_LIMIT = 8


class _Event(msgspec.Struct, frozen=True):
    id: str = ""


class _Body(msgspec.Struct, frozen=True):
    event: _Event = _Event()


_decoder = msgspec.json.Decoder(_Body)


def verify(_: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check the signatures. Raises InvalidSignature."""
    offered = [part.strip() for part in headers.get(HEADER, "").split(",")]
    if len(offered) > _OFFERED_LIMIT:
        raise InvalidSignature
    check(offered, [f"v1={hex_hmac(secret, body)}" for secret in secrets])
    return Proof(id=_event_id(body))


def _event_id(body: bytes) -> str:
    try:
        return _decoder.decode(body).event.id
    except msgspec.MsgspecError:
        # What is signed and is no event is for the provider's module to refuse.
        return ""
