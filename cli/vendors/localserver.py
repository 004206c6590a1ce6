"""A real HTTP server on loopback, which answers as it is told and remembers the requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Event, Thread

import msgspec

_WAIT_S = 10.0


class Answer(msgspec.Struct):
    """What is answered to one request.

    Of `missing_bytes`, it is announced that they come, but the connection breaks off instead; so
    it does in the place of the whole answer if that `is_lost`. What `hangs` is answered never.
    """

    status: int = 200
    headers: dict[str, str] = {}
    body: bytes = b"ok"
    missing_bytes: int = 0
    is_lost: bool = False
    hangs: bool = False


class Request(msgspec.Struct):
    """What came; the names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


class LocalServer:
    """What is known of a server while it runs, and what it will do."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.url = ""
        self.connections = 0
        # Where as many requests wait for each other as a test wants to be there at once.
        self.together: Barrier | None = None
        # What is answered where `answers` says nothing.
        self.respond: Callable[[Request], Answer] = lambda _request: Answer()
        self.ending = Event()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    world: LocalServer

    def setup(self) -> None:
        super().setup()
        self.world.connections += 1

    def do_GET(self) -> None:
        self.do_POST()

    def do_PUT(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.path, headers, body, self.command)
        self.world.requests.append(request)
        if self.world.together is not None:
            self.world.together.wait(_WAIT_S)
        answer = self.world.answers.pop(0) if self.world.answers else self.world.respond(request)
        if answer.hangs:
            self.world.ending.wait(_WAIT_S)
        if answer.hangs or answer.is_lost:
            self.close_connection = True
            return
        self._say(answer)

    def _say(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body) + answer.missing_bytes))
        self.end_headers()
        try:
            self.wfile.write(answer.body)
        except OSError:
            self.close_connection = True
        if answer.missing_bytes:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Stay silent."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """Say nothing: clients hang up on purpose."""


@contextmanager
def local_server(path: str = "/hook/secret") -> Iterator[LocalServer]:
    """Serve in a thread; the `url` of what is yielded ends with `path`."""
    world = LocalServer()
    handler = type("Handler", (_Handler,), {"world": world})
    server = _Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_port}{path}"
    try:
        yield world
    finally:
        world.ending.set()
        server.shutdown()
        thread.join()
        server.server_close()
