"""Content codings of request bodies, inflated no further than a limit.

Source: RFC 9110, 8.4.1, for gzip and deflate; RFC 8878 and 9659 for zstd.
"""

import zlib
from collections.abc import Callable

from tocsin.domain.compression import inflate
from tocsin.domain.errors import InvalidInput, Permanent, TooLarge

INFLATED_LIMIT_BYTES = 10 * 1024 * 1024

# The first bytes of each: API Gateway inflates bodies itself and leaves the header as it was,
# and no JSON begins with these.
_FIRST_BYTES = {"gzip": b"\x1f\x8b", "x-gzip": b"\x1f\x8b", "deflate": b"\x78", "zstd": b"\x28\xb5"}
_PLAIN = ("", "identity")


def decoded(body: bytes, coding: str, limit_bytes: int = INFLATED_LIMIT_BYTES) -> bytes:
    """Return a body without its content coding; one that is plain already is left as it is.

    Raises TooLarge for what would grow above `limit_bytes`, and InvalidInput for
    another coding (415) or a body that is not one whole stream of it (422).
    """
    coding = coding.strip().lower()
    if coding in _PLAIN:
        return body
    if coding not in _FIRST_BYTES:
        message = "Content-Encoding may be gzip, deflate, zstd or identity"
        raise InvalidInput(message, status=415, code="unsupported_encoding")
    if not body.startswith(_FIRST_BYTES[coding]):
        return body
    return _inflated(coding, body, limit_bytes)


def _inflated(coding: str, body: bytes, limit_bytes: int) -> bytes:
    inflate_body: Callable[[bytes, int], tuple[bytes, bool]] = (
        inflate if coding == "zstd" else _inflate_zlib
    )
    try:
        data, is_whole = inflate_body(body, limit_bytes + 1)
    except (zlib.error, Permanent) as error:
        raise _broken(coding) from error
    if len(data) > limit_bytes:
        raise TooLarge(f"a body may have {limit_bytes} bytes when inflated")
    if not is_whole:
        raise _broken(coding)
    return data


def _inflate_zlib(body: bytes, most_bytes: int) -> tuple[bytes, bool]:
    # 32 more than the window tells gzip from zlib by the header.
    inflater = zlib.decompressobj(32 + zlib.MAX_WBITS)
    data = inflater.decompress(body, most_bytes)
    return data, inflater.eof and not inflater.unused_data


def _broken(coding: str) -> InvalidInput:
    return InvalidInput(f"the body is not one whole {coding} stream", code="invalid_encoding")
