"""One PE, in which CPU time is told: it does not depend on the machine.

1 PE is the CPU time of `orjson.loads` for one alert of 0.9 KB inside a 100-alert webhook, timed in
the same process. What is read is kept meanwhile: read into memory that was just let go, it would
take half as long, and how often that happens depends on what ran before.
"""

from collections.abc import Callable, Sequence
from time import process_time

import orjson

from tests.integration.payloads import member, webhook

REQUESTS = 100
A_REQUEST = 100


def bodies_of(distinct: int) -> list[bytes]:
    """Return webhooks of 100 alerts each, of which so many are distinct."""
    bodies = [
        webhook(*(member(f"db-{request}-{index % distinct}") for index in range(A_REQUEST)))
        for request in range(REQUESTS)
    ]
    return [orjson.dumps(body) for body in bodies]


def cpu_s(act: Callable[[], object], times: int = 1) -> float:
    """Return the least CPU time of some runs: noise only ever adds."""
    best_s = float("inf")
    for _ in range(times):
        began_s = process_time()
        act()
        best_s = min(best_s, process_time() - began_s)
    return best_s


def unit_of(bodies: Sequence[bytes]) -> float:
    """Return one PE in seconds, by webhooks of 100 alerts each."""
    best_s = cpu_s(lambda: [orjson.loads(body) for body in bodies], times=5)
    return best_s / (len(bodies) * A_REQUEST)


def unit_s() -> float:
    """Return one PE in seconds."""
    return unit_of(bodies_of(A_REQUEST))
