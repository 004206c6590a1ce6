"""Pages in memory."""

from tocsin.domain.enrichment.pages import address_of, guard
from tocsin.domain.errors import Permanent, TocsinError, Unsendable
from tocsin.ports import FetchedPage


class MemoryFetcher:
    """Pages by URL, or why there is none; what is asked for is remembered, with its time limit."""

    def __init__(self, pages: dict[str, FetchedPage | TocsinError] | None = None) -> None:
        self.pages = pages or {}
        self.asked: list[tuple[str, float]] = []

    def fetch(self, url: str, left_s: float) -> FetchedPage:
        """Return a page. Raises Permanent for one that is not there, and what stands for it."""
        guard(address_of(url), allow_loopback=True)
        if left_s <= 0:
            raise Unsendable("too little time is left")
        self.asked.append((url, left_s))
        found = self.pages.get(url, Permanent("HTTP 404"))
        if isinstance(found, TocsinError):
            raise found
        return found
