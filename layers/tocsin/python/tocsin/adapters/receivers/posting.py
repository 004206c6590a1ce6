"""What kinds of receivers share that are told by an HTTP request."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import msgspec

from tocsin.adapters.http import ANSWER_LIMIT_BYTES, Http, HttpAnswer
from tocsin.domain.config import Receiver
from tocsin.domain.errors import Permanent, Retryable, Throttled, TocsinError, Unsendable
from tocsin.domain.secret import Secret
from tocsin.ports import Clock

# Answers below 500 after which the same request may succeed. 409 says that the one before it, under
# the same Idempotency-Key, is still worked on (draft-ietf-httpapi-idempotency-key-header-07).
_TOO_MANY = 429
_PASSING = {408, 409, 425, _TOO_MANY}
# A receiver may ask for time, but not for ever.
RETRY_AFTER_LIMIT_S = 86_400.0
JSON = {"Content-Type": "application/json"}

_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_Settings = TypeVar("_Settings")


class AwsClients(Protocol):
    """Finds a client of a service of AWS, in a region other than its own if one is named."""

    def __call__(self, service: str, region: str = "") -> Any: ...


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind of receiver may use.

    `secret` returns what a reference leads to, and raises Retryable or Permanent where it leads
    nowhere; `has_changed` tells whether that is something else by now. `aws` returns a client of a
    service of AWS, made once, that tries once. `own_queue_urls` are queues that tocsin itself sends
    to, so that no receiver may be one of them.
    """

    http: Http
    clock: Clock
    secret: Callable[[Secret], str]
    aws: AwsClients
    has_changed: Callable[[Secret], bool] = lambda _: False
    external_url: str = ""
    own_queue_urls: frozenset[str] = frozenset()


class Request(msgspec.Struct, frozen=True):
    """What is posted, and to where."""

    url: str
    body: bytes
    headers: Mapping[str, str]


def post(
    receiver: Receiver,
    tools: Tools,
    write: Callable[[], Request],
    refusal: Callable[[HttpAnswer], str] = lambda _: "",
    limit_bytes: int = ANSWER_LIMIT_BYTES,
) -> HttpAnswer:
    """Post what `write` returns, and return the answer of a receiver that took it.

    `refusal` returns why a receiver refuses for good, or "" if the status says it all. Of the
    answer at most `limit_bytes` are read.

    Raises:
        Retryable: There was no answer in time, or one after which the same may succeed.
        Throttled: The receiver asks for fewer calls.
        Permanent: It refuses for good.
        Unsendable: Nothing was sent, and nothing can be.
    """
    request = written(receiver, write)
    try:
        answer = tools.http.post(
            request.url, request.body, request.headers, receiver.timeout_s, limit_bytes
        )
    except Permanent as error:
        raise Unsendable(f"receiver {receiver.name}: {error.reason}") from None
    except Retryable as error:
        raise Retryable(f"receiver {receiver.name}: {error.reason}") from None
    said = refusal(answer)
    if said:
        raise Permanent(f"receiver {receiver.name} says {said}")
    _raise_for(answer, receiver, tools.clock())
    return answer


def settings_of(receiver: Receiver, kind: type[_Settings]) -> _Settings:
    """Return what a kind needs beside a URL. Raises Unsendable where the receiver has it not."""
    if not isinstance(receiver.settings, kind):
        raise Unsendable(f"receiver {receiver.name}: has no settings of its kind; apply them again")
    return receiver.settings


def kept_url(receiver: Receiver, tools: Tools, reference: Secret) -> str:
    """Return a URL that is kept as a secret. Raises Unsendable unless it is encrypted."""
    url = tools.secret(reference).strip()
    parts = urlsplit(url)
    is_encrypted = parts.scheme == "https" and bool(parts.hostname)
    if is_encrypted or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise Unsendable(f"receiver {receiver.name}: what {reference!r} keeps is no https:// address")


def written(receiver: Receiver, write: Callable[[], Any]) -> Any:
    """Return what `write` returns. Raises Unsendable if it cannot be written.

    What cannot be written now can never be; the rest of the group must go on.
    """
    try:
        return write()
    except (ValueError, TypeError, OverflowError) as error:
        reason = f"receiver {receiver.name}: cannot be written: {type(error).__name__}"
        raise Unsendable(reason) from None


def _raise_for(answer: HttpAnswer, receiver: Receiver, now_s: float) -> None:
    if 200 <= answer.status < 300:
        return
    raise failure_of(answer.status, answer.headers.get("retry-after", ""), receiver.name, now_s)


def failure_of(status: int, retry_after: str, receiver: str, now_s: float) -> TocsinError:
    """Return what an HTTP status means that is no success: Throttled, Retryable or Permanent."""
    reason = f"HTTP {status} from receiver {receiver}"
    if status in _PASSING or status >= 500:
        kind = Throttled if status == _TOO_MANY else Retryable
        return kind(reason, retry_after_s(retry_after, now_s))
    return Permanent(reason)


def retry_after_s(text: str, now_s: float) -> float | None:
    """Read a Retry-After header: seconds or a date. None if it is missing or neither."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), RETRY_AFTER_LIMIT_S)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    wait_s = (at - datetime.fromtimestamp(now_s, UTC)).total_seconds()
    return min(max(wait_s, 0.0), RETRY_AFTER_LIMIT_S)
