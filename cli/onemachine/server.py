"""HTTP/1.1 with connections that stay open, a thread each."""

import socket
import threading
from collections.abc import Iterable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any, BinaryIO, cast

from cli.onemachine.bodies import read_body
from cli.onemachine.logs import log
from cli.onemachine.options import Address
from cli.onemachine.routes import Routes
from tocsin import __version__
from tocsin.domain.errors import ConfigurationError, InvalidInput
from tocsin.runtime.alertmanager.replies import Reply, framework_error, refused

_CONNECTIONS_LIMIT = 512
# A connection on which nothing happens is closed; senders repeat every minute or so.
_IDLE_S = 300.0


class Server(ThreadingHTTPServer):
    """Listens on one address."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self, address: Address, routes: Routes) -> None:
        """Bind the address. Raises ConfigurationError if it is taken or none of ours."""
        if ":" in address.host:
            self.address_family = socket.AF_INET6
        self.routes = routes
        self.is_closing = False
        self._room = threading.BoundedSemaphore(_CONNECTIONS_LIMIT)
        self._active = 0
        self._idle = threading.Condition()
        try:
            super().__init__((address.host, address.port), Handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigurationError(f"cannot listen on {address}: {reason}") from error
        self.address = Address(address.host, self.server_address[1])

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection if there is room for it, else close it."""
        if not self._room.acquire(blocking=False):
            log("warn", "a connection is refused: there are too many", limit=_CONNECTIONS_LIMIT)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:
            # There was no thread for it.
            self._room.release()
            raise

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve a connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._room.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that go away in the middle of something."""

    def server_bind(self) -> None:
        """Bind, without asking a name server what this machine is called."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Reply:
        """Answer one request; `drain` waits for those that are under way."""
        with self._idle:
            self._active += 1
        try:
            return self.routes.answer(method, target, headers, body)
        finally:
            with self._idle:
                self._active -= 1
                self._idle.notify_all()

    def drain(self, timeout_s: float) -> None:
        """Take no more connections, and wait until what is under way is answered."""
        self.is_closing = True
        self.shutdown()
        self.server_close()
        with self._idle:
            self._idle.wait_for(lambda: not self._active, timeout_s)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = f"tocsin/{__version__}"
    sys_version = ""
    timeout = _IDLE_S
    # An answer in one packet: in two, the second would wait for the client to confirm the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Answer any method; the routes know which there are."""
        headers = _joined(self.headers.items())
        try:
            body = read_body(headers, cast(BinaryIO, self.rfile))
        except InvalidInput as error:
            # What is left of the body would be read as the next request.
            self.close_connection = True
            self._send(refused(framework_error(error.status, error.status, error.message)))
            return
        self._send(self.server.answer(self.command, self.path, headers, body))

    do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = do_PATCH = do_GET  # noqa: N815

    def handle_expect_100(self) -> bool:
        """Ask for the body that the client holds back until it is asked for."""
        super().handle_expect_100()
        self.wfile.flush()
        return True

    def log_message(self, *_: Any) -> None:
        """Log no line a request."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Answer what is no HTTP that is known here."""
        self.close_connection = True
        # To what it cannot read the base class would answer as to HTTP/0.9: without a status.
        self.request_version = self.protocol_version
        self._send(refused(framework_error(code, code, message or "bad request")))

    def _send(self, response: Reply) -> None:
        if self.server.is_closing:
            self.close_connection = True
        # A client that has gone wants no answer.
        with suppress(ConnectionError, TimeoutError):
            self.send_response(response.status)
            for name, value in response.headers.items():
                self.send_header(name, value)
            if self.close_connection:
                self.send_header("Connection", "close")
            self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)
            self.wfile.flush()


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return headers by their names in lower case; of several with one name the values joined."""
    found: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        found[lower] = f"{found[lower]}, {value}" if lower in found else value
    return found
