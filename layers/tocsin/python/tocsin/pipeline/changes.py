"""What travels from enrich to evaluate: changes, packed by tenant and urgency."""

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.domain.change import Change
from tocsin.pipeline.envelope import (
    FRAME_LIMIT_BYTES,
    VERSION,
    Envelope,
    Kind,
    encode,
    open_list,
    seal,
)
from tocsin.ports import Blobs, OutMessage

# One message of at most this many changes keeps evaluate's transactions small.
CHANGES_LIMIT = 2000
# Half of what a frame may grow to; a change is at most as long as its request.
CHUNK_LIMIT_BYTES = FRAME_LIMIT_BYTES // 2

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(list[Change])


def pack_changes(
    tenant: str, changes: Sequence[Change], name: str, trace: str, blobs: Blobs
) -> Iterator[OutMessage]:
    """Yield the messages that carry `changes`; `name` identifies this unit of work."""
    for start, texts in chunks(changes):
        envelope = Envelope(
            v=VERSION,
            kind="changes",
            id=f"{name}.{start}" if start else name,
            tenant=tenant,
            at_s=changes[start].received_at_s,
            count=len(texts),
            trace=trace,
        )
        yield encode(seal(envelope, b"[" + b",".join(texts) + b"]", blobs))


def pack_list(
    tenant: str,
    kind: Kind,
    parts: Sequence[msgspec.Struct],
    name: str,
    at_s: float,
    blobs: Blobs,
) -> Iterator[OutMessage]:
    """Yield the messages that carry a list of one kind; `name` identifies this unit of work."""
    for start, texts in chunks(parts):
        envelope = Envelope(
            v=VERSION,
            kind=kind,
            id=f"{name}.{start}" if start else name,
            tenant=tenant,
            at_s=at_s,
            count=len(texts),
        )
        yield encode(seal(envelope, b"[" + b",".join(texts) + b"]", blobs))


def chunks(parts: Sequence[msgspec.Struct]) -> Iterator[tuple[int, list[bytes]]]:
    """Cut a list by count and by size; yield where each chunk starts, and its JSON texts."""
    texts: list[bytes] = []
    start = size_bytes = 0
    for part in parts:
        text = _encoder.encode(part)
        is_full = len(texts) == CHANGES_LIMIT or size_bytes + len(text) + 1 > CHUNK_LIMIT_BYTES
        if texts and is_full:
            yield start, texts
            start, texts, size_bytes = start + len(texts), [], 0
        texts.append(text)
        size_bytes += len(text) + 1
    if texts:
        yield start, texts


def unpack_changes(envelope: Envelope, blobs: Blobs) -> list[Change]:
    """Return the changes of a message.

    Raises Permanent if the payload does not hold any.
    """
    return open_list(envelope, blobs, _decoder, "changes")
