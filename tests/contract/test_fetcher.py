"""Whoever reads pages, in memory and over HTTP from this machine."""

import pytest

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0
from tocsin.adapters.fetching.fetcher import HttpFetcher, Waiting
from tocsin.adapters.http import Http
from tocsin.adapters.memory import MemoryFetcher
from tocsin.domain.errors import Permanent, Retryable, Throttled, Unsendable
from tocsin.ports import FetchedPage

HTML = "<title>Restart</title><h1>How to restart</h1><p>Drain it <b>first</b>.</p>"
TEXT = "How to restart\nDrain it first."


class World:
    """A fetcher, and what stands at the one address that it knows."""

    def __init__(self, server=None):
        self._server = server
        self.url = server.url if server else "https://wiki.example/hook/secret"
        self._memory = MemoryFetcher()
        waiting = Waiting(sleep=lambda _s: None)
        http = HttpFetcher(
            Http(allow_loopback=True), lambda: T0, allow_loopback=True, waiting=waiting
        )
        self.fetcher = http if server else self._memory

    def has_page(self):
        page = FetchedPage(url=self.url, title="Restart", text=TEXT, content_type="text/html")
        self._memory.pages[self.url] = page
        if self._server:
            headers = {"Content-Type": "text/html; charset=utf-8"}
            self._server.answers = [Answer(headers=headers, body=HTML.encode())]

    def has_error(self, status, kind):
        self._memory.pages[self.url] = kind(f"HTTP {status}")
        if self._server:
            self._server.answers = [Answer(status=status) for _ in range(4)]


@pytest.fixture(params=["memory", "http"])
def world(request):
    if request.param == "memory":
        yield World()
        return
    with local_server() as server:
        yield World(server)


def test_a_page_is_its_words(world):
    world.has_page()
    assert world.fetcher.fetch(world.url, 30.0) == FetchedPage(
        url=world.url, title="Restart", text=TEXT, content_type="text/html"
    )


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, Permanent), (403, Permanent), (429, Throttled), (500, Retryable), (503, Retryable)],
)
def test_what_went_wrong_is_said_without_the_url(world, status, kind):
    world.has_error(status, kind)
    with pytest.raises(kind, match=f"HTTP {status}") as raised:
        world.fetcher.fetch(world.url, 30.0)
    assert type(raised.value) is kind
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["secret", "http://wiki.example/secret", "https://a:secret@wiki.example/", "file:///secret"],
)
def test_an_address_that_must_not_be_asked_is_not(world, url):
    with pytest.raises(Unsendable) as raised:
        world.fetcher.fetch(url, 30.0)
    assert "secret" not in str(raised.value)


def test_nobody_is_asked_when_the_time_is_up(world):
    world.has_page()
    with pytest.raises(Unsendable, match="time"):
        world.fetcher.fetch(world.url, 0.0)
