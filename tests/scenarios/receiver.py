"""A webhook receiver for many scenarios at once: it answers as told, and keeps all that comes."""

import json
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import sleep, time
from typing import Any, cast

import msgspec


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """One request: when it had come whole, and what it was answered."""

    at_s: float
    to: str
    key: str
    body: dict[str, Any]
    answered: int


class Manner(msgspec.Struct, frozen=True):
    """How a receiver answers."""

    status: int = 200
    after_s: float = 0.0
    retry_after_s: int | None = None


class Receiver:
    """Listens on loopback. The first part of a path names a run, the second a receiver in it."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._lock = Lock()
        self._came: dict[str, list[Came]] = defaultdict(list)
        self._manners: dict[tuple[str, str], Manner] = {}

    def url(self, run: str, to: str) -> str:
        """Return the address of a receiver of a run."""
        return f"http://127.0.0.1:{self._server.server_port}/{run}/{to}"

    def answer(self, run: str, to: str, manner: Manner) -> None:
        """Answer in this manner from now on."""
        with self._lock:
            self._manners[run, to] = manner

    def came(self, run: str) -> list[Came]:
        """Return what came to a run so far, in order."""
        with self._lock:
            return list(self._came[run])

    def take(self, path: str, key: str, body: dict[str, Any]) -> Manner:
        """Keep a request; return how to answer it."""
        run, _, to = path.strip("/").partition("/")
        with self._lock:
            manner = self._manners.get((run, to), Manner())
            self._came[run].append(
                Came(at_s=time(), to=to, key=key, body=body, answered=manner.status)
            )
        return manner

    def __enter__(self) -> "Receiver":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(address, _Handler)

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that were killed or gave up."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        receiver = cast(_Server, self.server).receiver
        manner = receiver.take(self.path, self.headers.get("Idempotency-Key", ""), body)
        sleep(manner.after_s)
        self.send_response(manner.status)
        if manner.retry_after_s is not None:
            self.send_header("Retry-After", str(manner.retry_after_s))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Stay silent."""
