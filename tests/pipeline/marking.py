"""Stages that leave their names, and fail when they are told to."""

from collections.abc import Sequence

import msgspec

from tests.builders import config
from tests.pipeline.faulting import Fault
from tests.pipeline.memory_world import MemoryWorld
from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Stage, Subject
from tocsin.domain.found import Link, RecentChange

DB1 = "db-1.prod.example:9100"


class Marking:
    """A stage that leaves its name with what is found, unless it fails."""

    def __init__(self, name: str, failing: set[str]) -> None:
        self.name = name
        self._failing = failing

    def run(self, subject: Subject, draft: Draft) -> str:
        if self.name in self._failing:
            raise ZeroDivisionError
        if self.name in LATE:
            change = RecentChange(at_s=subject.at_s, service="api", title=self.name)
            changes = (*draft.findings.changes, change)
            draft.findings = msgspec.structs.replace(draft.findings, changes=changes)
        else:
            link = Link(title=self.name, url="https://x.example")
            draft.found = msgspec.structs.replace(draft.found, links=(*draft.found.links, link))
        return ""


class Marks:
    """The stages of every tenant, some of which fail."""

    def __init__(self, names: Sequence[str], failing: set[str]) -> None:
        self._names = names
        self._failing = failing

    def of(self, config: TenantConfig) -> list[Stage]:
        return [Marking(name, self._failing) for name in self._names]


def marked_world(
    failing: set[str] | None = None,
    late: tuple[str, ...] = (),
    fails_closed: bool = False,
    fault: Fault | None = None,
    investigates: bool = True,
) -> MemoryWorld:
    """Return a world whose tenant has the stages, of which some fail as long as they are named."""
    broken = set() if failing is None else failing
    return MemoryWorld(
        config(enrichment=EnrichmentSettings(late=late)),
        fault,
        stages=lambda names: Marks(names, broken),
        fails_closed=fails_closed,
        investigates=investigates,
    )


def told(world: MemoryWorld) -> list[Alert]:
    """Return what receivers were told, in order."""
    return [alert for each in world.receivers.delivered for alert in each.alerts]
