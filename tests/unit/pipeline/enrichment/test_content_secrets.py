"""What linked pages say is told without their secrets."""

import pytest

from tests.unit.pipeline.enrichment.contentworld import HOSTS, WIKI, World, page
from tocsin.adapters.memory import MemoryFetcher
from tocsin.domain.enrichment.settings import EnrichmentSettings

SECRET = "The console opens with password=hunter2secret9"


@pytest.mark.parametrize(
    ("early", "summary"),
    [
        (("redact",), "The console opens with password=[redacted:credential]"),
        ((), SECRET),
    ],
)
def test_secrets_of_a_page_are_hidden_as_those_of_the_alert_are(early, summary):
    world = World()
    world.fetcher = MemoryFetcher({WIKI: page(title="Key AKIAABCDEFGHIJKLMNOP", text=SECRET)})
    settings = EnrichmentSettings(early=early, late=("read_content",), content_hosts=HOSTS)
    world.stage = world.made(settings, world.fetcher)
    (content,), _, _ = world.run(annotations={"runbook_url": WIKI})
    assert content.summary == summary
    assert content.title == ("Key [redacted:aws-key]" if early else "Key AKIAABCDEFGHIJKLMNOP")


def test_a_secret_that_a_summary_would_cut_in_two_is_hidden_whole():
    world = World(summarise=lambda text, limit: text[:30])
    world.fetcher = MemoryFetcher({WIKI: page(text="Log in with password=hunter2secret9x")})
    settings = EnrichmentSettings(late=("read_content",), content_hosts=HOSTS)
    world.stage = world.made(settings, world.fetcher)
    (content,), _, _ = world.run(annotations={"runbook_url": WIKI})
    assert "hunter2" not in content.summary
