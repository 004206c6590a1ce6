"""HTTP for the modules of a library that would otherwise ask whom it likes, with `requests`.

What a module knows as `requests` is replaced by a `StandIn`, in that module alone. What it asks
then goes through `Http`: public addresses, no redirects, one deadline for all of it. Outside of a
`Visit` it asks nobody.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from tocsin.adapters.http import Http
from tocsin.domain.errors import Permanent, Retryable, TocsinError, Unsendable

# Logging in, finding a room and posting are few; who asks more has lost its way.
REQUESTS_LIMIT = 12
TOO_MANY = 429
_SAID = {"params", "data", "json", "headers", "auth"}
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
# What modules use of `requests` besides asking.
_HARMLESS = {"codes", "exceptions", "ConnectionError", "RequestException", "Timeout"}
_HARMLESS |= {"TooManyRedirects"}


class Visit:
    """What is asked for one notification, and how it went.

    `status`, `retry_after` and `body` are those of the last answer, 0 and empty if there was none;
    `failure` is why something was not asked or not answered.
    """

    def __init__(self, http: Http, timeout_s: float) -> None:
        self._http = http
        self._deadline_s = monotonic() + timeout_s
        self.asked = 0
        self.status = 0
        self.retry_after = ""
        self.body = b""
        self.failure: TocsinError | None = None

    def ask(self, method: str, url: str, **options: Any) -> Any:
        """Ask under the guards of `Http`. Raises Retryable, or Unsendable if it was not asked."""
        self._check(url, options)
        # After such an answer a library may wait and ask again: when to is for notify to say.
        if self.failure is not None or self.status == TOO_MANY:
            raise Retryable("it was asked to stop")
        self.asked += 1
        said = {name: value for name, value in options.items() if name in _SAID}
        left_s = self._deadline_s - monotonic()
        if left_s <= 0 or self.asked > REQUESTS_LIMIT:
            raise Retryable("it takes too long")
        try:
            answer = self._http.exchange(method, url, left_s, **said)
        except Permanent as error:
            raise Unsendable(error.reason) from None
        self.status = answer.status_code
        self.retry_after = answer.headers.get("retry-after", "")
        self.body = answer.content
        return answer

    def _check(self, url: str, options: dict[str, Any]) -> None:
        parts = urlsplit(url)
        if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
            raise Unsendable("it would not be encrypted")
        if options.get("files"):
            raise Unsendable("files are not sent")


_VISIT: ContextVar[Visit | None] = ContextVar("visit", default=None)


@contextmanager
def visit(http: Http, timeout_s: float) -> Iterator[Visit]:
    """Let modules with a stand-in ask, in this thread, while the block lasts."""
    made = Visit(http, timeout_s)
    token = _VISIT.set(made)
    try:
        yield made
    finally:
        _VISIT.reset(token)


class StandIn:
    """Stands where a module had `requests`; what is not here the module does not get."""

    def __init__(self, real: ModuleType) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        if name not in _HARMLESS:
            raise AttributeError(name)
        return getattr(self._real, name)

    def request(self, method: str, url: str, **options: Any) -> Any:
        """Ask within the visit of this thread; raise what the module expects if that fails."""
        now = _VISIT.get()
        if now is None:
            raise self._real.ConnectionError("nobody may be asked now")
        try:
            return now.ask(method, url, **options)
        except (Permanent, Retryable) as error:
            now.failure = now.failure or error
            raise self._real.ConnectionError("not asked, or not answered") from None

    def get(self, url: str, params: Any = None, **options: Any) -> Any:
        """Ask with GET."""
        return self.request("GET", url, params=params, **options)

    def post(self, url: str, data: Any = None, json: Any = None, **options: Any) -> Any:
        """Ask with POST."""
        return self.request("POST", url, data=data, json=json, **options)

    def put(self, url: str, data: Any = None, **options: Any) -> Any:
        """Ask with PUT."""
        return self.request("PUT", url, data=data, **options)


def guard(module: Any) -> None:
    """Give a module a stand-in for its `requests`, if it has none yet."""
    if isinstance(module.requests, ModuleType):
        module.requests = StandIn(module.requests)
