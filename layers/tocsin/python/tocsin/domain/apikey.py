"""API keys: `toc_<environment>_<id>_<secret>_<checksum>`.

The prefix and the checksum let scanners find a leaked key, and let a mistyped one be refused
without a read. Only a keyed hash of the secret is ever stored; the id says where.
"""

import hmac
import re
from hashlib import sha256
from string import ascii_letters, digits
from typing import Literal, get_args
from zlib import crc32

import msgspec

from tocsin.domain.errors import Unauthorized

Scope = Literal["ingest", "read", "silence", "admin"]

SCOPES: tuple[Scope, ...] = get_args(Scope)

# 16 bytes become the id and 32 the secret. Both are far more than their digits hold, so that
# taking the remainder favours no digit measurably.
ENTROPY_BYTES = 48

_ALPHABET = digits + ascii_letters
_ENVIRONMENT = re.compile(r"[a-z][a-z0-9]{0,15}")
_KEY = re.compile(
    r"(toc_([a-z][a-z0-9]{0,15})_([0-9A-Za-z]{8})_([0-9A-Za-z]{32}))_([0-9A-Za-z]{6})"
)

_IN_BYTES = re.compile(_KEY.pattern.encode())


class PresentedKey(msgspec.Struct, frozen=True):
    """An API key as somebody presented it; whether it is a valid one is still to be found out."""

    environment: str
    id: str
    secret: str

    def __repr__(self) -> str:
        return f"PresentedKey(environment={self.environment!r}, id={self.id!r}, secret=...)"


def unauthorized() -> Unauthorized:
    """Return the one answer to a key that is missing, malformed, unknown, revoked or expired."""
    return Unauthorized("no valid API key")


def generate(environment: str, entropy: bytes) -> str:
    """Make a new key from `ENTROPY_BYTES` random bytes."""
    if _ENVIRONMENT.fullmatch(environment) is None:
        raise ValueError(
            "an environment is a lower-case letter and up to 15 more letters and digits"
        )
    if len(entropy) != ENTROPY_BYTES:
        raise ValueError(f"a key needs {ENTROPY_BYTES} random bytes")
    key_id = _base62(int.from_bytes(entropy[:16], "big"), 8)
    secret = _base62(int.from_bytes(entropy[16:], "big"), 32)
    text = f"toc_{environment}_{key_id}_{secret}"
    return f"{text}_{_checksum(text)}"


def parse(text: str) -> PresentedKey:
    """Take a key apart.

    Raises Unauthorized for what `generate` cannot have made.
    """
    found = _KEY.fullmatch(text)
    if found is None or found[5] != _checksum(found[1]):
        raise unauthorized()
    return PresentedKey(environment=found[2], id=found[3], secret=found[4])


def is_in(data: bytes) -> bool:
    """Tell whether something stands in `data` that has the form of a key."""
    return _IN_BYTES.search(data) is not None


def replaced(data: bytes, by: bytes) -> bytes:
    """Put `by` in the place of all that has the form of a key, valid or not."""
    return _IN_BYTES.sub(lambda _: by, data)


def digest(pepper: bytes, secret: str) -> str:
    """Return what is stored of a secret: HMAC-SHA256 under the pepper, in hexadecimal."""
    return hmac.new(pepper, secret.encode(), sha256).hexdigest()


def is_match(pepper: bytes, secret: str, stored_digest: str) -> bool:
    """Tell in constant time whether `secret` is the one whose digest is stored."""
    return hmac.compare_digest(digest(pepper, secret), stored_digest)


def _checksum(text: str) -> str:
    return _base62(crc32(text.encode()), 6)


def _base62(value: int, length: int) -> str:
    characters = []
    for _ in range(length):
        value, remainder = divmod(value, len(_ALPHABET))
        characters.append(_ALPHABET[remainder])
    return "".join(reversed(characters))
