"""CPU time of the stages per alert, in units that do not depend on the machine.

Ports are in memory, so this is tocsin's own code without AWS clients. Run it with
`make bench`.
"""

import sys
from collections.abc import Sequence
from time import process_time

from benchmarks.unit import A_REQUEST, REQUESTS, bodies_of, cpu_s, unit_of
from tests.builders import config, route
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.memory import MemoryBlobs
from tocsin.adapters.references import BlobReferences
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.pipeline.enrichment.catalogues import Catalogues
from tocsin.pipeline.enrichment.registry import Stages

BUDGET_PE = 10.0


def _measure(title: str, distinct: int, *, enriched: bool) -> float:
    """Print and return the least of three runs: noise only ever adds."""
    runs = [_run(distinct, enriched=enriched) for _ in range(3)]
    parts = min(runs, key=lambda run: sum(run.values()))
    text = ", ".join(f"{name} {value:.1f}" for name, value in parts.items())
    total = sum(value for name, value in parts.items() if name != "enrich of repeats")
    sys.stdout.write(f"{title}: {total:.1f} PE an alert ({text})\n")
    return total


def default_stages(names: Sequence[str]) -> Stages:
    """Return the stages that every tenant has who says nothing of enrichment."""
    catalogues = Catalogues(lambda: BlobReferences(MemoryBlobs()), process_time)
    return Stages(names, {"catalogues": catalogues})


def _run(distinct: int, *, enriched: bool) -> dict[str, float]:
    """Return the PE of each stage per alert, and of enrich when all of it comes once more."""
    bodies = bodies_of(distinct)
    unit_s = unit_of(bodies)
    settings = EnrichmentSettings() if enriched else None
    world = MemoryWorld(
        config(route=route(group_by=("alertname",)), enrichment=settings),
        stages=default_stages if enriched else None,
    )

    def ingest() -> None:
        for body in bodies:
            world.send(body)

    stages = {"ingest": cpu_s(ingest)}
    for queue in ("enrich", "evaluate", "notify"):
        stages[queue] = cpu_s(lambda queue=queue: world.pump(queue))  # type: ignore[misc]
    for body in bodies:
        world.send(body)
    stages["enrich of repeats"] = cpu_s(lambda: world.pump("enrich"))
    alerts = REQUESTS * A_REQUEST
    return {name: seconds / alerts / unit_s for name, seconds in stages.items()}


def main() -> None:
    """Measure, print, and fail above the budget."""
    _measure("90 % repeats, not enriched", distinct=10, enriched=False)
    busy = _measure("90 % repeats", distinct=10, enriched=True)
    _measure("no repeats, not enriched", distinct=A_REQUEST, enriched=False)
    _measure("no repeats", distinct=A_REQUEST, enriched=True)
    sys.exit(0 if busy <= BUDGET_PE else f"above the budget of {BUDGET_PE} PE")


if __name__ == "__main__":
    main()
