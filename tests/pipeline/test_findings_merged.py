"""What was found about an alert that has changed since it was sent to be investigated."""

from typing import Any

from tests.builders import config
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.memory import MemoryChangeEvents
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.found import Enrichment
from tocsin.pipeline.enrichment.registry import Stages

SETTINGS = EnrichmentSettings(early=("add_links", "score"), late=("find_changes",))


class NoCatalogues:
    def of(self, *_: object) -> None:
        return None


def _world() -> MemoryWorld:
    tools = {"change_events": MemoryChangeEvents(), "catalogues": NoCatalogues()}
    return MemoryWorld(config(enrichment=SETTINGS), stages=lambda names: Stages(names, tools))


def _send(world: MemoryWorld, **fields: Any) -> None:
    world.send({"name": "disk", "labels": {"service": "shop"}, **fields}, "generic")
    for queue in ("enrich", "enrich-urgent", "evaluate", "evaluate-urgent"):
        world.pump(queue)


def _known(world: MemoryWorld) -> Enrichment:
    (group,) = world.groups.read(list(world.groups.versions("acme"))).values()
    (known,) = group.members.values()
    assert known.alert.enrichment is not None
    return known.alert.enrichment


def test_what_was_found_early_of_how_it_is_now_stays() -> None:
    world = _world()
    _send(world, severity="warning")
    world.now_s += 60
    _send(world, severity="critical", url="https://grafana.example/now")
    before = _known(world)
    assert before.score == 75.0
    world.drain()
    after = _known(world)
    assert after.findings is not None
    assert (after.score, after.links) == (75.0, before.links)
