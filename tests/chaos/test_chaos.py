"""The short form of the chaos suite; `make chaos` is the long one.

Everything is drawn from fixed seeds and virtual time, so each run is the same run every time.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from tests.chaos.callsites import uncovered
from tests.chaos.mutants import MUTANTS, Mutant, caught_by
from tests.chaos.runner import Tally, Task, play_all, tasks_of
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.seeded import MODES, Mode, play_seed
from tests.chaos.single import each_pair_once, play, single_faults
from tests.chaos.stack import Stack, deployed

# Coverage is measured on smaller tests; tracing would double the time of this suite.
pytestmark = [pytest.mark.timeout(600), pytest.mark.no_cover]
ROOT = Path(__file__).parents[2]
SEEDS = range(12)
# What the long form found once stays found.
FOUND: dict[Mode, tuple[int, ...]] = {"faulty": (98, 422), "faultless": ()}

_STORIES = """
from tests.chaos.test_chaos import stories
print(stories())
"""


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with deployed() as made:
        yield made


def stories() -> str:
    """Return a digest of all that happens in one run of each mode."""
    import tests.conftest  # noqa: F401 - the environment that Lambda would give

    digest = sha256()
    with deployed() as made:
        for mode in MODES:
            digest.update("\n".join(play_seed(made, mode, 3).story).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_an_undisturbed_run_keeps_every_promise(stack: Stack, scenario: str) -> None:
    assert play(stack, scenario, {}).violations == []


def test_every_single_fault_in_the_shortest_scenario_and_at_every_call_site(stack: Stack) -> None:
    plans = [("fire", faults) for faults in single_faults(stack, "fire")]
    assert len(plans) > 100
    # Many of them are of the shortest scenario too.
    plans += [plan for plan in each_pair_once(stack, SCENARIOS) if plan not in plans]
    tally = _played(tasks_of(plans))
    assert tally.runs == len(plans)
    assert [str(each) for each in tally.broken] == []
    assert tally.fired.missing() == []
    assert uncovered(tally.fired.lines) == []


def _played(tasks: list[Task]) -> Tally:
    """Play in a process of its own, which has no threads: it forks."""
    tally = Tally()
    for verdicts in play_all(tasks, workers=1):
        for verdict in verdicts:
            tally.add(verdict)
    return tally


@pytest.mark.parametrize("mode", MODES)
def test_random_runs(stack: Stack, mode: Mode) -> None:
    verdicts = [play_seed(stack, mode, seed) for seed in (*SEEDS, *FOUND[mode])]
    assert [str(each) for each in verdicts if each.violations] == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_bug_is_noticed(
    stack: Stack, mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert caught_by(mutant, stack, monkeypatch) is not None


def test_a_seed_is_the_same_run_in_any_process() -> None:
    path = f"{ROOT}:{ROOT / 'layers/tocsin/python'}"
    digests = {
        subprocess.run(
            [sys.executable, "-c", _STORIES],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for hash_seed in ("1", "2")
    }
    assert len(digests) == 1
