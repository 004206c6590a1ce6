"""PagerDuty's Events API v2, for tools that can send nowhere else: the key is in the body.

Such a tool lets its user choose the address and a `routing_key`, and that is the API key here.
The archive keeps bodies bit for bit, with this one exception: before anything is stored, the
name of the key takes the place of whatever in the body has the form of a key.
Source: developer.pagerduty.com/docs/events-api-v2/trigger-events.
"""

from typing import Any

import msgspec
import orjson

from tocsin.domain import apikey
from tocsin.domain.errors import InvalidInput, TooLarge, TooManyRequests
from tocsin.pipeline.ingest import Answer
from tocsin.ports import ApiKey
from tocsin.providers.bodies import json_of
from tocsin.runtime.gateway import HttpRequest, answer, backoff, body_of, waiting

# PagerDuty's own limit. Here the body is read before the key is known.
_LIMIT_BYTES = 512 * 1024
_KEY_BEGINS = "toc_"
_AGAIN = {"Retry-After": "1"}
_LISTED = 100


class PagerDutyEvents:
    """One request: 202 with the `dedup_key`, and errors in both PagerDuty's shape and ours."""

    def __init__(self) -> None:
        self._dedup_key = ""

    def provider_name(self, _: HttpRequest) -> str:
        """Name the provider that reads such events."""
        return "pagerduty"

    def keyed(self, request: HttpRequest) -> HttpRequest:
        """Take the key from `routing_key`, if that is one of ours; else from the usual places."""
        if len(request.raw_body) > _LIMIT_BYTES:
            raise TooLarge(f"an event may have {_LIMIT_BYTES} bytes")
        event = json_of(body_of(request, _LIMIT_BYTES))
        if type(event) is not dict:
            return request
        self._dedup_key = _text(event.get("dedup_key"))
        key = _text(event.get("routing_key"))
        if not key.startswith(_KEY_BEGINS):
            return request
        parameters = {**request.parameters, "key": key}
        return msgspec.structs.replace(request, parameters=parameters)

    def check(self, request: HttpRequest) -> None:
        """Refuse nothing: senders' content types are not to be trusted."""

    def kept(self, body: bytes, key: ApiKey) -> bytes:
        """Put the name of the key in its place; it stays the same when the key is rotated.

        A body that holds nothing of the form of a key stays bit for bit.
        """
        if b"\\u" in body:
            # Escapes could hide it. Written anew, its letters are what they are.
            plain = _unescaped(body)
            body = plain if apikey.is_in(plain) else body
        return apikey.replaced(body, orjson.dumps(key.name)[1:-1])

    def accepted(self, result: Answer) -> Any:
        """Answer 202, or 400 for an event that cannot be read."""
        if result.rejected:
            return self._refusal(400, "invalid_alert", [error for _, error in result.rejected])
        body = {"status": "success", "message": "Event processed", "dedup_key": self._dedup_key}
        return answer(202, body)

    def refused(self, error: InvalidInput) -> Any:
        """Answer 400 where others hear 422: senders of events know no other."""
        if isinstance(error, TooManyRequests):
            return _throttled(error)
        status = 400 if error.status == 422 else error.status
        return self._refusal(status, error.code, [error])

    def unavailable(self) -> Any:
        """Answer 503: nothing was accepted, send again."""
        message = "not accepted; send again"
        detail = {"code": "unavailable", "message": message, "path": ""}
        body = {"status": "unavailable", "message": message, "error": detail}
        return answer(503, body, _AGAIN)

    def _refusal(self, status: int, code: str, errors: list[Any]) -> Any:
        first = errors[0]
        said = [f"{error.path}: {error.message}".removeprefix(": ") for error in errors[:_LISTED]]
        detail = {"code": code, "message": first.message, "path": first.path}
        body = {
            "status": "invalid event",
            "message": "Event object is invalid",
            "errors": said,
            "error": detail,
        }
        return answer(status, body)


def _unescaped(body: bytes) -> bytes:
    try:
        return orjson.dumps(orjson.loads(body))
    except orjson.JSONEncodeError as error:
        # It reads 1,024 levels and writes 254.
        message = "an event with escapes may be 254 levels deep"
        raise InvalidInput(message, status=400, code="invalid_payload") from error


def _text(value: Any) -> str:
    return value if type(value) is str else ""


def _throttled(error: TooManyRequests) -> Any:
    detail = {"code": error.code, "message": error.message, "path": ""}
    body = {"status": "throttle exceeded", "message": error.message, "error": detail}
    return answer(429, {**body, "backoff": backoff(error)}, waiting(error))
