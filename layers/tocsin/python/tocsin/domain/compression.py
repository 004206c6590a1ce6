"""zstd frames: level 1, and a cap on what one may grow to."""

import sys

from tocsin.domain.errors import Permanent

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL = 1
# A frame says itself how much memory its reader needs, and may say gigabytes. A frame that holds
# as much as a request may hold, in one segment, needs 16 MiB.
WINDOW_LOG = 24
_OPTIONS: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}


def compress(data: bytes) -> bytes:
    """Return one zstd frame."""
    return zstd.compress(data, level=LEVEL)


def decompress(frame: bytes, limit_bytes: int) -> bytes:
    """Return the content of one zstd frame.

    Raises Permanent for what is not zstd or grows above `limit_bytes`.
    """
    data, is_whole = inflate(frame, limit_bytes + 1)
    if len(data) > limit_bytes:
        raise Permanent(f"a zstd frame grows above {limit_bytes} bytes")
    if not is_whole:
        raise Permanent("a zstd frame is cut off, or something follows it")
    return data


def inflate(frame: bytes, most_bytes: int) -> tuple[bytes, bool]:
    """Return up to `most_bytes` of a zstd frame, and whether it and all that was given ends there.

    Raises Permanent for what is not zstd, and for a frame that asks for more memory than
    `WINDOW_LOG` allows.
    """
    decompressor = zstd.ZstdDecompressor(options=_OPTIONS)
    try:
        data = decompressor.decompress(frame, max_length=most_bytes)
    except zstd.ZstdError as error:
        raise Permanent(f"not a zstd frame: {error}") from error
    return data, decompressor.eof and not decompressor.unused_data
