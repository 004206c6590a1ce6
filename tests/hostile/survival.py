"""What was accepted goes all the way: no hostile alert breaks a stage, a store or a receiver."""

from collections.abc import Iterator
from typing import Any

from tests.hostile.deployment import Deployment
from tests.integration.resources import STAGES

_WAITS = '"message":"an SNS topic waits to be confirmed"'


def survive(deployment: Deployment, tenant: str, accepted: int) -> list[str]:
    """Let everything accepted arrive; return what went wrong on the way."""
    deployment.stack.drain()
    books = deployment.stack.balance(deployment.keys[tenant])
    return [*_lost(books, accepted), *_broken(deployment)]


def _lost(books: dict[str, Any], accepted: int) -> Iterator[str]:
    ended = books["delivered"] + books["duplicate"] + sum(books["suppressed"].values())
    if books["accepted"] < accepted:
        yield f"{accepted} alerts were accepted, and the books know {books['accepted']}"
    if books["dead_lettered"] or books["pending"] or books["accepted"] != ended:
        yield f"not all that was accepted ended well: {books}"


def _broken(deployment: Deployment) -> Iterator[str]:
    for queue in (f"{stage}{kind}" for stage in STAGES for kind in ("", "-urgent")):
        for letter in deployment.stack.resources.letters(queue):
            yield f"a dead letter of {queue}: {letter.get('MessageAttributes')}"
    # A log line is for a failure, or for an SNS topic that a changed sample asks to confirm.
    for line in deployment.output.getvalue().splitlines():
        if not line.startswith('{"_aws"') and _WAITS not in line:
            yield f"logged: {line[:500]}"
    for refusal in deployment.stack.strict.refusals:
        yield f"AWS would refuse: {refusal}"
    deployment.stack.strict.refusals.clear()
    for arrival in deployment.people.arrivals:
        if arrival.status != 200:
            yield f"the receiver answered {arrival.status}"
