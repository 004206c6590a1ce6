"""From a server on this machine to what people are told: the stage with all that it has."""

import pytest

from cli.vendors.localserver import Answer, local_server
from tests.builders import T0, alert, config
from tocsin.adapters.fetching.fetcher import HttpFetcher, Waiting
from tocsin.adapters.http import Http, PoolSize
from tocsin.adapters.memory import MemoryBreakers
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.pipeline.endpoint import Endpoints
from tocsin.pipeline.enrichment.guardedfetcher import GuardedFetcher
from tocsin.pipeline.enrichment.registry import Stages

RUNBOOK = """<title>CheckoutSlow</title><nav><a href=/>Home</a></nav><main><h1>CheckoutSlow</h1>
<p>This alert fires when the p99 latency of the checkout is above 2 seconds for ten minutes.</p>
<p>Customers cannot pay. Restart the pods at <a href="https://evil.example/">https://evil.example/x</a>
with kubectl rollout restart deployment/checkout.</p><script>alert("no")</script></main>"""
HTML = {"Content-Type": "text/html"}


@pytest.fixture
def server():
    with local_server() as running:
        yield running


def investigate(server, hosts=("127.0.0.1",)):
    """Return a function that runs the stage as investigate does."""
    http = Http(allow_loopback=True, pool=PoolSize(connections=10, hosts=20))
    waiting = Waiting(sleep=lambda _s: None)
    fetcher = HttpFetcher(http, lambda: T0, allow_loopback=True, waiting=waiting)
    guarded = GuardedFetcher(fetcher, Endpoints(MemoryBreakers(), lambda: T0), lambda: T0, "one")
    settings = EnrichmentSettings(late=("read_content",), content_hosts=hosts)
    tools = {"fetcher": guarded, "clock": lambda: T0}
    stages = Stages(("read_content",), tools).of(config(enrichment=settings))

    def investigated(path=""):
        draft = Draft(alert=alert(annotations={"runbook_url": server.url + path}))
        subject = Subject(tenant="acme", fingerprint="f", at_s=T0, left_s=lambda: 30.0)
        (result,) = run(stages, subject, draft, lambda: 0.0)
        return draft.findings.content, result.outcome, result.why

    return investigated


def test_a_runbook_is_summed_up_once_for_all_its_alerts(server):
    server.answers = [Answer(headers=HTML, body=RUNBOOK.encode())]
    investigated = investigate(server)
    (content,), outcome, _ = investigated()
    assert (content.url, content.title, outcome) == (server.url, "CheckoutSlow", "ok")
    assert "Customers cannot pay." in content.summary
    assert "deployment/checkout" in content.summary
    for word in ("evil", "Home", "alert(", "<"):
        assert word not in content.summary
    assert investigated()[0] == (content,)
    assert len(server.requests) == 1


def test_a_host_that_is_down_is_left_alone_after_five_pages(server):
    server.answers = [Answer(status=503)] * 99
    investigated = investigate(server)
    ended = [investigated(f"/{page}")[1:] for page in range(6)]
    assert ended[:5] == [("failed", "Retryable: HTTP 503")] * 5
    assert ended[5] == ("skipped", "its host is left alone for a while, since it failed")
    assert len(server.requests) == 5 * 4


def test_a_page_that_does_not_come_is_asked_for_once_by_many_alerts(server):
    server.answers = [Answer(status=503)] * 99
    investigated = investigate(server)
    ended = [investigated()[1] for _ in range(20)]
    assert ended == ["failed", *["skipped"] * 19]
    assert len(server.requests) == 4


def test_a_redirect_to_the_credentials_of_a_machine_is_not_followed(server):
    location = {"Location": "http://169.254.169.254/latest/meta-data/"}
    server.answers = [Answer(status=302, headers=location)]
    content, outcome, why = investigate(server)()
    assert (content, outcome) == ((), "failed")
    assert why == "Permanent: it redirects to what is not read: only pages over https are read"


def test_without_a_host_nothing_is_asked(server):
    assert investigate(server, hosts=("wiki.example",))()[1] == "skipped"
    assert server.requests == []
