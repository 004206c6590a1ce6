"""The handlers of ingest and api behind WSGI, routed as docs/openapi.yaml says."""

import gzip
import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs

import yaml

from tests.template.test_edge import INGEST
from tests.template.transformed import ROOT
from tocsin.runtime import api, ingest

_NOT_FOUND = {"code": "not_found", "message": "there is no such route", "path": ""}
_REASON = "as told"
_STAGE = "/prod"


def document() -> dict[str, Any]:
    """Return docs/openapi.yaml."""
    content: dict[str, Any] = yaml.safe_load((ROOT / "docs/openapi.yaml").read_text("utf-8"))
    return content


class Gateway:
    """A WSGI application; `call` is to be set to what runs a handler."""

    def __init__(self) -> None:
        self.call: Callable[[Any, dict[str, Any]], dict[str, Any]] | None = None
        self._document = document()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        if path == "/openapi.json":
            return _answered(start_response, 200, {}, json.dumps(self._document))
        event = self._event(environ, path.removeprefix(_STAGE))
        if event is None or self.call is None:
            return _answered(start_response, 404, {}, json.dumps({"error": _NOT_FOUND}))
        is_ingest = (event["httpMethod"].lower(), event["resource"]) in INGEST
        answer = self.call(ingest.handler if is_ingest else api.handler, event)
        body = answer["body"]
        content = b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = dict(answer["headers"])
        # The client of the tests asks for it, and cannot read it.
        if headers.pop("Content-Encoding", "") == "gzip":
            content = gzip.decompress(content)
        return _answered(start_response, answer["statusCode"], headers, content)

    def _event(self, environ: dict[str, Any], path: str) -> dict[str, Any] | None:
        for route, operations in self._document["paths"].items():
            parameters = _matched(route, path)
            if parameters is not None and environ["REQUEST_METHOD"].lower() in operations:
                return {
                    "httpMethod": environ["REQUEST_METHOD"],
                    "resource": route,
                    "pathParameters": parameters or None,
                    "multiValueQueryStringParameters": _queries(environ) or None,
                    "headers": _headers(environ),
                    "body": b64encode(environ["wsgi.input"].read()).decode(),
                    "isBase64Encoded": True,
                }
        return None


def _matched(route: str, path: str) -> dict[str, str] | None:
    """Return the parameters of a path on a route; None if it is another's."""
    wanted, given = route.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    parameters = {}
    for want, part in zip(wanted, given, strict=True):
        if want.startswith("{") and part:
            parameters[want[1:-1]] = part
        elif want != part:
            return None
    return parameters


def _queries(environ: dict[str, Any]) -> dict[str, list[str]]:
    return parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    # The client claims to take gzip, and inflates nothing.
    headers.pop("accept-encoding", None)
    if environ.get("CONTENT_TYPE"):
        headers["content-type"] = environ["CONTENT_TYPE"]
    return headers


def _answered(
    start_response: Any, status: int, headers: dict[str, str], body: str | bytes
) -> Iterable[bytes]:
    told = {"Content-Type": "application/json", **headers}
    start_response(f"{status} {_REASON}", list(told.items()))
    return [body.encode() if isinstance(body, str) else body]
