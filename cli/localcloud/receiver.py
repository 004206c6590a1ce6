"""A receiver on loopback: it records every notification and drops none, so that twice is seen."""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from threading import Lock
from time import time
from types import MappingProxyType
from typing import Any

import msgspec

from cli.loopback import Handler, Loopback

BODY_LIMIT_BYTES = 16 * 1024 * 1024
_PLAIN = {"Content-Type": "text/plain"}


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
        self._server = Loopback(_Handler, self, port)
        self.start, self.stop = self._server.start, self._server.stop
        self._lock = Lock()
        self._arrivals: list[Arrival] = []
        self._answers: list[int] = []
        self._on_arrival = on_arrival

    @property
    def url(self) -> str:
        return self._server.url

    @property
    def arrivals(self) -> list[Arrival]:
        """Everything that came in so far, in order."""
        with self._lock:
            return list(self._arrivals)

    def answer(self, *statuses: int) -> None:
        """Answer the next requests with these statuses, in order; all others with 200."""
        with self._lock:
            self._answers += statuses

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


class _Handler(Handler):
    def answer(self) -> None:
        if self.command == "GET":
            self._show()
        else:
            self._take()

    def _show(self) -> None:
        page = self.owner.pages.get(self.path)
        kind = {"Content-Type": "text/html"}
        self.reply(404 if page is None else 200, (page or "no such page").encode(), kind)

    def _take(self) -> None:
        raw = self.body(BODY_LIMIT_BYTES)
        if not self.path.startswith(("/webhook", "/slack")):
            self.reply(404, b"no such receiver", _PLAIN)
            return
        try:
            body = json.loads(raw)
        except ValueError:
            self.reply(400, b"not JSON", _PLAIN)
            return
        status = self.owner.record(self.path, self.headers.get("Idempotency-Key", ""), body)
        # Slack's incoming webhooks answer with these two letters.
        self.reply(status, b"ok" if status < 400 else b"told to fail", _PLAIN)
