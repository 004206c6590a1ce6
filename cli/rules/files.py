"""Rule files as commands read them, with what is wrong told to the person at the terminal."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from tocsin.configuration import ConfigurationErrors, Problem
from tocsin.configuration.rulefiles.loading import LoadedRules, load_rules
from tocsin.configuration.rulefiles.prometheus import is_prometheus, load_prometheus

# Who is asked by rules of Prometheus that no tocsin.yaml has named a source for.
ANY_SOURCE = "prometheus"


def read_rule_files(paths: Iterable[Path]) -> dict[Path, LoadedRules]:
    """Read rule files; ends the command with every problem of all of them."""
    loaded: dict[Path, LoadedRules] = {}
    problems: list[Problem] = []
    for path in paths:
        try:
            loaded[path] = _read(path)
        except ConfigurationErrors as errors:
            problems += errors.problems
    if problems:
        for problem in sorted(set(problems)):
            click.echo(str(problem), err=True)
        raise click.ClickException(counted(len(set(problems)), "problem"))
    return loaded


def counted(count: int, what: str) -> str:
    """Write how many there are of something: `1 rule`, `2 rules`."""
    return f"{count} {what}{'' if count == 1 else 's'}"


def warn(problems: Sequence[object]) -> None:
    """Tell what is not wrong, but to be looked at."""
    for problem in problems:
        click.echo(f"warning: {problem}", err=True)


def _read(path: Path) -> LoadedRules:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{path} cannot be read as UTF-8 text") from error
    if is_prometheus(text, str(path)):
        return load_prometheus(text, str(path), ANY_SOURCE)
    return load_rules(text, str(path), os.environ)
