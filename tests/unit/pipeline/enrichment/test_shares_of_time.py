"""A late stage that takes all the time it is given leaves some to those behind it."""

from collections.abc import Callable, Sequence

import pytest

from tests.builders import T0, alert, config
from tocsin.adapters.memory import (
    MemoryBlobs,
    MemoryConfigs,
    MemoryFailedEnrichments,
    MemoryOutbox,
)
from tocsin.domain.change import Change
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.pipeline.batch import Delivery
from tocsin.pipeline.cases import Case, pack_cases
from tocsin.pipeline.enrichment.content import LINKS, PAGE_S
from tocsin.pipeline.enrichment.investigating import Investigate, InvestigatePorts, LeftS
from tocsin.pipeline.envelope import decode


class World:
    """An alert with so many seconds, and stages of which some take all that they are given."""

    def __init__(self, left_s: float, hanging: set[str]) -> None:
        self.now_s, self.end_s = 0.0, left_s
        self.hanging = hanging
        self.given: dict[str, float] = {}

    def of(self, config: TenantConfig) -> Sequence[Stage]:
        return [Taking(name, self) for name in LATE]

    def together(self, work: Callable[[Case, LeftS], None], cases: Sequence[Case]) -> None:
        for case in cases:
            work(case, lambda: self.end_s - self.now_s)

    def run(self, stages: tuple[str, ...] = ()) -> dict[str, float]:
        """Return how much time each stage was given that ran."""
        blobs, configs = MemoryBlobs(), MemoryConfigs()
        configs.apply(config(enrichment=EnrichmentSettings(late=LATE)), "", T0)
        ports = InvestigatePorts(
            outbox=MemoryOutbox(),
            blobs=blobs,
            configs=configs,
            failures=MemoryFailedEnrichments(),
            clock=lambda: self.now_s,
        )
        about = Change(source="r:0", fingerprint="f", alert=alert(), received_at_s=T0)
        (message,) = pack_cases("acme", [Case(change=about, stages=stages)], "b", T0, blobs)
        deliveries = [Delivery("m", decode(message.body))]
        Investigate(ports, self, self.together).handle(deliveries, T0, lambda: True)
        return self.given


class Taking:
    """A stage that notes what it is given, and takes it if it hangs."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self._world = world

    def run(self, subject: Subject, draft: Draft) -> str:
        left_s = subject.left_s()
        self._world.given[self.name] = left_s
        if self.name in self._world.hanging:
            self._world.now_s += left_s
            assert subject.left_s() == pytest.approx(0.0)
        return ""


def test_stages_that_hang_one_after_the_other_keep_none_behind_them_from_its_turn() -> None:
    given = World(60.0, set(LATE)).run()
    assert given == {"find_changes": 36.0, "read_content": 8.0, "triage": 8.0, "find_similar": 8.0}


def test_what_a_stage_does_not_need_is_for_those_behind_it() -> None:
    given = World(60.0, {"triage"}).run()
    # Two pages have all the time that a page may have, so that one that fails is known to.
    assert given["read_content"] == 44.0 > LINKS * PAGE_S
    assert (given["triage"], given["find_similar"]) == (52.0, 8.0)


def test_where_little_is_left_all_that_are_to_run_share_it() -> None:
    assert World(8.0, set(LATE)).run() == dict.fromkeys(LATE, 2.0)


def test_a_stage_that_runs_alone_has_all_the_time() -> None:
    assert World(60.0, set()).run(("triage",)) == {"triage": 60.0}


def test_where_no_time_is_left_none_runs() -> None:
    assert World(0.0, set()).run() == {}
