"""A server that never lets a client go: whatever it does, the whole call ends in time."""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic

import pytest

from tests.unit.adapters.certificates import server_context
from tocsin.adapters.http import Http
from tocsin.domain.errors import Retryable

TIMEOUT_S = 0.4
# The machine may be slow; what does not end by itself would take far longer.
MUCH_S = 10.0

Serve = Callable[[socket.socket, Event], None]


def _read_request(talking: socket.socket) -> None:
    """Read all of `{}` and its headers: a server that closes before has its answer thrown away."""
    request = piece = talking.recv(65_536)
    while piece and not request.endswith(b"\r\n\r\n{}"):
        piece = talking.recv(65_536)
        request += piece


@contextmanager
def raw_server(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve one connection with `serve`, which stops when the event is set."""
    over = Event()
    listening = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        with suppress(OSError):
            connection, _ = listening.accept()
            with (
                connection
                if context is None
                else context.wrap_socket(connection, server_side=True) as talking
            ):
                _read_request(talking)
                serve(talking, over)

    thread = Thread(target=run, daemon=True)
    thread.start()
    scheme = "http" if context is None else "https"
    try:
        yield f"{scheme}://127.0.0.1:{listening.getsockname()[1]}/hook/secret"
    finally:
        over.set()
        listening.close()
        thread.join(MUCH_S)


def trickle(start: bytes, piece: bytes) -> Serve:
    def serve(talking: socket.socket, over: Event) -> None:
        talking.sendall(start)
        while not over.wait(0.02):
            talking.sendall(piece)

    return serve


TRICKLES = {
    "status line": trickle(b"HTTP/1.1 2", b"0"),
    "header": trickle(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x"),
    "headers": trickle(b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "go on": trickle(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "nothing": lambda _talking, over: over.wait(),
}


@pytest.mark.parametrize("serve", TRICKLES.values(), ids=TRICKLES)
@pytest.mark.parametrize("is_tls", [False, True], ids=["http", "https"])
def test_an_answer_that_trickles_ends_at_the_timeout(serve, is_tls, monkeypatch, tmp_path):
    context = server_context(monkeypatch, tmp_path) if is_tls else None
    http = Http(allow_loopback=True)
    with raw_server(serve, context) as url:
        started_s = monotonic()
        with pytest.raises(Retryable, match="no answer"):
            http.post(url, b"{}", {}, TIMEOUT_S)
        assert monotonic() - started_s < MUCH_S


def test_a_body_that_trickles_does_not_undo_the_status(monkeypatch):
    serve = trickle(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", b"x")
    with raw_server(serve) as url:
        answer = Http(allow_loopback=True).post(url, b"{}", {}, TIMEOUT_S)
    assert answer.status == 200
    assert set(answer.body) <= set(b"x")


def test_a_quick_answer_is_read_whole_over_tls(monkeypatch, tmp_path):
    def serve(talking: socket.socket, _over: Event) -> None:
        talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")

    with raw_server(serve, server_context(monkeypatch, tmp_path)) as url:
        answer = Http(allow_loopback=True).post(url, b"{}", {}, 5.0)
    assert (answer.status, answer.body) == (200, b"hello")


def test_an_answer_that_contradicts_itself_may_have_been_meant_well():
    def serve(talking: socket.socket, _over: Event) -> None:
        talking.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok")

    with raw_server(serve) as url, pytest.raises(Retryable, match="contradict"):
        Http(allow_loopback=True).post(url, b"{}", {}, 5.0)


def test_headers_that_cannot_be_read_do_not_put_the_url_into_the_log(caplog):
    def serve(talking: socket.socket, _over: Event) -> None:
        talking.sendall(b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 0\r\n\r\n")

    with caplog.at_level(logging.DEBUG), raw_server(serve) as url, suppress(Retryable):
        Http(allow_loopback=True).post(url, b"{}", {}, 1.0)
    assert "secret" not in caplog.text
