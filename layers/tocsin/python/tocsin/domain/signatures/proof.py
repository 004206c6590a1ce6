"""What a valid signature proves, and how signatures are compared."""

import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import msgspec

from tocsin.domain.errors import InvalidSignature

# Names in lower case; a header that came several times is one value, joined by commas.
Headers = Mapping[str, str]

_SECONDS = re.compile(r"[0-9]{1,12}")


class Proof(msgspec.Struct, frozen=True):
    """A signature was right.

    `id` names the request, so that a second one can be told; "" if the scheme has no name for
    it. `signed_at_s` is the signed time in epoch seconds; None if the scheme signs none.
    """

    id: str = ""
    signed_at_s: float | None = None


def wanted(headers: Headers, name: str) -> str:
    """Return a header that must be there exactly once and have one value.

    Raises InvalidSignature if it is missing, empty, not plain ASCII, or came twice.
    """
    value = headers.get(name, "").strip()
    if not value or "," in value or not (value.isascii() and value.isprintable()):
        raise InvalidSignature
    return value


def seconds(text: str) -> float:
    """Read a time in whole epoch seconds. Raises InvalidSignature for anything else."""
    if _SECONDS.fullmatch(text) is None:
        raise InvalidSignature
    return float(text)


def hex_hmac(secret: bytes, signed: bytes) -> str:
    """Return HMAC-SHA256 in lower-case hexadecimal."""
    return hmac.new(secret, signed, sha256).hexdigest()


def check(offered: Iterable[str], expected: Sequence[str]) -> None:
    """Raise InvalidSignature unless one of the offered signatures is an expected one.

    The time it takes says nothing about which secret came how close.
    """
    found = False
    for one in offered:
        given = one.encode(errors="replace")
        for other in expected:
            found |= hmac.compare_digest(given, other.encode())
    if not found:
        raise InvalidSignature


def check_fresh(proof: Proof, tolerance_s: float, now_s: float) -> None:
    """Raise InvalidSignature if the signed time is further than the tolerance from now."""
    if proof.signed_at_s is not None and abs(now_s - proof.signed_at_s) > tolerance_s:
        raise InvalidSignature
