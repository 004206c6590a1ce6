"""Answers in Alertmanager's shapes, and how they are packed for the wire.

It has two shapes of errors: a bare JSON string where a handler refuses, and an object with a
number where its framework does, before any handler is asked.
"""

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput
from tocsin.runtime.gateway import HttpRequest

_JSON = {"Content-Type": "application/json"}
_SHARED = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}
# Less is not worth it.
_COMPRESSED_FROM_BYTES = 1024
_LEVEL = 5
# The zero time of Go, which Alertmanager's clients read as "not set".
ZERO_TIME = "0001-01-01T00:00:00.000Z"


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """One answer; `headers` are complete but for the length."""

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


def done(value: Any) -> Reply:
    """Answer 200 with JSON."""
    return Reply(status=200, headers=_JSON, body=msgspec.json.encode(value) + b"\n")


def listed(pieces: Iterable[bytes]) -> Reply:
    """Answer 200 with a JSON list of what is JSON already."""
    return Reply(status=200, headers=_JSON, body=b"[" + b",".join(pieces) + b"]\n")


def plain(status: int, text: str, kind: str = "text/plain; charset=utf-8") -> Reply:
    """Answer with text."""
    return Reply(status=status, headers={"Content-Type": kind}, body=text.encode())


def framework_error(status: int, code: int, message: str) -> InvalidInput:
    """Return the error that Alertmanager's framework would answer with, and its number."""
    return InvalidInput(message, status=status, code=str(code))


def refused(error: InvalidInput) -> Reply:
    """Answer an error in the shape that its kind has; one of the framework's has a number."""
    if error.code.isdecimal() or error.status in (401, 403, 413, 415):
        code = int(error.code) if error.code.isdecimal() else error.status
        body = json.dumps({"code": code, "message": error.message}, separators=(",", ":"))
        return Reply(status=error.status, headers=_JSON, body=body.encode())
    body = json.dumps(error.message, ensure_ascii=False)
    return Reply(status=error.status, headers=_JSON, body=f"{body}\n".encode())


def packed(reply: Reply, request: HttpRequest, limit_bytes: int) -> Reply:
    """Return a reply as it goes over the wire: compressed where that is asked for, or needed.

    One that is above `limit_bytes` even so is refused with 400, as nothing could carry it.
    """
    headers = {**_SHARED, **reply.headers}
    is_long = len(reply.body) >= _COMPRESSED_FROM_BYTES
    if is_long:
        headers["Vary"] = "Accept-Encoding"
    is_above = 0 < limit_bytes < len(reply.body)
    if is_above or (is_long and _takes_gzip(request)):
        body = gzip.compress(reply.body, _LEVEL, mtime=0)
        if 0 < limit_bytes < len(body):
            return packed(refused(_too_long(len(body))), request, 0)
        headers["Content-Encoding"] = "gzip"
        return Reply(status=reply.status, headers=headers, body=body)
    return Reply(status=reply.status, headers=headers, body=reply.body)


def to_proxy(reply: Reply) -> dict[str, Any]:
    """Return a reply as API Gateway takes it from a function."""
    is_binary = "Content-Encoding" in reply.headers
    body = b64encode(reply.body).decode() if is_binary else reply.body.decode()
    return {
        "statusCode": reply.status,
        "headers": reply.headers,
        "body": body,
        "isBase64Encoded": is_binary,
    }


@lru_cache(maxsize=4096)
def moment(at_s: float) -> str:
    """Write a time as Alertmanager does: RFC 3339 in UTC, with milliseconds."""
    text = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _takes_gzip(request: HttpRequest) -> bool:
    for part in request.headers.get("accept-encoding", "").lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def _too_long(length: int) -> InvalidInput:
    return InvalidInput(
        f"the answer has {length} bytes when compressed, more than can be sent: "
        "narrow it with filter= or receiver=",
        status=400,
    )
