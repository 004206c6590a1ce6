"""A breaker for each domain: five failures open it for 300 seconds, and other domains go on."""

import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemoryBreakers, MemoryFetcher
from tocsin.domain.errors import (
    BreakerOpen,
    ConfigurationError,
    Permanent,
    Retryable,
    Throttled,
    TocsinError,
    Unsendable,
)
from tocsin.pipeline.endpoint import Endpoints
from tocsin.pipeline.enrichment.guardedfetcher import GuardedFetcher, domain_key
from tocsin.ports import FetchedPage

WIKI = "https://wiki.example/run"
OTHER = "https://other.example/run"


def page(url):
    return FetchedPage(url=url, text="words", content_type="text/plain")


class World:
    """Workers that share breakers, and servers that do as they are told."""

    def __init__(self):
        self.now_s = T0
        self.breakers = MemoryBreakers()
        self.pages = MemoryFetcher({WIKI: page(WIKI), OTHER: page(OTHER)})
        self.workers = {name: self.worker(name) for name in "ab"}

    def worker(self, name):
        def clock():
            return self.now_s

        return GuardedFetcher(self.pages, Endpoints(self.breakers, clock), clock, name)

    def fetch(self, url=WIKI, worker="a", left_s=30.0):
        """Return the page, or the error that was raised."""
        try:
            return self.workers[worker].fetch(url, left_s)
        except TocsinError as error:
            return error

    def fails(self, error, times, url=WIKI, worker="a", left_s=30.0):
        self.pages.pages[url] = error
        for _ in range(times):
            assert self.fetch(url, worker, left_s) is error

    @property
    def asked(self):
        return len(self.pages.asked)


@pytest.fixture
def world():
    return World()


def test_a_healthy_domain_costs_no_write(world):
    for _ in range(10):
        assert world.fetch() == page(WIKI)
    assert world.breakers.writes == 0


def test_five_failures_open_it_for_300_seconds_for_all_workers(world):
    world.fails(Retryable("HTTP 503"), 3)
    world.fails(Retryable("HTTP 503"), 2, worker="b")
    for worker in "ab":
        refused = world.fetch(worker=worker)
        assert isinstance(refused, BreakerOpen)
        assert refused.retry_after_s == 300.0
    assert world.asked == 5
    world.now_s += 299.9
    assert isinstance(world.fetch(), BreakerOpen)
    assert world.fetch(OTHER) == page(OTHER)


def test_failures_far_apart_count_as_long_as_nothing_is_read_between_them(world):
    for _ in range(5):
        world.fails(Retryable("HTTP 503"), 1)
        world.now_s += 3600
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch() == page(WIKI)
    world.fails(Retryable("HTTP 503"), 4)
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch() == page(WIKI)
    world.fails(Retryable("HTTP 503"), 4)
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch() == page(WIKI)


def test_after_300_seconds_one_worker_tries_and_a_page_closes_it(world):
    world.fails(Retryable("HTTP 503"), 5)
    world.now_s += 300
    world.fails(Retryable("HTTP 503"), 1, worker="b")
    assert isinstance(world.fetch(worker="b"), BreakerOpen)
    world.now_s += 299
    assert isinstance(world.fetch(), BreakerOpen)
    world.now_s += 1
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch() == page(WIKI)
    assert world.fetch(worker="b") == page(WIKI)


def test_a_refusal_is_no_failure_and_shows_that_somebody_is_there(world):
    world.fails(Permanent("HTTP 404"), 9)
    world.fails(Retryable("HTTP 503"), 4)
    world.fails(Permanent("HTTP 404"), 1)
    world.fails(Retryable("HTTP 503"), 4)
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch() == page(WIKI)


def test_what_was_not_sent_says_nothing(world):
    world.fails(Retryable("HTTP 503"), 4)
    world.fails(Unsendable("the address is not public"), 3)
    world.fails(Retryable("HTTP 503"), 1)
    assert isinstance(world.fetch(), BreakerOpen)
    world.now_s += 300
    world.fails(Unsendable("too little time is left"), 1)
    world.fails(Retryable("HTTP 503"), 1, worker="b")
    assert isinstance(world.fetch(), BreakerOpen)


def test_a_domain_that_had_less_time_than_an_answer_may_take_has_not_failed(world):
    world.fails(Retryable("no answer: ReadTimeoutError"), 9, left_s=9.9)
    world.fails(Retryable("no answer: ReadTimeoutError"), 5, left_s=10.0)
    assert isinstance(world.fetch(), BreakerOpen)
    world.now_s += 300
    world.fails(Retryable("no answer: ReadTimeoutError"), 1, left_s=0.5)
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch(worker="b") == page(WIKI)


def test_who_asks_for_time_gets_it_but_no_more_than_300_seconds(world):
    world.fails(Throttled("HTTP 429", 20.0), 1)
    assert isinstance(world.fetch(worker="b"), BreakerOpen)
    world.now_s += 20
    world.fails(Throttled("HTTP 429", 86_400.0), 1)
    world.now_s += 299
    assert isinstance(world.fetch(), BreakerOpen)
    world.now_s += 1
    world.fails(Throttled("HTTP 429"), 1)
    world.now_s += 30
    world.pages.pages[WIKI] = page(WIKI)
    assert world.fetch() == page(WIKI)


def test_a_domain_is_the_host_whatever_the_path(world):
    assert domain_key("https://WIKI.example.:8443/a?b") == domain_key(WIKI)
    assert domain_key(OTHER) != domain_key(WIKI)
    assert domain_key("https://eu.wiki.example/") != domain_key(WIKI)
    assert "wiki" not in domain_key(WIKI)


def test_what_is_no_address_reaches_no_breaker(world):
    assert isinstance(world.fetch("https://user:secret@wiki.example/"), Unsendable)
    assert (world.asked, world.breakers.kept) == (0, {})


def test_breakers_that_cannot_be_read_hinder_nobody(world, monkeypatch):
    def away(*_args):
        raise Retryable("dynamodb GetItem: away")

    monkeypatch.setattr(world.breakers, "read", away)
    assert world.fetch() == page(WIKI)
    world.fails(Retryable("HTTP 503"), 9)


def test_an_error_of_our_own_is_no_failure_of_the_domain(world):
    world.fails(ConfigurationError("x"), 9)
    assert world.asked == 9
