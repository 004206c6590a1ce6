"""The archive format: request bodies bit for bit, each after a frame of metadata.

A zstd stream may hold *skippable frames* (RFC 8878, 3.1.2), which decoders pass over. Each
body is the very frame that its message carried, behind a skippable frame with who sent it and
when. So nothing is compressed twice, and `zstd -dc` prints the bodies.
"""

from collections.abc import Iterator
from struct import Struct

import msgspec

from tocsin.domain.errors import Permanent

_HEADER = Struct("<II")
_MAGIC = 0x184D2A54


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The metadata of one archived request; `frame_bytes` is the length of its frame.

    `config_version` is that of the configuration whose mapping reads the body, if one does.
    """

    request: str
    tenant: str
    provider: str
    config_version: int | None = None
    at_s: float
    frame_bytes: int


def pack(entry: Entry, frame: bytes) -> bytes:
    """Return the bytes to append for one request."""
    metadata = msgspec.json.encode(entry)
    return b"".join((_HEADER.pack(_MAGIC, len(metadata)), metadata, frame))


def unpack(data: bytes) -> Iterator[tuple[Entry, bytes]]:
    """Yield each request of an archive object: metadata, and the frame of its body.

    Raises Permanent if the object is damaged.
    """
    at = 0
    while at < len(data):
        if len(data) - at < _HEADER.size:
            raise Permanent("the archive object is cut off")
        magic, length = _HEADER.unpack_from(data, at)
        start = at + _HEADER.size
        if magic != _MAGIC:
            raise Permanent(f"no metadata frame at byte {at} of the archive object")
        entry = msgspec.json.decode(data[start : start + length], type=Entry)
        frame = data[start + length : start + length + entry.frame_bytes]
        if len(frame) != entry.frame_bytes:
            raise Permanent("the archive object is cut off")
        yield entry, frame
        at = start + length + entry.frame_bytes
