"""API Gateway's proxy events (format 1.0) as requests, and answers to them."""

import json
import zlib
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput, TooLarge

# A Lambda function takes 6 MB of event; what a compressed body grows to has a limit as well.
BODY_LIMIT_BYTES = 6 * 1024 * 1024
INFLATED_LIMIT_BYTES = 10 * 1024 * 1024

_GZIP = 16 + zlib.MAX_WBITS
_GZIP_MAGIC = b"\x1f\x8b"


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request; header names are in lower case.

    A header that came several times is one value, joined by commas (RFC 9110, section 5.3).
    """

    id: str
    resource: str
    parameters: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    raw_body: bytes


def from_event(event: Mapping[str, Any], request_id: str) -> HttpRequest:
    """Read a proxy event.

    `request_id` is the invocation's: the gateway's own can be chosen by the sender, with a
    header, and what it names must never be confused with an earlier request.
    Raises InvalidInput for a body that is not the base64 it says it is.
    """
    body = event.get("body") or ""
    try:
        raw = b64decode(body, validate=True) if event.get("isBase64Encoded") else body.encode()
    except ValueError as error:
        raise InvalidInput("the body is not valid base64 or UTF-8") from error
    return HttpRequest(
        id=request_id,
        resource=event["resource"],
        parameters=_given(event.get("pathParameters")),
        query=_given(event.get("queryStringParameters")),
        headers=_headers(event),
        raw_body=raw,
    )


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Join what came several times: the gateway's own `headers` has only the last of them."""
    single = {name: [value] for name, value in _given(event.get("headers")).items()}
    joined: dict[str, str] = {}
    for name, values in {**single, **(event.get("multiValueHeaders") or {})}.items():
        value = ", ".join(values)
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined


def _given(values: Mapping[str, str | None] | None) -> dict[str, str]:
    return {name: value for name, value in (values or {}).items() if value is not None}


def body_of(request: HttpRequest) -> bytes:
    """Return the body, inflated if the sender compressed it.

    Raises TooLarge above a limit, InvalidInput for a broken or unknown encoding.
    """
    if len(request.raw_body) > BODY_LIMIT_BYTES:
        raise TooLarge(f"a body may have {BODY_LIMIT_BYTES} bytes")
    encoding = request.headers.get("content-encoding", "").strip().lower()
    if encoding in ("", "identity"):
        return request.raw_body
    if encoding != "gzip":
        message = "Content-Encoding may be gzip or identity"
        raise InvalidInput(message, status=415, code="unsupported_encoding")
    if not request.raw_body.startswith(_GZIP_MAGIC):
        # API Gateway inflates bodies itself and leaves the header as it was.
        return request.raw_body
    return _inflated(request.raw_body)


def _inflated(body: bytes) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    try:
        data = inflater.decompress(body, INFLATED_LIMIT_BYTES + 1)
    except zlib.error as error:
        raise InvalidInput("the body is not valid gzip") from error
    if len(data) > INFLATED_LIMIT_BYTES:
        raise TooLarge(f"a body may have {INFLATED_LIMIT_BYTES} bytes when inflated")
    if not inflater.eof or inflater.unused_data:
        raise InvalidInput("the body is not one valid gzip stream")
    return data


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
    """Return a proxy answer with a JSON body; None is an empty one."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    known = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": {**known, **(headers or {})}, "body": text}


def error_answer(error: InvalidInput, headers: Mapping[str, str] | None = None) -> Any:
    """Return the answer to a request that is the sender's fault."""
    detail = {"code": error.code, "message": error.message, "path": error.path}
    return answer(error.status, {"error": detail}, headers)
