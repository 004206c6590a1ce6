"""Receivers: how a notification is said in each kind's own words, and sent by HTTP."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib import import_module
from typing import Protocol, cast

from tocsin.adapters.http import Http, HttpAnswer
from tocsin.domain.config import Receiver, ReceiverKind
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.ports import Clock, Notification

# Imported when first needed: a worker pays only for the kinds that its tenants use.
_KINDS: dict[ReceiverKind, str] = {
    "webhook": "tocsin.adapters.receivers.webhook",
    "slack": "tocsin.adapters.receivers.slack",
}

# Answers below 500 after which the same request may succeed.
_TOO_MANY = 429
_PASSING = {408, 425, _TOO_MANY}
# A receiver may ask for time, but not for ever.
RETRY_AFTER_LIMIT_S = 86_400.0


class ReceiverModule(Protocol):
    """What a module of `_KINDS` holds."""

    def render(self, notification: Notification, external_url: str) -> bytes:
        """Return the body: a pure function of the notification, equal in every attempt."""

    def headers(self, notification: Notification, at_s: float) -> dict[str, str]:
        """Return the headers of one attempt."""

    def refusal(self, answer: HttpAnswer) -> str:
        """Return why this kind of receiver refuses for good, or "" if it does not say so."""


class HttpReceivers:
    """Deliver notifications to receivers of all kinds."""

    def __init__(self, http: Http, clock: Clock, external_url: str = "") -> None:
        self._http = http
        self._clock = clock
        self._external_url = external_url

    def send(self, notification: Notification) -> None:
        """Deliver, or raise Retryable (with Retry-After, if the receiver said) or Permanent.

        Raises Throttled where the receiver asks for fewer calls, and Unsendable where nothing
        was sent.
        """
        receiver = notification.receiver
        kind = cast(ReceiverModule, import_module(_KINDS[receiver.kind]))
        try:
            body = kind.render(notification, self._external_url)
            headers = kind.headers(notification, self._clock())
        except (ValueError, TypeError, OverflowError) as error:
            # What cannot be written now can never be; the rest of the group must go on.
            reason = f"receiver {receiver.name}: cannot be written: {type(error).__name__}"
            raise Unsendable(reason) from None
        try:
            answer = self._http.post(receiver.url, body, headers, receiver.timeout_s)
        except Permanent as error:
            raise Unsendable(f"receiver {receiver.name}: {error.reason}") from None
        except Retryable as error:
            raise Retryable(f"receiver {receiver.name}: {error.reason}") from None
        refusal = kind.refusal(answer)
        if refusal:
            raise Permanent(f"receiver {receiver.name} says {refusal}")
        _raise_for(answer, receiver, self._clock())


def _raise_for(answer: HttpAnswer, receiver: Receiver, now_s: float) -> None:
    if 200 <= answer.status < 300:
        return
    reason = f"HTTP {answer.status} from receiver {receiver.name}"
    if answer.status in _PASSING or answer.status >= 500:
        kind = Throttled if answer.status == _TOO_MANY else Retryable
        raise kind(reason, retry_after_s(answer.headers.get("retry-after", ""), now_s))
    raise Permanent(reason)


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
