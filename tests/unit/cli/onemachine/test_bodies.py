from io import BytesIO

import pytest

from cli.onemachine.bodies import BODY_LIMIT_BYTES, read_body
from tocsin.domain.errors import InvalidInput, TooLarge

CHUNKED = {"transfer-encoding": "chunked"}


def read(headers, data):
    return read_body(headers, BytesIO(data))


def test_a_body_with_its_length():
    assert read({"content-length": "3"}, b"abcdef") == b"abc"
    assert read({"content-length": "3, 3"}, b"abcdef") == b"abc"
    assert read({}, b"abc") == b""


def test_a_body_in_chunks_and_nothing_after_it_is_read():
    source = BytesIO(b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nnext")
    assert read_body(CHUNKED, source) == b"abc0123456789"
    assert source.read() == b"next"


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        ({"content-length": "4"}, b"abc"),
        ({"content-length": "-1"}, b""),
        ({"content-length": "1_0"}, b""),
        ({"content-length": "2, 3"}, b"abc"),
        ({"content-length": "3", **CHUNKED}, b"0\r\n\r\n"),
        ({"transfer-encoding": "gzip, chunked"}, b"0\r\n\r\n"),
        (CHUNKED, b"zz\r\n"),
        (CHUNKED, b"+3\r\nabc\r\n0\r\n\r\n"),
        (CHUNKED, b"\r\n"),
        (CHUNKED, b"3\r\nabcdef\r\n0\r\n\r\n"),
        (CHUNKED, b"9\r\nabc"),
    ],
)
def test_a_body_whose_length_is_unclear_is_refused(headers, data):
    with pytest.raises(InvalidInput):
        read(headers, data)


def test_a_body_that_is_too_long_is_refused_before_it_is_read():
    source = BytesIO(b"x")
    with pytest.raises(TooLarge):
        read_body({"content-length": str(BODY_LIMIT_BYTES + 1)}, source)
    assert source.read() == b"x"
    with pytest.raises(TooLarge):
        read({"content-length": "9" * 5000}, b"x")
    with pytest.raises(TooLarge):
        read(CHUNKED, b"1\r\nx\r\n%x\r\n" % BODY_LIMIT_BYTES)
