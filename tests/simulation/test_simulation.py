"""A short simulation at every gate, and proof that it notices; `make simulate` is the long one.

Seeds are fixed, so each run is the same run every time.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from tests.simulation.modes import MODES
from tests.simulation.mutants import MUTANTS
from tests.simulation.run import simulate

ROOT = Path(__file__).parents[2]
SEEDS = range(12)
# A bug that needs more seeds than this is not one that the simulation finds.
SEEDS_TO_NOTICE = range(60)

_STORIES = """
from tests.simulation.test_simulation import stories
print(stories())
"""

# Coverage is measured on smaller tests; tracing would double the time of this suite.
pytestmark = pytest.mark.no_cover


def stories() -> str:
    """Return a digest of all that happens in one run of each mode."""
    digest = sha256()
    for mode in MODES.values():
        _, history = simulate(3, mode)
        digest.update("\n".join(history.lines).encode())
    return digest.hexdigest()


@pytest.mark.parametrize("name", MODES)
def test_every_promise_holds(name: str) -> None:
    broken = {seed: simulate(seed, MODES[name])[0] for seed in SEEDS}
    assert not {seed: violations for seed, violations in broken.items() if violations}


@pytest.mark.parametrize(
    ("name", "plant"), MUTANTS, ids=lambda value: getattr(value, "__name__", "")
)
def test_a_planted_bug_is_noticed(
    name: str, plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    plant(monkeypatch)
    assert any(simulate(seed, MODES[name])[0] for seed in SEEDS_TO_NOTICE)


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
    assert digests == {stories()}
