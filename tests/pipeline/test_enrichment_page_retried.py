"""An alert that is tried again while its page is remembered as one that did not come."""

from collections.abc import Sequence

from tests.builders import T0, alert, config
from tests.pipeline.memory_world import one_by_one
from tocsin.adapters.memory import (
    MemoryBlobs,
    MemoryConfigs,
    MemoryFailedEnrichments,
    MemoryFetcher,
    MemoryOutbox,
)
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Stage
from tocsin.domain.errors import Retryable
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.cases import Case, pack_cases
from tocsin.pipeline.enrichment.content import FAILED_S, stage
from tocsin.pipeline.enrichment.investigating import Investigate, InvestigatePorts
from tocsin.pipeline.envelope import decode
from tocsin.ports import FetchedPage

WIKI = "https://wiki.example/run"
SETTINGS = EnrichmentSettings(late=("read_content",), content_hosts=("wiki.example",))
PAGE = FetchedPage(url=WIKI, title="Restart", text="Drain it first.", content_type="text/html")


class World:
    """One worker that investigates alerts which link to one page."""

    def __init__(self) -> None:
        self.now_s = T0
        self.blobs, self.failures = MemoryBlobs(), MemoryFailedEnrichments()
        self.fetcher = MemoryFetcher({WIKI: Retryable("HTTP 503")})
        configs = MemoryConfigs()
        configs.apply(config(enrichment=SETTINGS), "", T0)
        ports = InvestigatePorts(
            outbox=MemoryOutbox(),
            blobs=self.blobs,
            configs=configs,
            failures=self.failures,
            clock=lambda: 0.0,
        )
        self._stage = stage(SETTINGS, fetcher=self.fetcher, clock=lambda: self.now_s)
        self._investigate = Investigate(ports, self, one_by_one)

    def of(self, config: TenantConfig) -> Sequence[Stage]:
        return [self._stage]

    def investigate(self, name: str, *, is_retry: bool = False) -> None:
        about = alert(labels={"host": name}, url=WIKI)
        change = Change(source=f"r:{name}", fingerprint=name, alert=about, received_at_s=T0)
        stages = ("read_content",) if is_retry else ()
        case = Case(change=change, stages=stages, attempts=self.kept().get(name, 0))
        (message,) = pack_cases("acme", [case], "batch", self.now_s, self.blobs)
        deliveries = [Delivery("m", decode(message.body))]
        self._investigate.handle(deliveries, self.now_s, lambda: True)

    def kept(self) -> dict[str, int]:
        """Return the attempts of what is kept apart."""
        kept = self.failures.all("acme", self.now_s)
        return {each.change.fingerprint: each.attempts for each in kept}


def test_it_is_not_forgotten_though_nobody_was_asked() -> None:
    world = World()
    world.investigate("a")
    world.investigate("b")
    assert world.kept() == {"a": 1}
    world.fetcher.pages[WIKI] = PAGE
    world.now_s += FAILED_S - 1
    world.investigate("a", is_retry=True)
    assert len(world.fetcher.asked) == 1
    assert world.kept() == {"a": 2}
    world.now_s += 1
    world.investigate("a", is_retry=True)
    assert len(world.fetcher.asked) == 2
    assert world.kept() == {}
