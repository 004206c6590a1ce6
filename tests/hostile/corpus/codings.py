"""Compressed bodies, broken ones, bombs, and codings that are not there."""

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator

from tests.hostile.case import OK, Case, text

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GOOD = text({"name": "compressed", "host": "db-1"})
_LIMIT_BYTES = 6 * 1024 * 1024
_INFLATED_BYTES = 10 * 1024 * 1024

_COMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
    "zstd": zstd.compress,
}


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield all of them."""
    for coding, compress in _COMPRESS.items():
        yield from _of_coding(coding, compress)
    yield _case("zstd that wants 2 GB of memory", "zstd", _wide_window(), (413, 422))
    yield _case("zstd with a dictionary that nobody has", "zstd", _with_dictionary(), (422,))
    yield _case(
        "zstd, only a skippable frame", "zstd", b"\x50\x2a\x4d\x18\x04\0\0\0abcd", (422, 400)
    )
    yield _case("gzip with a name of a megabyte", "gzip", _long_name(), OK, accepted=1)
    for coding in ("br", "compress", "gzip, gzip", "gzip,zstd", "x", "\0", "gzip;q=1", "é"):
        yield _case(f"coding {coding!r}", coding, _GOOD, (415,), code="unsupported_encoding")
    for coding in ("", "identity", " GZIP ", "Zstd", "DEFLATE", "x-gzip"):
        yield _case(f"coding {coding!r} of what is plain", coding, _GOOD, OK, accepted=1)
    yield _case(
        "gzip without a header", None, _COMPRESS["gzip"](_GOOD), (400,), code="invalid_json"
    )
    yield _case(
        "zstd without a header", None, _COMPRESS["zstd"](_GOOD), (400,), code="invalid_json"
    )


def _of_coding(coding: str, compress: Callable[[bytes], bytes]) -> Iterator[Case]:
    packed = compress(_GOOD)
    yield _case(f"{coding}", coding, packed, OK, accepted=1)
    for name, body in {
        "cut off": packed[:-3],
        "with a tail": packed + b"{}",
        "twice in a row": packed * 2,
        "garbled": packed[:4] + b"\xff" * 9 + packed[13:],
        "only its first bytes": packed[:4],
    }.items():
        yield _case(f"{coding} {name}", coding, body, (422,), code="invalid_encoding")
    yield _case(f"{coding} in {coding}", coding, compress(packed), (400,), code="invalid_json")
    yield _case(f"{coding} of nothing", coding, compress(b""), (400,), code="invalid_json")
    for name, size in {"10 MB": _INFLATED_BYTES + 1, "200 MB": 200_000_000}.items():
        yield Case(
            kind="bombs",
            name=f"{coding} of {name}",
            body=lambda size=size: compress(bytes(size)),
            headers={"content-encoding": coding},
            statuses=(413,),
            code="too_large",
        )
    yield Case(
        kind="bombs",
        name=f"{coding} of just 10 MB",
        body=lambda: compress(_filled(_INFLATED_BYTES)),
        headers={"content-encoding": coding},
        statuses=OK,
        accepted=1,
    )


def _case(
    name: str, coding: str | None, body: bytes, statuses: tuple[int, ...], **expected
) -> Case:
    headers = {} if coding is None else {"content-encoding": coding}
    return Case(
        kind="codings", name=name, body=body, headers=headers, statuses=statuses, **expected
    )


def _filled(size: int) -> bytes:
    head, tail = b'{"name": "full", "unknown": "', b'"}'
    return head + b"x" * (size - len(head) - len(tail)) + tail


def _wide_window() -> bytes:
    # RFC 8878, 3.1.1.1: no content size, a window descriptor of exponent 21 (2 GiB), then a
    # last raw block of one byte.
    return b"\x28\xb5\x2f\xfd" + bytes([0x00, 21 << 3]) + b"\x09\x00\x00{"


def _with_dictionary() -> bytes:
    data = zstd.compress(_GOOD)
    # The descriptor says that an identifier of one byte follows; no such dictionary is here.
    return data[:4] + bytes([data[4] | 1]) + b"\x07" + data[5:]


def _long_name() -> bytes:
    head = b"\x1f\x8b\x08\x08" + bytes(4) + b"\x00\x03"
    body = zlib.compressobj(wbits=-15)
    raw = body.compress(_GOOD) + body.flush()
    tail = zlib.crc32(_GOOD).to_bytes(4, "little") + len(_GOOD).to_bytes(4, "little")
    return head + b"n" * 1_000_000 + b"\0" + raw + tail
