"""The Alertmanager API, as a scenario uses it."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import msgspec

from cli.localcloud.http import Answer as Reply
from cli.localcloud.http import call

_TIMEOUT_S = 20.0
_JSON = {"Content-Type": "application/json"}


class Api(msgspec.Struct, frozen=True):
    """A server's API: what stands before /api/v2."""

    base_url: str

    def push(self, alerts: list[dict[str, Any]]) -> Reply:
        """Send alerts."""
        return self.ask("POST", "/api/v2/alerts", json.dumps(alerts).encode(), _JSON)

    def silence(self, silence: dict[str, Any]) -> Reply:
        """Create or edit a silence; the answer has its id."""
        return self.ask("POST", "/api/v2/silences", json.dumps(silence).encode(), _JSON)

    def expire(self, silence_id: str) -> Reply:
        """End a silence."""
        return self.ask("DELETE", f"/api/v2/silence/{silence_id}")

    def alerts(self) -> Reply:
        """List alerts."""
        return self.ask("GET", "/api/v2/alerts")

    def is_ready(self) -> bool:
        """Tell whether it answers."""
        return self.ask("GET", "/api/v2/status").status == 200

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> Reply:
        """Send any request. What a URL cannot hold in `path` is written as it must be."""
        url = self.base_url + quote(path, safe="/?&=%+~:")
        return call(method, url, body, headers, _TIMEOUT_S)


def written(at_s: float) -> str:
    """Return a time as Prometheus writes it."""
    at = datetime.fromtimestamp(at_s, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_s(text: str) -> float:
    """Read a time as a server wrote it."""
    return datetime.fromisoformat(text).timestamp()
