"""CPU time of the stages per alert, in units that do not depend on the machine.

1 PE is the CPU time of `orjson.loads` for one 0.9 KB alert inside a 100-alert webhook, timed in
the same run. Ports are in memory, so this is tocsin's own code without AWS clients. Run it with
`make bench`.
"""

import sys
from collections.abc import Callable
from time import process_time

import orjson

from tests.builders import config, route
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld

REQUESTS = 100
A_REQUEST = 100
BUDGET_PE = 10.0


def _bodies(distinct: int) -> list[bytes]:
    bodies = [
        webhook(*(member(f"db-{request}-{index % distinct}") for index in range(A_REQUEST)))
        for request in range(REQUESTS)
    ]
    return [orjson.dumps(body) for body in bodies]


def _cpu_s(act: Callable[[], object]) -> float:
    started_s = process_time()
    act()
    return process_time() - started_s


def _unit_s(bodies: list[bytes]) -> float:
    """Return one PE in seconds."""
    best_s = min(_cpu_s(lambda: [orjson.loads(body) for body in bodies]) for _ in range(5))
    return best_s / (REQUESTS * A_REQUEST)


def _measure(title: str, distinct: int) -> float:
    """Print and return the least of three runs: noise only ever adds."""
    runs = [_run(distinct) for _ in range(3)]
    parts = min(runs, key=lambda run: sum(run.values()))
    text = ", ".join(f"{name} {value:.1f}" for name, value in parts.items())
    sys.stdout.write(f"{title}: {sum(parts.values()):.1f} PE an alert ({text})\n")
    return sum(parts.values())


def _run(distinct: int) -> dict[str, float]:
    """Return the PE of each stage per alert."""
    bodies = _bodies(distinct)
    unit_s = _unit_s(bodies)
    world = MemoryWorld(config(route=route(group_by=("alertname",))))

    def ingest() -> None:
        for body in bodies:
            world.send(body)

    stages = {"ingest": _cpu_s(ingest)}
    for queue in ("enrich", "evaluate", "notify"):
        stages[queue] = _cpu_s(lambda queue=queue: world.pump(queue))  # type: ignore[misc]
    alerts = REQUESTS * A_REQUEST
    return {name: seconds / alerts / unit_s for name, seconds in stages.items()}


def main() -> None:
    """Measure, print, and fail above the budget."""
    busy = _measure("90 % repeats", distinct=10)
    _measure("no repeats", distinct=A_REQUEST)
    sys.exit(0 if busy <= BUDGET_PE else f"above the budget of {BUDGET_PE} PE")


if __name__ == "__main__":
    main()
