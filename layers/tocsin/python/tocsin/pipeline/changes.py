"""What travels from enrich to evaluate: changes, packed by tenant and urgency."""

from collections.abc import Iterator, Sequence

import msgspec

from tocsin.domain.change import Change
from tocsin.domain.errors import Permanent
from tocsin.pipeline.envelope import VERSION, Envelope, encode, open_payload, seal
from tocsin.ports import Blobs, OutMessage

# One message of at most this many changes keeps evaluate's transactions small.
CHANGES_LIMIT = 2000

_decoder = msgspec.json.Decoder(list[Change])


def pack_changes(
    tenant: str, changes: Sequence[Change], name: str, trace: str, blobs: Blobs
) -> Iterator[OutMessage]:
    """Yield the messages that carry `changes`; `name` identifies this unit of work."""
    for start in range(0, len(changes), CHANGES_LIMIT):
        chunk = changes[start : start + CHANGES_LIMIT]
        envelope = Envelope(
            v=VERSION,
            kind="changes",
            id=f"{name}.{start}" if start else name,
            tenant=tenant,
            at_s=chunk[0].received_at_s,
            count=len(chunk),
            trace=trace,
        )
        yield encode(seal(envelope, msgspec.json.encode(chunk), blobs))


def unpack_changes(envelope: Envelope, blobs: Blobs) -> list[Change]:
    """Return the changes of a message.

    Raises Permanent if the payload does not hold any.
    """
    try:
        return _decoder.decode(open_payload(envelope, blobs))
    except msgspec.MsgspecError as error:
        raise Permanent(f"not a list of changes: {error}") from error
