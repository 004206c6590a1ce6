"""The stage that reads what an alert links to."""

import pytest

from tests.builders import T0
from tests.unit.pipeline.enrichment.contentworld import DASH, HOSTS, OPEN, WIKI, World, page
from tocsin.adapters.memory import MemoryBreakers
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.errors import Permanent, Retryable, Unsendable
from tocsin.domain.found import Content, Enrichment, Link
from tocsin.pipeline.endpoint import Endpoints
from tocsin.pipeline.enrichment.content import FAILED_S, KEPT_S, PAGE_S, REFUSED_S
from tocsin.pipeline.enrichment.guardedfetcher import GuardedFetcher


def test_runbook_and_page_of_an_alert_are_read_and_summed_up():
    content, outcome, _ = World().run()
    assert outcome == "ok"
    assert content == (
        Content(url=WIKI, title="Restart", summary="Drain it first. Then restart it."),
        Content(url=DASH, title="Graph", summary="One Two"),
    )


def test_two_pages_at_most_are_read():
    world = World()
    links = (Link(title="Runbook", url=WIKI), Link(title="x", url=WIKI + "/3"))
    world.run(found=Enrichment(links=links), annotations={"a": f"{DASH} and {WIKI}/2"})
    assert world.asked == [WIKI, DASH]


def test_hosts_that_are_not_allowed_are_not_asked():
    world = World(hosts=("grafana.example",))
    evil = "https://evil.example/?grafana.example"
    content, outcome, _ = world.run(annotations={"runbook_url": evil, "a": WIKI}, url=DASH)
    assert (world.asked, len(content), outcome) == ([DASH], 1, "ok")


@pytest.mark.parametrize(
    ("hosts", "fields", "why"),
    [
        ((), {}, "content.hosts is empty"),
        (HOSTS, {"annotations": {"runbook": "ask Ann"}}, "links to no page"),
        (("other.example",), {}, "it links to no page over https of one of content.hosts"),
        (HOSTS, {"url": "https://wiki.example@evil.example/"}, "no page over https of one of"),
        (HOSTS, {"url": "http://wiki.example/run"}, "no page over https of one of"),
    ],
)
def test_where_there_is_nothing_to_read_it_says_why(hosts, fields, why):
    world = World(hosts=hosts)
    content, outcome, said = world.run(**fields)
    assert (content, outcome, world.asked) == ((), "skipped", [])
    assert why in said


def test_a_host_that_is_left_alone_is_a_reason_to_skip():
    world = World()
    world.fetcher.pages = {WIKI: OPEN, DASH: OPEN}
    content, outcome, why = world.run()
    assert (content, outcome, why) == ((), "skipped", OPEN.reason)


def test_a_page_that_fails_does_not_keep_the_other_back():
    world = World()
    world.fetcher.pages[WIKI] = Retryable("HTTP 503")
    content, outcome, _ = world.run()
    assert ([each.url for each in content], outcome) == ([DASH], "ok")


@pytest.mark.parametrize(
    "error", [Retryable("HTTP 503"), Permanent("HTTP 404"), Unsendable("the address is not public")]
)
def test_where_all_fail_the_stage_says_what_went_wrong(error):
    world = World()
    world.fetcher.pages = {WIKI: OPEN, DASH: error}
    content, outcome, why = world.run()
    assert (content, outcome) == ((), "failed")
    assert why == f"{type(error).__name__}: {error}"


def test_a_page_without_words_is_nothing_to_tell():
    world = World()
    world.fetcher.pages = {WIKI: page(text=" \u200b\n"), DASH: page(text="https://x.example/")}
    assert world.run() == ((), "skipped", "no page has words to read")


def test_what_a_page_says_is_plain_short_and_without_links():
    world = World(summarise=lambda text, _limit: text + " [more](https://evil.example/)")
    title = "Re\u202estart https://evil.example/ \x1b[31m" + "very " * 100
    world.fetcher.pages[WIKI] = page(
        title=title, text="Drain\x00 it at https://evil.example/. " * 99
    )
    content, _, _ = world.run()
    shown = content[0]
    assert len(shown.title) <= 120
    assert len(shown.summary) <= 600
    assert shown.title.startswith("Restart very")
    assert shown.summary.startswith("Drain it at . Drain it at .")
    for text in (shown.title, shown.summary):
        assert text.isprintable()
        assert "evil" not in text


def test_whoever_sums_up_gets_clean_words():
    given = []

    def summarise(text, limit):
        given.append((text, limit))
        return text

    world = World(summarise=summarise)
    world.fetcher.pages[WIKI] = page(text="Dr\u200bain\nsee https://evil.example/\U000e0041")
    world.run(url=WIKI)
    assert given == [("Drain\nsee", 600)]


