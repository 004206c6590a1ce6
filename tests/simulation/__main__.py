"""Run many seeds: `python -m tests.simulation --seeds 5000`.

A violation names its seed and its mode. `--start SEED --seeds 1 --mode MODE --story` plays it
again, and tells what happened.
"""

import sys
from collections import Counter

import click
from rich.console import Console
from rich.progress import track

from tests.simulation.modes import MODES, mode_of
from tests.simulation.run import simulate


@click.command()
@click.option("--seeds", default=1000, show_default=True, help="How many seeds to run.")
@click.option("--start", default=0, show_default=True, help="The first seed.")
@click.option("--mode", "name", type=click.Choice(list(MODES)), help="One mode; else by turns.")
@click.option("--story", is_flag=True, help="Tell what happened in each run.")
def main(seeds: int, start: int, name: str | None, story: bool) -> None:
    """Simulate interleavings, crashes and losses, and check what must hold."""
    console = Console(highlight=False, markup=False, soft_wrap=True)
    runs: Counter[str] = Counter()
    broken: Counter[str] = Counter()
    for seed in track(range(start, start + seeds), "Simulating", console=console):
        mode = mode_of(seed, name or "")
        violations, history = simulate(seed, mode)
        runs[mode.name] += 1
        broken[mode.name] += bool(violations)
        for line in history.lines if story else ():
            console.print(line)
        for violation in violations:
            console.print(f"seed {seed}, mode {mode.name}: {violation}")
    for each, count in runs.items():
        says = f"{MODES[each].says}: {count} runs, {broken[each]} with violations"
        console.print(f"{each:<9} {says}")
    sys.exit(1 if broken.total() else 0)


if __name__ == "__main__":
    main()
