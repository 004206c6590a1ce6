"""What the API says became of a tenant's alerts."""

import json
from typing import Any

from tests.chaos.senders import event_of
from tests.chaos.world import START_S, World

_DAY_HOURS = 24


def overview(world: World, tenant: str) -> dict[str, Any]:
    """Return the counts of all alerts of the run, as far as a day covers it."""
    hours = min(int((world.clock.true_s - START_S) // 3600) + 2, _DAY_HOURS)
    name = world.name("request")
    event = event_of("GET", "/v1/stats/overview", world.keys[tenant], name, hours=str(hours))
    for _ in range(3):
        answer = world.invoke("api", event)
        if answer is not None and answer["statusCode"] == 200:
            result: dict[str, Any] = json.loads(answer["body"])
            return result
    world.errors.append(f"the API answers {answer}")
    return {}