def test_a_summariser_that_breaks_fails_the_stage_and_leaves_no_words_of_its():
    def breaks(_text, _limit):
        raise ValueError("secret words")

    assert World(summarise=breaks).run() == ((), "failed", "ValueError")


def test_one_page_does_not_use_up_the_time_of_the_other():
    world = World()
    world.run(left_s=10.0)
    assert [left_s for _url, left_s in world.fetcher.asked] == [5.0, 10.0]
    world = World()
    world.run(left_s=float("inf"))
    assert [left_s for _url, left_s in world.fetcher.asked] == [20.0, 20.0]


def test_a_page_is_read_once_for_many_alerts():
    world = World()
    first = world.run()
    world.now_s += KEPT_S - 1
    for hours in range(3):
        # When the alerts began says nothing of how old the page is.
        assert world.run(at_s=T0 + hours * 3600) == first
    assert world.asked == [WIKI, DASH]
    world.now_s += 1
    world.run()
    assert world.asked == [WIKI, DASH] * 2


def test_a_link_that_leads_nowhere_is_one_failure_and_asked_for_once_in_a_while():
    world = World()
    world.fetcher.pages[WIKI] = Permanent("HTTP 404")
    assert world.run(url=WIKI)[1:] == ("failed", "Permanent: HTTP 404")
    world.now_s += REFUSED_S - 1
    assert world.run(url=WIKI)[1:] == ("skipped", "refused a moment ago: HTTP 404")
    assert world.asked == [WIKI]
    world.fetcher.pages[WIKI] = page()
    world.now_s += 1
    assert world.run(url=WIKI)[1] == "ok"


def test_a_page_that_is_not_read_takes_the_place_of_no_other():
    world = World()
    texts = {"runbook_url": "http://wiki.example/1", "a": "https://wiki.example:8080/2", "b": WIKI}
    content, _, _ = world.run(annotations=texts, url="")
    assert [each.url for each in content] == [WIKI]


def test_a_page_that_does_not_come_is_one_failure_and_asked_for_once_in_a_while():
    world = World()
    world.fetcher.pages[WIKI] = Retryable("HTTP 503")
    assert world.run(url=WIKI)[1:] == ("failed", "Retryable: HTTP 503")
    world.now_s += FAILED_S - 1
    assert world.run(url=WIKI)[1:] == ("skipped", "failed a moment ago: HTTP 503")
    assert world.run()[1] == "ok"
    assert world.asked.count(WIKI) == 1
    world.now_s += 1
    assert world.run(url=WIKI)[1:] == ("failed", "Retryable: HTTP 503")
    world.fetcher.pages[WIKI] = page()
    world.now_s += FAILED_S
    assert world.run(url=WIKI)[1] == "ok"


def test_what_failed_for_want_of_time_is_asked_for_by_the_next_alert():
    world = World()
    world.fetcher.pages[WIKI] = Retryable("no answer: the time is up")
    world.run(url=WIKI, left_s=PAGE_S - 1)
    world.fetcher.pages[WIKI] = page()
    assert world.run(url=WIKI)[1] == "ok"


@pytest.mark.parametrize("error", [OPEN, Unsendable("too little time")])
def test_what_may_pass_is_not_remembered(error):
    world = World()
    world.fetcher.pages = {WIKI: error}
    world.run(url=WIKI)
    world.run(url=WIKI)
    assert world.asked == [WIKI] * 2


def test_five_failures_of_one_host_leave_the_other_readable():
    world = World()
    endpoints = Endpoints(MemoryBreakers(), lambda: T0)
    guarded = GuardedFetcher(world.fetcher, endpoints, lambda: T0, "worker")
    settings = EnrichmentSettings(content_hosts=HOSTS)
    world.stage = world.made(settings, guarded)
    world.fetcher.pages[WIKI] = Retryable("HTTP 503")
    for _ in range(5):
        assert world.run(url=WIKI)[1] == "failed"
        world.now_s += FAILED_S
    assert world.run(url=WIKI) == ((), "skipped", OPEN.reason)
    assert world.run()[1] == "ok"
    assert world.asked.count(WIKI) == 5


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Permanent("HTTP 404"), "NotAsked: refused a moment ago: HTTP 404"),
        (Retryable("HTTP 503"), "NotAsked: failed a moment ago: HTTP 503"),
        (OPEN, f"BreakerOpen: {OPEN}"),
    ],
)
def test_one_that_failed_before_has_failed_again_where_nobody_is_asked(error, why):
    world = World()
    world.fetcher.pages[WIKI] = error
    world.run(url=WIKI)
    assert world.run(url=WIKI)[1] == "skipped"
    assert world.run(url=WIKI, is_retry=True)[1:] == ("failed", why)
    assert world.run(is_retry=True)[1] == "ok"
    assert world.run(url="", is_retry=True)[1] == "skipped"
