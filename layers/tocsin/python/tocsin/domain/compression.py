"""zstd frames: level 1, and a cap on what one may grow to."""

import sys

from tocsin.domain.errors import Permanent

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 1


def compress(data: bytes) -> bytes:
    """Return one zstd frame."""
    return zstd.compress(data, level=LEVEL)


def decompress(frame: bytes, limit_bytes: int) -> bytes:
    """Return the content of one zstd frame.

    Raises Permanent for what is not zstd or grows above `limit_bytes`.
    """
    decompressor = zstd.ZstdDecompressor()
    try:
        data = decompressor.decompress(frame, max_length=limit_bytes + 1)
    except zstd.ZstdError as error:
        raise Permanent(f"not a zstd frame: {error}") from error
    if len(data) > limit_bytes:
        raise Permanent(f"a zstd frame grows above {limit_bytes} bytes")
    if not decompressor.eof:
        raise Permanent("a zstd frame is cut off")
    return data
