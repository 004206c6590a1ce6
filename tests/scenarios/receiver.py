"""A webhook receiver for many scenarios at once: it answers as told, and keeps all that comes."""

import json
from collections import defaultdict
from threading import Lock
from time import sleep, time
from typing import Any

import msgspec

from cli.loopback import Handler, Loopback


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
        self._server = Loopback(_Handler, self)
        self._lock = Lock()
        self._came: dict[str, list[Came]] = defaultdict(list)
        self._manners: dict[tuple[str, str], Manner] = {}

    def url(self, run: str, to: str) -> str:
        """Return the address of a receiver of a run."""
        return f"{self._server.url}/{run}/{to}"

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
        self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop()


class _Handler(Handler):
    def answer(self) -> None:
        body = json.loads(self.body())
        manner = self.owner.take(self.path, self.headers.get("Idempotency-Key", ""), body)
        sleep(manner.after_s)
        after_s = manner.retry_after_s
        self.reply(manner.status, headers={} if after_s is None else {"Retry-After": str(after_s)})
