"""A server on loopback, in a thread: the frame of all that stands here for somebody else."""

import sys
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread
from types import MappingProxyType
from typing import Any, cast

_NONE: Mapping[str, str] = MappingProxyType({})


class Loopback:
    """Serves what comes with a handler, each connection in a thread of its own."""

    def __init__(self, handler: type[BaseRequestHandler], owner: object, port: int = 0) -> None:
        """Listen on `port`, or on any free one. Raises OSError if the port is taken.

        `owner` is what the handler asks; see `owner_of`.
        """
        self._server = _Server(("127.0.0.1", port), handler)
        self._server.owner = owner
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """The address by HTTP, without a path."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256
    owner: object = None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up, were killed or gave up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


def owner_of(handler: BaseRequestHandler) -> Any:
    """Return what the server of a handler was made for."""
    return cast(_Server, handler.server).owner


class Handler(BaseHTTPRequestHandler):
    """Reads a request and replies to it, each in `answer`, which whoever derives from it writes."""

    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        """Answer one request; `command` is its method."""
        raise NotImplementedError

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def do_PUT(self) -> None:
        self.answer()

    @property
    def owner(self) -> Any:
        """What the server was made for."""
        return owner_of(self)

    def body(self, limit_bytes: int | None = None) -> bytes:
        """Return the body of the request, or as much of it."""
        announced_bytes = int(self.headers.get("Content-Length") or 0)
        return self.rfile.read(min(announced_bytes, limit_bytes or announced_bytes))

    def reply(
        self,
        status: int,
        body: bytes = b"",
        headers: Mapping[str, str] = _NONE,
        missing_bytes: int = 0,
    ) -> None:
        """Answer; of `missing_bytes` it is announced that they come, but the connection ends."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + missing_bytes))
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = self.close_connection or missing_bytes > 0

    def log_message(self, *_: object) -> None:
        """Stay silent."""
