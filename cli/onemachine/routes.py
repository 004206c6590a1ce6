"""Which request is whose: alerts, health, and the rest of Alertmanager's API."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import uuid4

import msgspec

from cli.onemachine.logs import log
from cli.onemachine.worker import log_broken
from tocsin.domain.errors import ConfigurationError, TocsinError
from tocsin.runtime.gateway import HttpRequest

_JSON = {"Content-Type": "application/json"}
_TEXT = {"Content-Type": "text/plain; charset=utf-8"}

Handle = Callable[[HttpRequest], Any]


class Response(msgspec.Struct, frozen=True):
    """What goes back to a client."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Routes:
    """Requests by method and path; `prefix` stands before every path."""

    def __init__(
        self,
        prefix: str,
        accept: Handle,
        api: Callable[[str, HttpRequest], Any],
        reload: Callable[[], None],
    ) -> None:
        self._prefix = prefix
        self._accept = accept
        self._api = api
        self._reload = reload

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Response:
        """Answer one request; whatever goes wrong becomes an answer, too."""
        parts = urlsplit(target)
        path = unquote(parts.path)
        if not path.startswith(f"{self._prefix}/"):
            return plain(404, "not found")
        path = path.removeprefix(self._prefix).rstrip("/") or "/"
        request = HttpRequest(
            id=uuid4().hex,
            resource=path,
            parameters={},
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers=headers,
            raw_body=body,
        )
        try:
            return self._routed(method, path, request)
        except TocsinError as error:
            log("error", "a request cannot be answered", path=path, err=error)
            return refusal(503, "not now; try again")
        except Exception as error:  # noqa: BLE001 - a bug in one answer must not end the server
            log_broken(f"{method} {path} breaks the server", error)
            return refusal(500, "internal error")

    def _routed(self, method: str, path: str, request: HttpRequest) -> Response:
        if path == "/api/v2/alerts" and method == "POST":
            return _of(self._accept(request))
        if path in ("/-/healthy", "/-/ready"):
            return (
                plain(200, "OK")
                if method in ("GET", "HEAD")
                else refusal(405, _denied(method, path))
            )
        if path == "/-/reload":
            return self._reloaded() if method == "POST" else refusal(405, _denied(method, path))
        return _of(self._api(method, request))

    def _reloaded(self) -> Response:
        try:
            self._reload()
        except ConfigurationError as error:
            return plain(500, f"failed to reload config: {error}")
        return plain(200, "")


def plain(status: int, text: str) -> Response:
    """Return an answer in words."""
    return Response(status, _TEXT, f"{text}\n".encode() if text else b"")


def refusal(status: int, message: str) -> Response:
    """Return an error in the shape of Alertmanager's framework."""
    return Response(status, _JSON, json.dumps({"code": status, "message": message}).encode())


def _denied(method: str, path: str) -> str:
    return f"method {method} is not allowed for {path}"


def _of(answer: Any) -> Response:
    """Take a proxy answer for what it means."""
    from base64 import b64decode

    body = answer["body"]
    data = b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    return Response(answer["statusCode"], answer["headers"], data)
