"""Compressed bodies."""

import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from tocsin.domain.compression import compress
from tocsin.domain.errors import InvalidInput, TooLarge
from tocsin.runtime.codings import INFLATED_LIMIT_BYTES, decoded

Compress = Callable[[bytes], bytes]

CODINGS: dict[str, Compress] = {
    "gzip": lambda data: gzip.compress(data, mtime=0),
    "deflate": zlib.compress,
    "zstd": compress,
}


@pytest.fixture(params=CODINGS)
def coding(request: Any) -> str:
    return str(request.param)


def test_what_is_compressed_is_inflated(coding: str) -> None:
    assert decoded(CODINGS[coding](b"[]"), f" {coding.upper()}") == b"[]"


def test_what_api_gateway_inflated_is_taken_as_it_is(coding: str) -> None:
    assert decoded(b"[]", coding) == b"[]"
    assert decoded(b"", coding) == b""


def test_a_small_body_that_grows_without_end_is_refused(coding: str) -> None:
    body = CODINGS[coding](b"0" * 100_000)
    with pytest.raises(TooLarge):
        decoded(body, coding, 99_999)
    assert decoded(body, coding, 100_000) == b"0" * 100_000
    with pytest.raises(TooLarge):
        decoded(CODINGS[coding](b"0" * (INFLATED_LIMIT_BYTES + 1)), coding)


def test_what_is_no_whole_stream_is_refused(coding: str) -> None:
    packed = CODINGS[coding](b"[1,2,3]")
    for body in (packed[:-1], packed[:5], packed * 2, packed[:4] + b"\xff" * 9):
        with pytest.raises(InvalidInput) as raised:
            decoded(body, coding)
        assert (raised.value.status, raised.value.code) == (422, "invalid_encoding")


def test_a_frame_that_asks_for_gigabytes_of_memory_is_refused() -> None:
    # RFC 8878, 3.1.1.1: no content size, a window of 2 GiB, then one last raw block.
    with pytest.raises(InvalidInput):
        decoded(b"\x28\xb5\x2f\xfd\x00\xa8\x11\x00\x00[]", "zstd")


def test_another_coding_has_a_status_of_its_own() -> None:
    for coding in ("br", "gzip, gzip", "\0"):
        with pytest.raises(InvalidInput) as raised:
            decoded(b"", coding)
        assert (raised.value.status, raised.value.code) == (415, "unsupported_encoding")
