"""Servers that mean harm: each row of the table in docs/enrichment-fetcher.md."""

import gzip
import socket
import zlib
from time import monotonic

import pytest

from tests.unit.adapters.certificates import server_context
from tests.unit.adapters.fetching.fetching_world import VirtualTime, fetcher
from tests.unit.adapters.fetching.hostileserver import (
    floods,
    hostile_server,
    page,
    resets,
    says,
    trickles,
)
from tocsin.adapters.http import ANSWER_LIMIT_BYTES
from tocsin.domain.errors import Permanent, Retryable, Unsendable

TIME_S = 0.4
# The machine may be slow; what does not end by itself would take far longer.
MUCH_S = 10.0
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"

SLOW = {
    "status line": trickles(b"HTTP/1.1 2", b"0"),
    "header": trickles(OK + b"X-Long: ", b"x"),
    "headers": trickles(OK, b"A: b\r\n"),
    "body": trickles(OK + b"Content-Length: 60000\r\n\r\n", b"x"),
    "chunks": trickles(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    "nothing": lambda _talking, over: over.wait(),
    "go on": trickles(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}


@pytest.mark.parametrize("serve", SLOW.values(), ids=SLOW)
def test_who_is_slow_is_left_when_the_time_is_up(serve):
    with hostile_server(serve) as server:
        began_s = monotonic()
        with pytest.raises(Retryable) as raised:
            fetcher().fetch(server.url, TIME_S)
        assert monotonic() - began_s < MUCH_S
    assert "secret" not in str(raised.value)


ENDLESS = {
    "no length": floods(OK + b"\r\n", b"word " * 1000),
    "chunks": floods(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"5\r\nword \r\n" * 100),
    "huge length": floods(OK + b"Content-Length: 999999999999\r\n\r\n", b"word " * 1000),
}


@pytest.mark.parametrize("serve", ENDLESS.values(), ids=ENDLESS)
def test_of_an_endless_page_the_beginning_is_read(serve):
    with hostile_server(serve) as server:
        read = fetcher().fetch(server.url, MUCH_S)
        assert server.requests == 1
    assert len(read.text) == ANSWER_LIMIT_BYTES
    assert read.text.startswith("word word ")


BOMBS = {
    "gzip": ("gzip", gzip.compress(b"a" * 50_000_000)),
    "deflate": ("deflate", zlib.compress(b"a" * 50_000_000)),
    "cut off": ("gzip", gzip.compress(bytes(range(256)) * 100_000)[:50_000]),
}


@pytest.mark.parametrize(("coding", "body"), BOMBS.values(), ids=BOMBS)
def test_of_what_unpacks_to_much_the_beginning_is_read(coding, body):
    with hostile_server(says(page(body, Content_Encoding=coding))) as server:
        read = fetcher().fetch(server.url, MUCH_S)
    assert 0 < len(read.text) <= ANSWER_LIMIT_BYTES


@pytest.mark.parametrize("coding", ["br", "zstd", "compress", "gzip, gzip", "x" * 1000])
def test_other_codings_are_refused(coding):
    with hostile_server(says(page(b"x", Content_Encoding=coding))) as server:
        with pytest.raises(Permanent, match="nobody asked for"):
            fetcher().fetch(server.url, MUCH_S)
        assert server.requests == 1


def test_what_is_not_compressed_as_it_says_is_refused():
    with (
        hostile_server(says(page(b"not gzip", Content_Encoding="gzip"))) as server,
        pytest.raises(Permanent, match="not compressed"),
    ):
        fetcher().fetch(server.url, MUCH_S)


@pytest.mark.parametrize(
    "kind", ["", "image/png", "application/pdf", "application/octet-stream", "text/html,text/html",
             "application/x-sh", "text/csv", "multipart/mixed"]
)  # fmt: skip
def test_what_is_no_page_is_refused(kind):
    with (
        hostile_server(says(page(b"\x89PNG", kind))) as server,
        pytest.raises(Permanent, match="no page of HTML"),
    ):
        fetcher().fetch(server.url, MUCH_S)


FLOODS = {
    "many headers": says(OK + b"A: b\r\n" * 5000 + b"\r\nwords"),
    "headers without end": floods(OK, b"A: b\r\n" * 100),
    "a long header": says(OK + b"A: " + b"b" * 1_000_000 + b"\r\n\r\nwords"),
    "a header without end": floods(OK + b"A: ", b"b" * 1000),
    "a status line without end": floods(b"HTTP/1.1 200 ", b"b" * 1000),
}


@pytest.mark.parametrize("serve", FLOODS.values(), ids=FLOODS)
def test_a_flood_of_headers_is_no_answer(serve):
    time = VirtualTime()
    with hostile_server(serve) as server:
        began_s = monotonic()
        with pytest.raises(Retryable, match="no answer"):
            fetcher(time).fetch(server.url, 5.0)
        assert monotonic() - began_s < MUCH_S
        assert server.requests == 4


NO_HTTP = {
    "another protocol": says(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "nothing": says(b""),
    "reset": resets(b""),
    "no status": says(b"HTTP/1.1 OK\r\n\r\n"),
    "two lengths": says(OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok"),
    "reset in the body": resets(OK + b"Content-Length: 500\r\n\r\nwords"),
    "end in the body": says(OK + b"Content-Length: 500\r\n\r\nwords"),
    "end in a chunk": says(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nwords"),
    "a broken chunk": says(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nwords"),
}


@pytest.mark.parametrize("serve", NO_HTTP.values(), ids=NO_HTTP)
def test_what_breaks_off_is_tried_again_and_no_page(serve):
    time = VirtualTime()
    with hostile_server(serve) as server:
        with pytest.raises(Retryable) as raised:
            fetcher(time).fetch(server.url, 30.0)
        assert server.requests == 4
    assert "secret" not in str(raised.value)


def test_what_breaks_off_once_is_read_the_next_time():
    answers = [resets(OK + b"Content-Length: 500\r\n\r\nwords"), says(page(b"words"))]

    def serve(talking, over):
        answers.pop(0)(talking, over)

    with hostile_server(serve) as server:
        assert fetcher().fetch(server.url, 30.0).text == "words"


def resolver(monkeypatch, *addresses):
    """Resolve each name to the next of these addresses, and remember what was asked for."""
    genuine, asked, left = socket.getaddrinfo, [], list(addresses)

    def resolve(host, port, *args, **options):
        asked.append(host)
        address = left.pop(0) if left and host != addresses[0] else host
        return genuine(address, port, *args, **options)

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "address",
    ["10.0.0.5", "172.16.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "0.0.0.0",
     "100.64.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.5", "64:ff9b::a00:5",
     "2002:a00:5::1", "fec0::1", "::127.0.0.1", "::10.0.0.5", "2a00:1450:4001::5efe:10.0.0.5",
     "::ffff:0:127.0.0.1", "64:ff9b:2::1", "4000::1"],
)  # fmt: skip
def test_a_name_of_an_address_that_is_not_public_is_not_asked(monkeypatch, address):
    resolver(monkeypatch, address)
    time = VirtualTime()
    with pytest.raises(Unsendable, match="not public") as raised:
        fetcher(time, allow_loopback=False).fetch("https://wiki.example/secret", 5.0)
    assert time.waits == []
    assert "wiki" not in str(raised.value)


def test_a_name_that_is_another_address_a_moment_later_is_asked_at_the_first(monkeypatch):
    asked = resolver(monkeypatch, "127.0.0.1", "10.0.0.5")
    with hostile_server(says(page(b"words"))) as server:
        url = f"http://localhost:{server.port}/"
        assert fetcher().fetch(url, 30.0).text == "words"
    assert asked.count("localhost") == 1


@pytest.mark.parametrize("host", ["a" * 64 + ".example", "a..example", "x." * 120 + "example"])
def test_a_name_that_is_none_is_not_asked(host):
    with pytest.raises((Unsendable, Retryable)):
        fetcher(allow_loopback=False).fetch(f"https://{host}/", 5.0)


def test_a_certificate_of_another_name_is_no_answer(monkeypatch, tmp_path):
    context = server_context(monkeypatch, tmp_path)
    with hostile_server(says(page(b"words")), context) as server:
        assert fetcher().fetch(server.url, 30.0).text == "words"
        url = server.url.replace("127.0.0.1", "localhost")
        with pytest.raises(Retryable, match="no answer: SSLError"):
            fetcher().fetch(url, 30.0)
        assert server.requests == 1


def test_a_certificate_that_nobody_vouches_for_is_no_answer(monkeypatch, tmp_path):
    context = server_context(monkeypatch, tmp_path)
    monkeypatch.undo()
    with hostile_server(says(page(b"words")), context) as server:
        with pytest.raises(Retryable, match="no answer: SSLError"):
            fetcher().fetch(server.url, 30.0)
        assert server.requests == 0
