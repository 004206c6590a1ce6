"""Pages that are counted."""

from contextlib import suppress

import pytest

from tocsin.adapters.memory import MemoryFetcher
from tocsin.domain.errors import (
    BreakerOpen,
    Permanent,
    Retryable,
    Throttled,
    TocsinError,
    Unsendable,
)
from tocsin.pipeline.enrichment.countedfetcher import CountedFetcher
from tocsin.pipeline.enrichment.guardedfetcher import FAIR_S
from tocsin.ports import FetchedPage

WIKI = "https://wiki.example/run"
PAGE = FetchedPage(url=WIKI, title="Restart", text="Drain it first.", content_type="text/html")


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (PAGE, {"pages_asked": 1, "pages_failed": 0}),
        (Retryable("HTTP 503"), {"pages_asked": 1, "pages_failed": 1}),
        (Throttled("HTTP 429"), {"pages_asked": 1, "pages_failed": 1}),
        (Permanent("HTTP 404"), {"pages_asked": 1, "pages_failed": 0}),
        (BreakerOpen("left alone", 9.0), {}),
        (Unsendable("too little time is left"), {}),
    ],
)
def test_a_page_is_counted_by_what_it_says_of_its_server(
    said: FetchedPage | TocsinError, counts: dict[str, int]
) -> None:
    fetcher = CountedFetcher(MemoryFetcher({WIKI: said}))
    with suppress(TocsinError):
        assert fetcher.fetch(WIKI, FAIR_S) == said
    assert fetcher.reset() == counts
    assert fetcher.reset() == {}


def test_a_page_that_was_given_less_time_than_an_answer_may_take_says_nothing() -> None:
    fetcher = CountedFetcher(MemoryFetcher({WIKI: Retryable("no answer: the time is up")}))
    with suppress(TocsinError):
        fetcher.fetch(WIKI, FAIR_S - 1)
    assert fetcher.reset() == {}
