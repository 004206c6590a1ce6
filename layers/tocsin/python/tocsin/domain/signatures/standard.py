"""Standard Webhooks: `webhook-signature: v1,BASE64 v1,BASE64` over `id.timestamp.body`.

The key is what follows `whsec_`, decoded from base64. Signatures of other versions are skipped.
Source: github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

from tocsin.domain.config import Signature
from tocsin.domain.errors import ConfigurationError, InvalidSignature
from tocsin.domain.signatures.proof import Headers, Proof, check, seconds, wanted

HEADER = "webhook-signature"

# A sender in the middle of a rotation offers two.
_OFFERED_LIMIT = 8
_NO_KEY = "a secret of Standard Webhooks is not whsec_ and base64"


def sign(secrets: Sequence[bytes], name: str, sent_at: str, body: bytes) -> str:
    """Return the header for a body that is sent as `name` at `sent_at`: one `v1` for each secret.

    Raises ConfigurationError for a secret that is not of the form that it must have.
    """
    keys = [_key_of(secret) for secret in secrets]
    if not all(keys):
        raise ConfigurationError(_NO_KEY)
    signed = f"{name}.{sent_at}.".encode() + body
    return " ".join(f"v1,{_mac(key, signed)}" for key in keys if key)


def verify(_: Signature, headers: Headers, body: bytes, secrets: Sequence[bytes]) -> Proof:
    """Check the signature.

    Raises InvalidSignature, or ConfigurationError if it may only look wrong because one of the
    secrets is not of the form that it must have.
    """
    name, sent = wanted(headers, "webhook-id"), wanted(headers, "webhook-timestamp")
    signed = f"{name}.{sent}.".encode() + body
    keys = [key for secret in secrets if (key := _key_of(secret))]
    expected = [_mac(key, signed) for key in keys]
    try:
        check(_offered(headers.get(HEADER, "")), expected)
    except InvalidSignature:
        if len(keys) < len(secrets):
            raise ConfigurationError(_NO_KEY) from None
        raise
    return Proof(id=name, signed_at_s=seconds(sent))


def _mac(key: bytes, signed: bytes) -> str:
    return b64encode(hmac.new(key, signed, sha256).digest()).decode()


def _key_of(secret: bytes) -> bytes | None:
    try:
        return b64decode(secret.strip().removeprefix(b"whsec_"), validate=True)
    except ValueError:
        return None


def _offered(value: str) -> list[str]:
    versions = [part.partition(",") for part in value.split(" ") if part]
    # A header that came twice has a comma where none belongs.
    is_doubled = any(not signature or "," in signature for _, _, signature in versions)
    if is_doubled or len(versions) > _OFFERED_LIMIT:
        raise InvalidSignature
    return [signature for version, _, signature in versions if version == "v1"]
