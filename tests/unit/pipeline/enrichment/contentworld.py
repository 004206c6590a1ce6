"""A stage that reads linked pages, and pages that are there or not."""

from tests.builders import T0, alert
from tocsin.adapters.memory import MemoryFetcher
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.errors import BreakerOpen
from tocsin.pipeline.enrichment.content import stage
from tocsin.ports import FetchedPage

WIKI = "https://wiki.example/run"
DASH = "https://grafana.example/d"
HOSTS = ("wiki.example", "grafana.example")
OPEN = BreakerOpen("its host is left alone for a while, since it failed", 9.0)


def first_sentences(text, limit):
    """Stand in for a summariser."""
    return " ".join(text.replace("\n", ". ").split(". ")[:2])[:limit]


def page(url=WIKI, title="Restart", text="Drain it first.\nThen restart it.\nThen wait."):
    return FetchedPage(url=url, title=title, text=text, content_type="text/html")


class World:
    """One tenant's stage, pages that are there or not, and alerts that link to them."""

    def __init__(self, hosts=HOSTS, summarise=first_sentences, **pages):
        self.now_s = T0
        self.fetcher = MemoryFetcher({WIKI: page(), DASH: page(DASH, "Graph", "One. Two. Three.")})
        settings = EnrichmentSettings(late=("read_content",), content_hosts=hosts)
        self.summarise = summarise
        self.stage = self.made(settings, self.fetcher)

    def made(self, settings, fetcher):
        return stage(settings, fetcher=fetcher, clock=lambda: self.now_s, summarise=self.summarise)

    def run(self, left_s=60.0, found=None, at_s=T0, *, is_retry=False, **fields):
        """Return what was found and how the stage ended."""
        given = fields or {"annotations": {"runbook_url": WIKI}, "url": DASH}
        draft = Draft(alert=alert(**given))
        if found is not None:
            draft.found = found
        subject = Subject(
            tenant="acme",
            fingerprint="f",
            at_s=at_s,
            left_s=lambda: left_s,
            is_retry=is_retry,
        )
        (result,) = run([self.stage], subject, draft, lambda: 0.0)
        assert result.stage == "read_content"
        return draft.findings.content, result.outcome, result.why

    @property
    def asked(self):
        return [url for url, _left_s in self.fetcher.asked]
