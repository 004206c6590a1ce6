"""A server on loopback that does to each connection what a test says."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

Serve = Callable[[socket.socket, Event], None]

_JOIN_S = 10.0


class HostileServer:
    """Where it listens, and how many requests came."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}/hook/secret"
        self.requests = 0


@contextmanager
def hostile_server(serve: Serve, context: ssl.SSLContext | None = None) -> Iterator[HostileServer]:
    """Let `serve` talk to whoever has sent a request, until it returns or the event is set."""
    over = Event()
    listening = socket.create_server(("127.0.0.1", 0))
    scheme = "http" if context is None else "https"
    server = HostileServer(listening.getsockname()[1], scheme)

    def talk(connection: socket.socket) -> None:
        with suppress(OSError), connection:
            talking = connection
            if context is not None:
                talking = context.wrap_socket(connection, server_side=True)
            with talking:
                if talking.recv(65_536):
                    server.requests += 1
                    serve(talking, over)

    def run() -> None:
        with suppress(OSError):
            while not over.is_set():
                connection, _ = listening.accept()
                talk(connection)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        # Closing alone does not wake who waits in accept().
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(_JOIN_S)


def says(data: bytes) -> Serve:
    """Say it and hang up."""
    return lambda talking, _over: talking.sendall(data)


def page(body: bytes, content_type: str = "text/plain", **headers: str) -> bytes:
    """Return a whole answer."""
    lines = ["HTTP/1.1 200 OK", f"Content-Type: {content_type}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def trickles(start: bytes, piece: bytes) -> Serve:
    """Say something, and then go on byte by byte for ever."""

    def serve(talking: socket.socket, over: Event) -> None:
        talking.sendall(start)
        while not over.wait(0.02):
            talking.sendall(piece)

    return serve


def floods(start: bytes, piece: bytes) -> Serve:
    """Say something, and then the same for ever, as fast as it goes."""

    def serve(talking: socket.socket, over: Event) -> None:
        talking.sendall(start)
        while not over.is_set():
            talking.sendall(piece)

    return serve


def resets(start: bytes) -> Serve:
    """Say something and cut the connection off (RST)."""

    def serve(talking: socket.socket, _over: Event) -> None:
        talking.sendall(start)
        talking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    return serve
