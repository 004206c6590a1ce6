"""The body of an HTTP/1.1 request.

Source: RFC 9112, for what a body's length is (section 6.3) and chunked bodies (section 7.1).
"""

from collections.abc import Mapping
from sys import maxsize
from typing import BinaryIO

from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.pipeline.envelope import FRAME_LIMIT_BYTES

# Nothing that is accepted is longer when it is inflated, so nothing is when it is sent.
BODY_LIMIT_BYTES = FRAME_LIMIT_BYTES
_LINE_LIMIT_BYTES = 8192
_LONGEST_NUMBER = 20
_HEX = frozenset(b"0123456789abcdefABCDEF")


def read_body(headers: Mapping[str, str], source: BinaryIO) -> bytes:
    """Read the body that follows `headers`, whose names are in lower case.

    A header that came several times is one value, joined by commas. Raises InvalidInput where
    the length cannot be known or is not true, and TooLarge.
    """
    coding = headers.get("transfer-encoding", "").strip().lower()
    # One that is said twice is fine, two that differ are not.
    length = ", ".join({each.strip() for each in headers.get("content-length", "").split(",")})
    if coding:
        # Both would let two readers see two different requests.
        if coding != "chunked" or length:
            raise InvalidInput("the length of the body cannot be known", status=400)
        return _chunks(source)
    if not length:
        return b""
    if not (length.isascii() and length.isdigit()):
        raise InvalidInput("Content-Length must be a number", status=400)
    # Python reads no number of thousands of digits.
    return _read(source, int(length) if len(length) <= _LONGEST_NUMBER else maxsize, 0)


def _chunks(source: BinaryIO) -> bytes:
    body = bytearray()
    while size := _chunk_size(source):
        body += _read(source, size, len(body))
        if source.readline(_LINE_LIMIT_BYTES).strip():
            raise InvalidInput("a chunk is longer than it says", status=400)
    # Trailers, of which none means anything here.
    while source.readline(_LINE_LIMIT_BYTES).strip():
        pass
    return bytes(body)


def _chunk_size(source: BinaryIO) -> int:
    size = source.readline(_LINE_LIMIT_BYTES).partition(b";")[0].strip()
    if not size or len(size) > 16 or not _HEX.issuperset(size):
        raise InvalidInput("a chunk does not say how long it is", status=400)
    return int(size, 16)


def _read(source: BinaryIO, length: int, before: int) -> bytes:
    if before + length > BODY_LIMIT_BYTES:
        raise TooLarge(f"a body may have {BODY_LIMIT_BYTES} bytes")
    data = source.read(length)
    if len(data) < length:
        raise InvalidInput("the body ends too early", status=400)
    return data
