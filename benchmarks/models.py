"""What becomes of 360 questions while a model's provider misbehaves, in virtual time.

One tenant asks every ten seconds, or as soon as the question before is answered, and has sixty
seconds for each answer. The client is the real one, with its attempts, waits, limit and rests.
Every run prints the same. Run it with `make bench`; docs/enrichment-model.md quotes it, and
tests/integration/test_model_degradation.py compares.
"""

import sys
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any

import msgspec

from tests.unit.pipeline.enrichment.modelworld import SAID, StubModel, World
from tocsin.domain.errors import Permanent, Retryable, Throttled
from tocsin.pipeline.enrichment.modelclient import ATTEMPT_S

QUESTIONS = 360
EVERY_S = 10.0
LEFT_S = 60.0
_SEED = 7

# What an attempt comes to, how long that takes in seconds, and in how many of 100 attempts.
_BUSY: Any = (Throttled("HTTP 429"), 0.2)
_HANGS: Any = (Retryable("no answer in time"), ATTEMPT_S)
_DOWN: Any = (Retryable("HTTP 503"), 0.2)
_NONSENSE: Any = ("The disk is full, I think.", 3.0)
_FINE: Any = (SAID, 3.0)
PROVIDERS: Mapping[str, Mapping[Any, int]] = {
    "answers": {_FINE: 100},
    "throttles half of it": {_BUSY: 50, _FINE: 50},
    "throttles all": {_BUSY: 100},
    "never answers half of it": {_HANGS: 50, _FINE: 50},
    "never answers": {_HANGS: 100},
    "is down": {_DOWN: 100},
    "answers nonsense half the time": {_NONSENSE: 50, _FINE: 50},
    "answers nonsense": {_NONSENSE: 100},
    "does all of it, a tenth each": {_BUSY: 10, _HANGS: 10, _DOWN: 10, _NONSENSE: 10, _FINE: 60},
}


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """Who answered, how many attempts were made, and the seconds that a question took."""

    by_model: int
    by_extract: int
    failed: int
    attempts: int
    average_s: float
    longest_s: float

    def row(self, name: str) -> str:
        """Return it as a line of the table in the documentation."""
        cells = (self.by_model, self.by_extract, self.failed, self.attempts)
        counts = " | ".join(map(str, cells))
        return f"| {name} | {counts} | {self.average_s:.1f} | {self.longest_s:.1f} |"


class _Provider(StubModel):  # type: ignore[misc]
    """Draws what each attempt comes to."""

    def __init__(self, world: World, outcomes: Mapping[Any, int]) -> None:
        super().__init__(world)
        self._random = Random(_SEED)  # noqa: S311 - every run is to be the same
        self._outcomes = outcomes

    def ask(self, prompt: Any, left_s: float) -> Any:
        (outcome,) = self._random.choices([*self._outcomes], [*self._outcomes.values()])
        answer, self._takes_s = outcome
        self.answers = [answer]
        return super().ask(prompt, left_s)


def played(outcomes: Mapping[Any, int]) -> Outcome:
    """Return what becomes of the questions."""
    world = World()
    model = _Provider(world, outcomes)
    client, ended = world.client(model), Counter[str]()
    asked_s, longest_s = world.now_s, 0.0
    for _ in range(QUESTIONS):
        world.now_s = asked_s = max(world.now_s, asked_s + EVERY_S)
        try:
            answered = world.ask(client, LEFT_S)
            ended["by_extract" if answered.instead_why else "by_model"] += 1
        except Permanent:
            ended["failed"] += 1
        longest_s = max(longest_s, world.now_s - asked_s)
    figures = world.metrics.figures()
    return Outcome(
        by_model=ended["by_model"],
        by_extract=ended["by_extract"],
        failed=ended["failed"],
        attempts=len(model.prompts),
        average_s=figures.average_s,
        longest_s=longest_s,
    )


def main() -> None:
    """Play and print."""
    sys.stdout.write("360 questions while the provider: ")
    sys.stdout.write("by the model, by extract, failed, attempts, s, s at most\n")
    for name, outcomes in PROVIDERS.items():
        sys.stdout.write(played(outcomes).row(name) + "\n")


if __name__ == "__main__":
    main()
