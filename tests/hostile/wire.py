"""Requests as bytes on a socket, so that what no HTTP client would send is sent as well."""

import socket
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from time import monotonic
from typing import Any
from urllib.parse import quote, urlsplit

import msgspec

from tests.hostile.case import GOOD, KEY_IN_BODY, MISSING, Case

# Far above what is allowed: a slow answer is to be seen as one.
_PATIENCE_S = 10.0


class Answered(msgspec.Struct, frozen=True):
    """What came back, names of headers in lower case; status 0 where there was no answer."""

    status: int
    headers: dict[str, str]
    body: str
    took_s: float

    def as_event(self) -> dict[str, Any]:
        """Return it as a function's answer, for those who judge these."""
        return {"statusCode": self.status, "headers": self.headers, "body": self.body}


class Wire:
    """The way to a gateway, of which every request takes a connection of its own."""

    def __init__(self, base_url: str) -> None:
        parts = urlsplit(base_url)
        self._address = (parts.hostname or "", parts.port or 80)
        self.host = parts.netloc
        self.prefix = parts.path

    def send(self, request: bytes) -> Answered:
        """Send the bytes, say that no more will come, and read one answer."""
        started_s = monotonic()
        with socket.create_connection(self._address, timeout=_PATIENCE_S) as connection:
            # Who refuses what is too long may close before all of it is sent.
            with suppress(OSError):
                connection.sendall(request)
                connection.shutdown(socket.SHUT_WR)
            response = HTTPResponse(connection, method="POST")
            try:
                response.begin()
                body = response.read().decode(errors="replace")
            except (HTTPException, ConnectionError, TimeoutError):
                return Answered(0, {}, "", monotonic() - started_s)
            headers = {name.lower(): value for name, value in response.getheaders()}
            return Answered(response.status, headers, body, monotonic() - started_s)

    def request(self, case: Case, key: str) -> bytes:
        """Return the request of a case, with `key` where the case says so."""
        body = case.content().replace(KEY_IN_BODY, f'"{key}"'.encode())
        path = case.path.replace(f"/k/{GOOD}/", f"/k/{key}/")
        target = self.prefix + quote(path.encode("utf-8", "surrogatepass"), safe="/")
        given = {"content-type": "application/json", **case.headers}
        if case.key and not path.startswith("/k/"):
            given.setdefault("x-api-key", key if case.key == GOOD else case.key)
        names = {name.lower() for name in given}
        head = [f"POST {target} HTTP/1.1".encode(), b"host: " + self.host.encode()]
        head += [_bytes(name) + b": " + _bytes(value) for name, value in _lines(given)]
        if not names & {"content-length", "transfer-encoding"}:
            head.append(b"content-length: %d" % len(body))
        head.append(b"connection: close")
        return b"\r\n".join(head) + b"\r\n\r\n" + body


def _lines(headers: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield each line of the head; a list is as many lines, and nothing is none."""
    for name, value in headers.items():
        for each in value if isinstance(value, list) else [value]:
            if each is not None and each != MISSING:
                yield name, each


def _bytes(value: Any) -> bytes:
    return str(value).encode("utf-8", "surrogatepass")
