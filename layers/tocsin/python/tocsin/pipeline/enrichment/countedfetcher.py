"""A fetcher that counts pages, so that rules hear when they no longer come."""

from threading import Lock

from tocsin.domain.errors import BreakerOpen, Permanent, Retryable, Unsendable
from tocsin.pipeline.enrichment.guardedfetcher import FAIR_S
from tocsin.ports import FetchedPage, Fetcher


class CountedFetcher:
    """Passes on what another fetcher does. Threads may share it.

    A failure is a page that did not come after all its tries. A refusal, as 404, is none, since
    whoever refuses is there; and a page that nobody was asked for, or that did not come in less
    time than an answer may take, does not count at all.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._lock = Lock()
        self._asked = 0
        self._failed = 0

    def fetch(self, url: str, left_s: float) -> FetchedPage:
        """Return a page. Raises what the other fetcher does."""
        try:
            page = self._fetcher.fetch(url, left_s)
        except (BreakerOpen, Unsendable):
            raise
        except Retryable:
            if left_s >= FAIR_S:
                self._add(failed=1)
            raise
        except Permanent:
            self._add()
            raise
        self._add()
        return page

    def reset(self) -> dict[str, int]:
        """Begin anew, and return what to write as metrics; nothing if nobody was asked."""
        with self._lock:
            asked, failed = self._asked, self._failed
            self._asked = self._failed = 0
        return {"pages_asked": asked, "pages_failed": failed} if asked else {}

    def _add(self, failed: int = 0) -> None:
        with self._lock:
            self._asked += 1
            self._failed += failed
