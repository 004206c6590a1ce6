"""A fetcher behind a circuit breaker for each domain, which all workers share.

A domain is the host of an address. One that is down costs a few time limits; then nobody asks it
for a while. While it is well, nothing is written.
"""

from tocsin.domain.breaker import BreakerPolicy, endpoint_key
from tocsin.domain.enrichment.pages import address_of
from tocsin.domain.errors import BreakerOpen, Retryable, Throttled, TocsinError, Unsendable
from tocsin.pipeline.endpoint import Endpoint, Endpoints
from tocsin.ports import Clock, FetchedPage, Fetcher

OPEN_S = 300.0
POLICY = BreakerPolicy(
    mode="consecutive", failures=5, open_s=OPEN_S, open_factor=1.0, open_cap_s=OPEN_S, jitter=0.0
)
# A server that asks for fewer calls and does not say how long.
_PAUSE_S = 30.0
# As long as one answer may take: whoever was given less time has not failed.
FAIR_S = 10.0
# No tenant has this name: a host is up or down for all of them alike.
_FOR_ALL = "*"


class GuardedFetcher:
    """Reads pages of domains that may be asked; `owner` names this worker.

    A failure is a page that did not come after all its tries. A refusal, as 404, is none: whoever
    refuses is there.
    """

    def __init__(self, fetcher: Fetcher, endpoints: Endpoints, clock: Clock, owner: str) -> None:
        self._fetcher = fetcher
        self._endpoints = endpoints
        self._clock = clock
        self._owner = owner

    def fetch(self, url: str, left_s: float) -> FetchedPage:
        """Return a page. Raises BreakerOpen, or what the fetcher does."""
        key = domain_key(url)
        admission, endpoint = self._endpoints.admit(key, POLICY, self._owner)
        if admission.kind == "wait":
            left_alone_s = max(admission.until_s - self._clock(), 0.0)
            raise BreakerOpen("its host is left alone for a while, since it failed", left_alone_s)
        try:
            page = self._fetcher.fetch(url, left_s)
        except TocsinError as error:
            self._report(endpoint, error, left_s)
            raise
        self._endpoints.succeeded(endpoint)
        return page

    def _report(self, endpoint: Endpoint, error: TocsinError, left_s: float) -> None:
        if isinstance(error, Throttled):
            wait_s = _PAUSE_S if error.retry_after_s is None else error.retry_after_s
            self._endpoints.throttled(endpoint, self._clock() + min(wait_s, OPEN_S))
        elif isinstance(error, Retryable) and left_s >= FAIR_S:
            self._endpoints.failed(endpoint)
        elif isinstance(error, (Retryable, Unsendable)):
            self._endpoints.refused(endpoint, was_sent=False)
        else:
            self._endpoints.succeeded(endpoint)


def domain_key(url: str) -> str:
    """Return the key under which all workers share the breaker of a URL's host.

    Raises Unsendable for what is no address.
    """
    return endpoint_key(_FOR_ALL, "page", address_of(url).host, POLICY.mode)
