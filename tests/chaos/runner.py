"""Many runs on several cores."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from itertools import islice
from multiprocessing import get_context
from typing import Any

import msgspec

from tests.chaos.faults import Fired, Kind
from tests.chaos.seeded import Mode, play_seed
from tests.chaos.single import Verdict, play
from tests.chaos.stack import Stack, deployed

_CHUNK = 10
_open: ExitStack | None = None
_stack: Stack | None = None


class Job(msgspec.Struct, frozen=True):
    """One run to make: a scenario with faults, or a mode with a seed."""

    name: str
    faults: dict[int, Kind] | None = None
    seed: int = 0
    mode: Mode | None = None

    def play(self, stack: Stack) -> Verdict:
        """Make the run."""
        if self.mode is not None:
            return play_seed(stack, self.mode, self.seed)
        return play(stack, self.name, self.faults or {})


class Tally:
    """What came of many runs."""

    def __init__(self) -> None:
        self.runs = 0
        self.fired = Fired()
        self.broken: list[Verdict] = []

    def add(self, verdict: Verdict) -> None:
        """Count a run."""
        self.runs += 1
        self.fired.add(verdict.fired)
        if verdict.violations:
            self.broken.append(verdict)


def play_all(jobs: Iterable[Job], workers: int) -> Iterator[list[Verdict]]:
    """Yield the verdicts of chunks of jobs, in order."""
    chunks = _chunks(jobs)
    with ProcessPoolExecutor(workers, get_context("spawn"), _deploy) as pool:
        yield from pool.map(_play, chunks)


def _chunks(jobs: Iterable[Job]) -> Iterator[list[Job]]:
    iterator = iter(jobs)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _deploy() -> None:
    """Keep one stack in a worker process for as long as it lives."""
    global _open, _stack  # noqa: PLW0603 - the pool offers no other place
    import tests.conftest  # noqa: F401 - the environment that Lambda would give

    _open = ExitStack()
    _stack = _open.enter_context(deployed())


def _play(jobs: list[Job]) -> list[Verdict]:
    assert _stack is not None
    return [_light(job.play(_stack)) for job in jobs]


def _light(verdict: Verdict) -> Verdict:
    """Leave the story of a good run in the process that played it."""
    return verdict if verdict.violations else msgspec.structs.replace(verdict, story=[])


def listed(stack: Stack, scenarios: Iterable[str], pick: Any) -> list[Job]:
    """Return a job for each plan that `pick` finds for these scenarios."""
    return [Job(name, dict(faults)) for name in scenarios for faults in pick(stack, name)]
