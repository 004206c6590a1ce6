"""A receiver on loopback: it records every notification and drops none, so that twice is seen."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from time import time
from types import MappingProxyType
from typing import Any, cast

import msgspec

BODY_LIMIT_BYTES = 16 * 1024 * 1024


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came in, and what it was answered."""

    at_s: float
    path: str
    key: str
    body: Any
    status: int

    @property
    def alerts(self) -> list[dict[str, Any]]:
        """The alerts of a webhook body; a Slack message holds none that a machine can read."""
        alerts = self.body.get("alerts") if isinstance(self.body, dict) else None
        return alerts if isinstance(alerts, list) else []

    def __str__(self) -> str:
        """Write the notification as one line."""
        if self.alerts:
            states = Counter(str(alert.get("status", "?")) for alert in self.alerts)
            names = dict.fromkeys(
                str(alert.get("labels", {}).get("alertname", "?")) for alert in self.alerts
            )
            text = f"{', '.join(f'{n} {state}' for state, n in states.items())}: {', '.join(names)}"
        else:
            title = self.body.get("text") if isinstance(self.body, dict) else ""
            text = " ".join(str(title or slack_text(self.body)).split())
        answered = "" if self.status < 400 else f"  (answered {self.status})"
        return f"{self.path:<10} {text[:160]}{answered}"


def slack_text(body: Any) -> str:
    """Return all the text of a Slack message, wherever its blocks hold it."""
    if isinstance(body, dict):
        own = body.get("text")
        parts = [own] if isinstance(own, str) else []
        parts += [slack_text(value) for value in body.values() if isinstance(value, dict | list)]
        return "\n".join(part for part in parts if part)
    if isinstance(body, list):
        return "\n".join(filter(None, map(slack_text, body)))
    return ""


class LocalReceiver:
    """A threaded HTTP server that takes `POST /webhook…` and `POST /slack…`, and shows `pages`."""

    def __init__(
        self,
        port: int = 0,
        on_arrival: Callable[[Arrival], None] | None = None,
        pages: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Listen on `port`, or on any free one. Raises OSError if the port is taken.

        `pages` are HTML by path.
        """
        self.pages = pages
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._lock = Lock()
        self._arrivals: list[Arrival] = []
        self._answers: list[int] = []
        self._on_arrival = on_arrival

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def arrivals(self) -> list[Arrival]:
        """Everything that came in so far, in order."""
        with self._lock:
            return list(self._arrivals)

    def answer(self, *statuses: int) -> None:
        """Answer the next requests with these statuses, in order; all others with 200."""
        with self._lock:
            self._answers += statuses

    def start(self) -> None:
        """Serve, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> "LocalReceiver":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def record(self, path: str, key: str, body: Any) -> int:
        """Keep one request and return the status to answer it with."""
        with self._lock:
            status = self._answers.pop(0) if self._answers else 200
            arrival = Arrival(at_s=time(), path=path, key=key, body=body, status=status)
            self._arrivals.append(arrival)
        if self._on_arrival is not None:
            self._on_arrival(arrival)
        return status


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], receiver: LocalReceiver) -> None:
        self.receiver = receiver
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        page = cast(_Server, self.server).receiver.pages.get(self.path)
        self._answer(404 if page is None else 200, (page or "no such page").encode(), "text/html")

    def do_POST(self) -> None:
        length_bytes = min(int(self.headers.get("Content-Length") or 0), BODY_LIMIT_BYTES)
        raw = self.rfile.read(length_bytes)
        if not self.path.startswith(("/webhook", "/slack")):
            self._answer(404, b"no such receiver")
            return
        try:
            body = json.loads(raw)
        except ValueError:
            self._answer(400, b"not JSON")
            return
        receiver = cast(_Server, self.server).receiver
        status = receiver.record(self.path, self.headers.get("Idempotency-Key", ""), body)
        # Slack's incoming webhooks answer with these two letters.
        self._answer(status, b"ok" if status < 400 else b"told to fail")

    def _answer(self, status: int, text: bytes, kind: str = "text/plain") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_: object) -> None:
        """Stay silent: who listens is told through `on_arrival`."""
