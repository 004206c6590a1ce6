"""The wire format between stages: one tenant a message, many alerts packed and compressed.

    {"v": 1, "kind": "raw", "id": "…", "tenant": "…", "at_s": 1763790000.5, "count": 100,
     "provider": "prometheus", "trace": "Root=…", "frame": "<base64 of one zstd frame>"}

A frame that would make the message too long lies in S3 instead, and `claim` names it (the
claim check pattern). Sizes are UTF-8 bytes, as SQS counts them.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from typing import Literal, TypeVar

import msgspec

from tocsin.domain.compression import compress, decompress
from tocsin.domain.errors import Permanent
from tocsin.domain.group import GroupKey
from tocsin.ports import Blobs, OutMessage

VERSION = 1
# That of raw envelopes whose members are counted with those that are left alone.
PLACED_VERSION = 2

# SQS takes 1 MiB; a Lambda invocation takes 6 MB of messages. 256 KiB keeps batches whole.
INLINE_LIMIT_BYTES = 256 * 1024
# API Gateway takes 10 MB; nothing that was accepted decompresses to more.
FRAME_LIMIT_BYTES = 16 * 1024 * 1024

Part = TypeVar("Part")

Kind = Literal[
    "raw", "changes", "actions", "resolve", "poke", "rules", "happenings", "cases", "findings"
]


class Claim(msgspec.Struct, frozen=True):
    """Where a frame lies that did not fit the message."""

    key: str
    bytes: int
    sha256: str


class Envelope(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message between two stages.

    `id` is the identity of the unit of work: it survives redelivery and redrive, which an
    SQS message id does not. `select` limits the work to some indices of the body; the rest
    travels in another message. `archive` is false where another message archives the body.
    `separated` marks alerts that were taken out of their message because they failed in it.
    `config_version` is that of the configuration whose mapping reads the body, if one does.
    """

    v: int
    kind: Kind
    id: str
    tenant: str
    at_s: float
    count: int = 0
    provider: str = ""
    config_version: int | None = None
    trace: str = ""
    select: tuple[int, ...] | None = None
    archive: bool = True
    separated: bool = False
    frame: str = ""
    claim: Claim | None = None

    @property
    def part(self) -> str:
        """The identity of this part of a unit of work that was split."""
        if self.select is None:
            return self.id
        digest = sha256(msgspec.json.encode(self.select)).hexdigest()[:12]
        return f"{self.id}.{digest}"


def seal(envelope: Envelope, payload: bytes, blobs: Blobs) -> Envelope:
    """Return the envelope with `payload` in it, compressed; in S3 if it would be too long.

    Returns only when S3 confirmed a claim-checked payload.
    """
    return seal_frame(envelope, compress(payload), blobs)


def seal_frame(envelope: Envelope, frame: bytes, blobs: Blobs) -> Envelope:
    """As `seal`, for a payload that is already a zstd frame."""
    text = b64encode(frame).decode("ascii")
    if len(text) <= INLINE_LIMIT_BYTES:
        return msgspec.structs.replace(envelope, frame=text, claim=None)
    digest = sha256(frame).hexdigest()
    key = f"claims/tenant={envelope.tenant}/{envelope.kind}/{digest}.zst"
    blobs.put(key, frame)
    claim = Claim(key=key, bytes=len(frame), sha256=digest)
    return msgspec.structs.replace(envelope, frame="", claim=claim)


def open_frame(envelope: Envelope, blobs: Blobs) -> bytes:
    """Return the zstd frame of an envelope, from the message or from S3.

    Raises Permanent if what S3 holds is not what was put there.
    """
    if envelope.claim is None:
        return b64decode(envelope.frame)
    frame = blobs.get(envelope.claim.key)
    if sha256(frame).hexdigest() != envelope.claim.sha256:
        raise Permanent(f"claim {envelope.claim.key} does not match its checksum")
    return frame


def open_payload(envelope: Envelope, blobs: Blobs) -> bytes:
    """Return the payload of an envelope, decompressed."""
    return decompress(open_frame(envelope, blobs), FRAME_LIMIT_BYTES)


def open_list(
    envelope: Envelope, blobs: Blobs, decoder: msgspec.json.Decoder[list[Part]], what: str
) -> list[Part]:
    """Return what the payload of an envelope lists; `what` names that in errors.

    Raises Permanent if it lists nothing of that kind.
    """
    try:
        return decoder.decode(open_payload(envelope, blobs))
    except msgspec.MsgspecError as error:
        raise Permanent(f"not a list of {what}: {error}") from error


def check_tenant(envelope: Envelope, keys: Iterable[GroupKey], what: str) -> None:
    """Raise Permanent if a message names a group of another tenant than its own."""
    if any(key.tenant != envelope.tenant for key in keys):
        raise Permanent(f"{what} names a group of another tenant than its message")


def encode(envelope: Envelope) -> OutMessage:
    """Write an envelope as a queue message."""
    # msgspec escapes nothing above ASCII; every free text here is base64 or an identifier.
    return OutMessage(tenant=envelope.tenant, body=msgspec.json.encode(envelope).decode())


_decoder = msgspec.json.Decoder(Envelope)


def decode(body: str | bytes) -> Envelope:
    """Read a queue message.

    Raises Permanent if it is not an envelope of a version that this code knows.
    """
    try:
        envelope = _decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise Permanent(f"not an envelope: {error}") from error
    if envelope.v not in (VERSION, PLACED_VERSION):
        raise Permanent(f"envelope version {envelope.v} is unknown here; this is {PLACED_VERSION}")
    return envelope
