"""A tenant whose receiver is told at once what is found out, and what a test does to it."""

from typing import Any

from tests.builders import config, receiver, route
from tests.pipeline.faulting import Fault
from tests.pipeline.marking import Marks
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.pipeline.test_timers import send
from tocsin.domain.alert import Alert
from tocsin.domain.config import Timing
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.ports import OutMessage

FIRST, UPDATE = "first notification", "enrichment added"
AT_ONCE = Timing()
LOOKING = Timing(group_wait_s=10, group_interval_s=60)


def updating(
    timing: Timing = AT_ONCE,
    failing: set[str] | None = None,
    fault: Fault | None = None,
    **fields: Any,
) -> MemoryWorld:
    broken = set() if failing is None else failing
    known = {
        "route": route(timing=timing, group_by=("alertname",)),
        "receivers": {"oncall": receiver(send_updates=True)},
        "enrichment": EnrichmentSettings(late=LATE),
    }
    return MemoryWorld(
        config(**{**known, **fields}), fault, stages=lambda names: Marks(names, broken)
    )


def cases_of(world: MemoryWorld, *alerts: dict[str, Any]) -> list[OutMessage]:
    """Send alerts as far as evaluate; return what is to be investigated, which waits."""
    send(world, *alerts)
    return world.outbox.take("investigate")


def find(world: MemoryWorld, cases: list[OutMessage]) -> None:
    """Let what was found reach evaluate."""
    world.outbox.queues["investigate"].extend(cases)
    world.pump("investigate")
    world.pump("evaluate")


def reasons(world: MemoryWorld) -> list[str]:
    return [each.reason for each in world.receivers.delivered]


def statuses(world: MemoryWorld) -> list[str]:
    return [each.news[0].status for each in world.receivers.delivered]


def found(alert: Alert) -> list[str]:
    assert alert.enrichment is not None
    late = alert.enrichment.findings
    return [] if late is None else [each.title for each in late.changes]


def at(world: MemoryWorld) -> list[float]:
    return [at_s - START_S for at_s in world.receivers.at_s]


def later(world: MemoryWorld, cases: list[OutMessage], *titles: str) -> None:
    """Let something else be found about the same firing, in another run."""
    world._investigate._stages = Marks(titles, set())
    find(world, cases)
