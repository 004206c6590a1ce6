"""A real HTTP server on loopback, which answers as it is told and remembers the requests."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Barrier, Event, Thread

import msgspec


class Answer(msgspec.Struct):
    status: int = 200
    headers: dict[str, str] = {}
    body: bytes = b"ok"
    # Announced, but not sent: the connection breaks off instead.
    missing_bytes: int = 0
    # The connection breaks off instead of an answer, or none comes before the server ends.
    is_lost: bool = False
    hangs: bool = False


class Request(msgspec.Struct):
    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"


class LocalServer:
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

    def setup(self):
        super().setup()
        self.world.connections += 1

    def do_GET(self):
        self.do_POST()

    def do_PUT(self):
        self.do_POST()

    def do_POST(self):
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.path, headers, body, self.command)
        self.world.requests.append(request)
        if self.world.together is not None:
            self.world.together.wait(10.0)
        answer = self.world.answers.pop(0) if self.world.answers else self.world.respond(request)
        if answer.hangs:
            self.world.ending.wait(10.0)
        if answer.hangs or answer.is_lost:
            self.close_connection = True
            return
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

    def log_message(self, *_):
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_):
        """Say nothing: clients hang up on purpose."""


@contextmanager
def local_server() -> Iterator[LocalServer]:
    world = LocalServer()
    handler = type("Handler", (_Handler,), {"world": world})
    server = _Server(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    world.url = f"http://127.0.0.1:{server.server_port}/hook/secret"
    try:
        yield world
    finally:
        world.ending.set()
        server.shutdown()
        thread.join()
        server.server_close()
