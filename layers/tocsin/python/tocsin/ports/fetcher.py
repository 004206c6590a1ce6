"""Pages that alerts link to."""

from typing import Protocol

import msgspec


class FetchedPage(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be read on a page: text without markup, scripts and navigation.

    `url` is where it was found in the end, `content_type` without parameters ("text/html").
    """

    url: str
    title: str = ""
    text: str
    content_type: str


class Fetcher(Protocol):
    """Reads a page; the caller has seen to it that the tenant allows its host."""

    def fetch(self, url: str, left_s: float) -> FetchedPage:
        """Return a page within `left_s` seconds.

        Raises Retryable for what may pass (Throttled where the server asks for fewer calls,
        BreakerOpen where it is left alone for a while), Permanent for a page that cannot be
        read, and Unsendable for an address that must not be asked. No reason repeats the URL.
        """
