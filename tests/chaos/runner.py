"""Many runs on several cores."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing import get_context

import msgspec

from tests.chaos.branching import play_branches
from tests.chaos.faults import Fired
from tests.chaos.seeded import Mode, play_seed
from tests.chaos.single import Faults, Verdict
from tests.chaos.stack import Stack, deployed

# Seeds in one task of a process, and plans of one scenario that share their beginning.
_SEEDS = 10
_PLANS = 60
_open: ExitStack | None = None
_stack: Stack | None = None


class Branches(msgspec.Struct, frozen=True):
    """A scenario under several plans."""

    name: str
    plans: list[Faults]

    @property
    def runs(self) -> int:
        """How many runs these are."""
        return len(self.plans)

    def play(self, stack: Stack) -> list[Verdict]:
        """Make the runs."""
        return play_branches(stack, self.name, self.plans)


class Seeds(msgspec.Struct, frozen=True):
    """Several seeds of a mode."""

    mode: Mode
    seeds: range

    @property
    def runs(self) -> int:
        """How many runs these are."""
        return len(self.seeds)

    def play(self, stack: Stack) -> list[Verdict]:
        """Make the runs."""
        return [play_seed(stack, self.mode, seed) for seed in self.seeds]


Task = Branches | Seeds


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


def play_all(tasks: Iterable[Task], workers: int) -> Iterator[list[Verdict]]:
    """Yield the verdicts of each task, in order."""
    with ProcessPoolExecutor(workers, get_context("spawn"), _deploy) as pool:
        yield from pool.map(_play, tasks)


def _deploy() -> None:
    """Keep one stack in a worker process for as long as it lives."""
    global _open, _stack  # noqa: PLW0603 - the pool offers no other place
    import tests.conftest  # noqa: F401 - the environment that Lambda would give

    _open = ExitStack()
    _stack = _open.enter_context(deployed())


def _play(task: Task) -> list[Verdict]:
    assert _stack is not None
    return [_light(verdict) for verdict in task.play(_stack)]


def _light(verdict: Verdict) -> Verdict:
    """Leave the story of a good run in the process that played it."""
    return verdict if verdict.violations else msgspec.structs.replace(verdict, story=[])


def tasks_of(plans: Iterable[tuple[str, Faults]]) -> list[Task]:
    """Return tasks for plans of scenarios, each scenario's in the order in which they begin."""
    by_name: dict[str, list[Faults]] = {}
    for name, faults in plans:
        by_name.setdefault(name, []).append(faults)
    return [
        Branches(name, part)
        for name, own in by_name.items()
        for part in _parts(sorted(own, key=min))
    ]


def _parts(plans: list[Faults]) -> Iterator[list[Faults]]:
    for at in range(0, len(plans), _PLANS):
        yield plans[at : at + _PLANS]


def seeds_of(mode: Mode, count: int) -> list[Task]:
    """Return tasks for the first seeds of a mode."""
    return [Seeds(mode, range(count)[at : at + _SEEDS]) for at in range(0, count, _SEEDS)]
