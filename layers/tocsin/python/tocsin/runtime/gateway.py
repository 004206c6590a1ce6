"""API Gateway's proxy events (format 1.0) as requests, and answers to them."""

import json
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput, TooLarge, TooManyRequests
from tocsin.runtime.codings import INFLATED_LIMIT_BYTES, decoded

# A Lambda function takes 6 MB of event; what a compressed body grows to has a limit of its own.
BODY_LIMIT_BYTES = 6 * 1024 * 1024
# Of the structural characters of RFC 8259, section 2, those that come once for each value. One
# byte of JSON, such as those of `{}`, can become thirty of memory; 10,000 alerts with 20 labels
# each have 700,000 of these.
STRUCTURAL_LIMIT = 1_500_000
_STRUCTURAL = b",:[{"


class HttpRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One HTTP request; header names are in lower case.

    A header that came several times is one value, joined by commas (RFC 9110, section 5.3). Of
    a query parameter that did, `query` has the last value and `queries` has all.
    """

    id: str
    resource: str
    parameters: dict[str, str]
    query: dict[str, str]
    headers: dict[str, str]
    raw_body: bytes
    method: str = "GET"
    queries: dict[str, tuple[str, ...]] = {}

    @property
    def path(self) -> str:
        """The path below the base of the API, without the key that may stand in it."""
        path = self.resource.removeprefix("/k/{key}")
        for name, value in self.parameters.items():
            path = path.replace(f"{{{name}}}", value).replace(f"{{{name}+}}", value)
        return path


def from_event(event: Mapping[str, Any], request_id: str) -> HttpRequest:
    """Read a proxy event.

    `request_id` is the invocation's: the gateway's own can be chosen by the sender, with a
    header, and what it names must never be confused with an earlier request.
    Raises InvalidInput for a body that is not the base64 it says it is.
    """
    return HttpRequest(
        id=request_id,
        resource=resource_of(event),
        parameters=_given(event.get("pathParameters")),
        query=_given(event.get("queryStringParameters")),
        headers=_headers(event),
        raw_body=_raw_body(event.get("body"), event.get("isBase64Encoded")),
        method=_text(event.get("httpMethod")),
        queries=_queries(event),
    )


def resource_of(event: Mapping[str, Any]) -> str:
    """Return the route that an event is for; "" if it names none."""
    return _text(event.get("resource"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _raw_body(body: Any, is_base64: Any) -> bytes:
    if body is None:
        return b""
    if not isinstance(body, str):
        raise InvalidInput("the body is not a text")
    try:
        return b64decode(body, validate=True) if is_base64 else body.encode()
    except ValueError as error:
        raise InvalidInput("the body is not valid base64 or UTF-8") from error


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """Join what came several times: the gateway's own `headers` has only the last of them."""
    single = {name: [value] for name, value in _given(event.get("headers")).items()}
    several = event.get("multiValueHeaders")
    joined: dict[str, str] = {}
    for name, values in {**single, **(several if isinstance(several, dict) else {})}.items():
        value = ", ".join(each for each in _list(values) if isinstance(each, str))
        lower = name.lower()
        joined[lower] = f"{joined[lower]}, {value}" if lower in joined else value
    return joined


def _queries(event: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    given = _given(event.get("queryStringParameters"))
    found: dict[str, tuple[str, ...]] = {name: (value,) for name, value in given.items()}
    several = event.get("multiValueQueryStringParameters")
    for name, values in (several if isinstance(several, dict) else {}).items():
        found[name] = tuple(each for each in _list(values) if isinstance(each, str))
    return found


def _list(values: Any) -> list[Any]:
    return values if isinstance(values, list) else []


def _given(values: Any) -> dict[str, str]:
    """Return what a map of an event says; whatever is null or no text counts as left out."""
    pairs = values.items() if isinstance(values, dict) else ()
    return {name: value for name, value in pairs if isinstance(value, str)}


def body_of(request: HttpRequest, inflated_limit_bytes: int = INFLATED_LIMIT_BYTES) -> bytes:
    """Return the body, inflated if the sender compressed it.

    Raises TooLarge above a limit, that of what was sent, of what it grows to, or of the values
    in it; InvalidInput for a broken or unknown encoding.
    """
    if len(request.raw_body) > BODY_LIMIT_BYTES:
        raise TooLarge(f"a body may have {BODY_LIMIT_BYTES} bytes")
    coding = request.headers.get("content-encoding", "")
    body = decoded(request.raw_body, coding, inflated_limit_bytes)
    # A shorter one cannot have so many, and is not searched.
    if len(body) > STRUCTURAL_LIMIT and sum(map(body.count, _STRUCTURAL)) > STRUCTURAL_LIMIT:
        raise TooLarge(f"a body may have {STRUCTURAL_LIMIT} commas, colons and opening brackets")
    return body


def answer(status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
    """Return a proxy answer with a JSON body; None is an empty one."""
    text = "" if body is None else json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    known = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    return {"statusCode": status, "headers": {**known, **(headers or {})}, "body": text}


def error_answer(
    error: InvalidInput,
    headers: Mapping[str, str] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Any:
    """Return the answer to a request that is the sender's fault; `beside` the error stands more."""
    detail = {"code": error.code, "message": error.message, "path": error.path}
    return answer(error.status, {"error": detail, **(beside or {})}, headers)


def waiting(error: TooManyRequests) -> dict[str, str]:
    """Return the header that says when to send again."""
    return {"Retry-After": str(error.retry_after_s)}


def backoff(error: TooManyRequests) -> dict[str, Any]:
    """Return what a sender can act on, for the body."""
    return {
        "retry_after_s": error.retry_after_s,
        "scope": error.scope,
        "limit": error.limit,
        "window_s": error.window_s,
    }
