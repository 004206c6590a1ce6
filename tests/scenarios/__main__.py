"""Play the scenarios: `python -m tests.scenarios run --target one-machine [NAME...]`.

SCENARIO_SCALE=2 makes each unit of time twice as long, for slow machines.
"""

import os
import sys
from collections import Counter
from contextlib import nullcontext
from statistics import median
from uuid import uuid4

import click

from tests.scenarios.crashing import crash_often
from tests.scenarios.loading import load_all
from tests.scenarios.pairing import functions, peers, two_machines, watch
from tests.scenarios.processes import alertmanager, tocsin
from tests.scenarios.receiver import Receiver
from tests.scenarios.running import Result, run_all
from tests.scenarios.targets import Target, debian, one_machine

SCALE = float(os.environ.get("SCENARIO_SCALE", "1"))
_UNIT_S = {"one-machine": 1.0, "alertmanager": 1.0, "cloud": 10.0}
_AT_ONCE = {"one-machine": 4, "alertmanager": 6, "cloud": 8}


@click.group(help=__doc__)
def main() -> None:
    """Play scenarios."""


@main.command("list")
def listing() -> None:
    """List the scenarios by theme."""
    for scenario in load_all().values():
        click.echo(f"{scenario.theme:<16} {scenario.name:<44} {scenario.differs or 'same'}")


@main.command()
@click.option("--target", "name", type=click.Choice(list(_UNIT_S)), default="one-machine")
@click.option("--at-once", type=click.IntRange(1), help="How many run side by side.")
@click.argument("names", nargs=-1)
def run(name: str, at_once: int | None, names: tuple[str, ...]) -> None:
    """Play all scenarios, or those that are named."""
    known = load_all()
    unknown = set(names) - set(known)
    if unknown:
        raise click.BadParameter(f"there is no scenario {', '.join(sorted(unknown))}")
    chosen = [known[each] for each in names or known]
    results = []
    with Receiver() as receiver, _opened(name, receiver, chosen) as target:
        for result in run_all(target, chosen, at_once or _AT_ONCE[name]):
            results.append(result)
            _say(result)
    _summarize(name, results)
    sys.exit(any(each.verdict == "failed" for each in results))


@main.command()
@click.option("--times", type=click.IntRange(1), default=20, show_default=True)
@click.option("--at-once", type=click.IntRange(1), default=3, show_default=True)
def crash(times: int, at_once: int) -> None:
    """Kill -9 both, right after an alert and a silence were accepted, and count what is lost."""
    click.echo(f"{times} times kill -9{'':<8} alert lost  silence lost  told again   down, median")
    for name, make in (("Alertmanager", alertmanager), ("tocsin", tocsin)):
        with Receiver() as receiver:
            crashes = list(crash_often(make, receiver, times, at_once))
        counts = [
            sum(getattr(each, what) for each in crashes)
            for what in ("lost_alert", "lost_silence", "told_again")
        ]
        down_s = median(each.down_s for each in crashes)
        click.echo(f"{name:<23}{'  '.join(f'{n:>10}' for n in counts)}  {down_s:>11.2f} s")


@main.command()
@click.option("--alerts", type=click.IntRange(1), default=20, show_default=True)
@click.option("--cloud/--no-cloud", default=True, show_default=True, help="The local cloud, too.")
def pair(alerts: int, cloud: bool) -> None:
    """Let two tell of the same alerts, to a receiver that is slow or fails, and count who is
    told twice.
    """
    click.echo(f"{alerts} alerts, each sent twice{'':<9} told  told twice")
    pairs = {"Alertmanager, two peers": peers, "tocsin, two workers": two_machines}
    if cloud:
        pairs["tocsin, local cloud"] = functions
    for illness in ("slow", "failing"):
        for name, opened in pairs.items():
            run = uuid4().hex
            with Receiver() as receiver, opened(receiver, run) as pushes:
                found = watch(pushes, receiver, run, alerts, illness)
            click.echo(f"{illness:<8} {name:<24} {found.told:>6}  {found.twice:>10}")


def _opened(name: str, receiver: Receiver, chosen):
    unit_s = _UNIT_S[name] * SCALE
    if name == "cloud":
        from tests.scenarios.cloud import opened

        return opened(receiver, unit_s, chosen)
    make = one_machine if name == "one-machine" else debian
    target: Target = make(receiver, unit_s)
    return nullcontext(target)


def _say(result: Result) -> None:
    scenario = result.scenario
    click.echo(f"{result.verdict:<9} {scenario.theme:<16} {scenario.name}  {result.left_out}")
    for line in result.story:
        click.echo(f"          {line}")


def _summarize(name: str, results: list[Result]) -> None:
    themes: dict[str, Counter[str]] = {}
    for result in results:
        themes.setdefault(result.scenario.theme, Counter())[result.verdict] += 1
    columns = ("passed", "failed", "left out")
    click.echo(f"\n{name:<16} {'  '.join(f'{column:>8}' for column in columns)}")
    total: Counter[str] = Counter()
    for theme in sorted(themes):
        total += themes[theme]
        click.echo(f"{theme:<16} {'  '.join(f'{themes[theme][column]:>8}' for column in columns)}")
    click.echo(f"{'all':<16} {'  '.join(f'{total[column]:>8}' for column in columns)}")
    again = sum(len(each.disturbed) for each in results)
    click.echo(f"{len(results)} scenarios; {again} runs were disturbed and played again")


if __name__ == "__main__":
    main()
