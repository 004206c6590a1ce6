"""Prove that nothing is lost and nothing repeated: `python -m tests.chaos run`.

`replay fire 12:lost` and `replay faulty 98` play one run again and tell what happened.
`mutants` plants known bugs and says which fault found them.
"""

import os
import sys
from collections.abc import Iterable
from time import monotonic

import click
import pytest
from rich.console import Console
from rich.progress import Progress

import tests.conftest  # noqa: F401 - the environment that Lambda would give
from tests.chaos.callsites import uncovered
from tests.chaos.faults import KINDS, Fired
from tests.chaos.mutants import MUTANTS, caught_by
from tests.chaos.runner import Tally, Task, play_all, seeds_of, tasks_of
from tests.chaos.scenarios import SCENARIOS
from tests.chaos.seeded import MODES, play_seed
from tests.chaos.single import Faults, double_crashes, play, single_faults
from tests.chaos.stack import Stack, deployed

# Its own object: while a stack is deployed, standard output belongs to the handlers.
_CONSOLE = Console(highlight=False, markup=False, soft_wrap=True, file=sys.stdout)
_SHORTEST = "fire"


@click.group(help=__doc__)
def main() -> None:
    """Run the chaos suite."""


@main.command()
@click.option(
    "--seeds",
    default=5000,
    show_default=True,
    type=click.IntRange(0),
    help="Random runs with faults.",
)
@click.option(
    "--calm",
    default=500,
    show_default=True,
    type=click.IntRange(0),
    help="Random runs without faults.",
)
@click.option("--single/--no-single", default=True, show_default=True, help="Single faults.")
@click.option("--double/--no-double", default=True, show_default=True, help="Pairs of crashes.")
@click.option("--workers", default=os.cpu_count() or 1, show_default=True, help="Processes.")
@click.option(
    "--scenario",
    "names",
    metavar="NAME",
    multiple=True,
    type=click.Choice(list(SCENARIOS)),
    help="Single faults of this one only.",
)
def run(
    seeds: int, calm: int, single: bool, double: bool, workers: int, names: tuple[str, ...]
) -> None:
    """Try every single fault, pairs of crashes, and seeds; then say what was tried."""
    with deployed() as stack:
        parts = _planned(stack, (names or tuple(SCENARIOS)) if single else (), double)
    parts["seeds with faults"] = seeds_of("faulty", seeds)
    parts["seeds without"] = seeds_of("faultless", calm)
    whole = Tally()
    for title, tasks in parts.items():
        tally = _played(title, tasks, workers)
        whole.fired.add(tally.fired)
        whole.broken += tally.broken
    is_whole = single and not names
    missing = _missing(whole.fired) if is_whole else []
    for line in missing:
        _CONSOLE.print(f"not covered: {line}")
    sites, faults = len(whole.fired.sites), whole.fired.counts.total()
    pairs = len(whole.fired.counts)
    _CONSOLE.print(f"{sites} call sites, {pairs} pairs of site and fault, {faults} faults in all")
    if not is_whole:
        _CONSOLE.print("coverage is not judged: not all single faults were run")
    verdict = "FAILED" if whole.broken or missing else "nothing lost, nothing repeated"
    _CONSOLE.print(f"{verdict}: {len(whole.broken)} runs with violations")
    sys.exit(1 if whole.broken or missing else 0)


def _planned(stack: Stack, scenarios: Iterable[str], double: bool) -> dict[str, list[Task]]:
    """Return what is to be run of single faults and of pairs."""
    singles = ((name, each) for name in scenarios for each in single_faults(stack, name))
    parts = {"single faults": tasks_of(singles)}
    if double:
        pairs = ((_SHORTEST, each) for each in double_crashes(stack, _SHORTEST))
        parts[f"double crashes of {_SHORTEST}"] = tasks_of(pairs)
    return parts


def _missing(fired: Fired) -> list[str]:
    """Return the call sites that were not reached, or not with every kind of fault."""
    return fired.missing() + [f"{line} was never called" for line in uncovered(fired.lines)]


def _played(title: str, tasks: list[Task], workers: int) -> Tally:
    tally, began_s, tenth = Tally(), monotonic(), 0
    planned = sum(task.runs for task in tasks)
    with Progress(console=_CONSOLE, disable=not _CONSOLE.is_terminal) as progress:
        task = progress.add_task(title, total=planned)
        for verdicts in play_all(tasks, workers):
            for verdict in verdicts:
                tally.add(verdict)
                if verdict.violations:
                    progress.console.print(f"VIOLATION {verdict}")
            progress.advance(task, len(verdicts))
            if not _CONSOLE.is_terminal and tally.runs * 10 // planned > tenth:
                tenth = tally.runs * 10 // planned
                _CONSOLE.print(f"{title}: {tally.runs} of {planned}")
    took_s = monotonic() - began_s
    _CONSOLE.print(f"{title}: {tally.runs} runs, {len(tally.broken)} violations, {took_s:.0f} s")
    return tally


@main.command()
@click.argument("name", metavar="NAME", type=click.Choice([*SCENARIOS, *MODES]))
@click.argument("plan", default="")
def replay(name: str, plan: str) -> None:
    """Play one run again: a scenario with a plan as it was printed, or a mode with its seed."""
    with deployed() as stack:
        if name in MODES:
            verdict = play_seed(stack, name, _seed(plan))  # type: ignore[arg-type]
        else:
            verdict = play(stack, name, _faults(plan))
    for line in verdict.story:
        _CONSOLE.print(line)
    unmet = len(_faults(plan)) - verdict.fired.counts.total() if name in SCENARIOS else 0
    if unmet:
        raise click.ClickException(f"{unmet} of the faults met no call that can have them")
    _CONSOLE.print(str(verdict) if verdict.violations else "nothing is wrong")
    sys.exit(1 if verdict.violations else 0)


@main.command()
def mutants() -> None:
    """Plant every known bug and say what noticed it."""
    missed = 0
    for mutant in MUTANTS:
        with deployed() as stack, pytest.MonkeyPatch.context() as patch:
            verdict = caught_by(mutant, stack, patch)
        missed += verdict is None
        _CONSOLE.print(f"{mutant.name}: {verdict.summary if verdict else 'NOT NOTICED'}")
    _CONSOLE.print(f"{len(MUTANTS)} planted bugs, {missed} not noticed")
    sys.exit(1 if missed else 0)


def _seed(plan: str) -> int:
    text = plan.removeprefix("seed ")
    if not text.isdecimal():
        raise click.BadParameter("a mode takes the number of its seed, such as 98")
    return int(text)


def _faults(plan: str) -> Faults:
    faults: Faults = {}
    for part in filter(None, plan.split(",")):
        index, _, kind = part.partition(":")
        if not index.isdecimal() or kind not in KINDS:
            known = ", ".join(KINDS)
            raise click.BadParameter(f"{part}: expected CALL:KIND such as 12:lost, of {known}")
        faults[int(index)] = kind
    return faults


if __name__ == "__main__":
    main()
