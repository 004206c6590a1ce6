"""Reads a page through the one way out, and tries again what may pass."""

from collections.abc import Callable
from time import monotonic, sleep
from typing import NoReturn
from urllib.parse import quote

import msgspec

from tocsin.adapters.fetching.body import HTML, media_of, text_of
from tocsin.adapters.http import Http, HttpAnswer
from tocsin.adapters.receivers.posting import retry_after_s
from tocsin.domain.enrichment.pages import PageAddress, address_of, guard, redirected
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.domain.retry import RetryPolicy
from tocsin.ports import Clock, FetchedPage

RETRIES = 3
REDIRECTS = 3
# One answer, from its connection to its last byte.
ANSWER_S = 10.0
# Who has less left does not begin: a time limit that short would say nothing of the server.
LEAST_S = 0.2

_BACKOFF = RetryPolicy(base_s=0.5, cap_s=4.0)
_TOO_MANY = 429
_PASSING = frozenset({_TOO_MANY, 500, 502, 503, 504})
_REDIRECTING = frozenset({301, 302, 303, 307, 308})
_HEADERS = {"Accept": "text/html, text/markdown, text/plain, application/json;q=0.8"}
_ASCII = "".join(map(chr, range(0x20, 0x7F)))


class _NotSoon(Retryable):
    """A failure that another try a moment later would meet again."""


class Waiting(msgspec.Struct, frozen=True):
    """How time is measured and spent: seconds that only grow, and a wait of so many."""

    monotonic_s: Callable[[], float] = monotonic
    sleep: Callable[[float], None] = sleep


class HttpFetcher:
    """Reads pages of public hosts over https.

    `allow_loopback` is for development: it lets pages of this machine be read, over http too, if
    `http` does so as well.
    """

    def __init__(
        self,
        http: Http,
        clock: Clock,
        *,
        allow_loopback: bool = False,
        waiting: Waiting | None = None,
    ) -> None:
        self._http = http
        self._clock = clock
        self._allow_loopback = allow_loopback
        self._waiting = waiting or Waiting()

    def fetch(self, url: str, left_s: float) -> FetchedPage:
        """Return a page within `left_s` seconds, after three further tries at most.

        Raises what the port says. It waits only as long as there is time for the try after it.
        """
        address = address_of(url)
        guard(address, allow_loopback=self._allow_loopback)
        if left_s < LEAST_S:
            raise Unsendable("too little time is left")
        deadline_s = self._waiting.monotonic_s() + left_s
        retries = 0
        while True:
            try:
                return self._read(address, deadline_s)
            except _NotSoon:
                raise
            except Retryable as error:
                retries += 1
                delay_s = _BACKOFF.delay_s(retries, address.url, error.retry_after_s)
                if retries > RETRIES or delay_s + LEAST_S > self._left_s(deadline_s):
                    raise
            self._waiting.sleep(delay_s)

    def _left_s(self, deadline_s: float) -> float:
        return deadline_s - self._waiting.monotonic_s()

    def _read(self, address: PageAddress, deadline_s: float) -> FetchedPage:
        """Ask once, and follow the server wherever it may lead."""
        for _ in range(REDIRECTS + 1):
            answer = self._ask(address, deadline_s)
            if answer.status not in _REDIRECTING:
                return self._page(address, answer)
            location = quote(answer.headers.get("location", ""), safe=_ASCII, encoding="latin-1")
            address = redirected(address, location, allow_loopback=self._allow_loopback)
        raise Permanent(f"it redirects more than {REDIRECTS} times")

    def _ask(self, address: PageAddress, deadline_s: float) -> HttpAnswer:
        left_s = min(self._left_s(deadline_s), ANSWER_S)
        if left_s <= 0:
            raise Retryable("no answer: the time is up")
        try:
            return self._http.get(address.url, left_s, _HEADERS)
        except Permanent as error:
            raise Unsendable(error.reason) from None

    def _page(self, address: PageAddress, answer: HttpAnswer) -> FetchedPage:
        if not 200 <= answer.status < 300:
            self._refuse(answer)
        media = media_of(answer.headers)
        if answer.is_broken:
            raise Retryable("the page broke off, or did not come to its end in time")
        title, text = "", text_of(media, answer)
        if media.type == HTML:
            from tocsin.adapters.fetching.htmltext import read

            words = read(text)
            title, text = words.title, words.text
        return FetchedPage(url=address.url, title=title, text=text, content_type=media.type)

    def _refuse(self, answer: HttpAnswer) -> NoReturn:
        reason = f"HTTP {answer.status}"
        if answer.status in _PASSING:
            kind = Throttled if answer.status == _TOO_MANY else Retryable
            raise kind(reason, retry_after_s(answer.headers.get("retry-after", ""), self._clock()))
        if answer.status >= 500:
            raise _NotSoon(reason)
        raise Permanent(reason)
