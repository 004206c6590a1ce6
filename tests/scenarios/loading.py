"""Reads the scenarios from their files, and refuses those that say nonsense."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from tests.scenarios.model import Expected, Scenario

DATA = Path(__file__).parent / "data"


class WrongScenarioError(Exception):
    """A scenario that cannot be meant; says where."""


def load_all(directory: Path = DATA) -> dict[str, Scenario]:
    """Return every scenario by its name, theme by theme."""
    found: dict[str, Scenario] = {}
    for file in sorted(directory.glob("*.yaml")):
        for scenario in read(file.stem, yaml.safe_load(file.read_text(encoding="utf-8"))):
            if scenario.name in found:
                raise WrongScenarioError(f"there are two scenarios {scenario.name}")
            found[scenario.name] = scenario
    return found


def read(theme: str, document: dict[str, Any]) -> Iterator[Scenario]:
    """Yield the scenarios of a document. What its keys with a dot say is for its anchors."""
    for name, fields in document.items():
        if name.startswith("."):
            continue
        try:
            scenario = msgspec.convert({**fields, "theme": theme, "name": name}, Scenario)
            _check(scenario)
        except (msgspec.ValidationError, ValueError) as error:
            raise WrongScenarioError(f"{theme}.yaml: {name}: {error}") from error
        yield scenario


def _check(scenario: Scenario) -> None:
    own = (
        scenario.expect_tocsin,
        scenario.expect_alertmanager,
        scenario.events_tocsin,
        scenario.events_alertmanager,
    )
    if any(own) != bool(scenario.differs):
        raise ValueError("where it differs it must say why, and the other way round")
    for program in ("tocsin", "alertmanager"):
        for event in scenario.events_of(program):
            names = [each if isinstance(each, str) else each.alert for each in event.push]
            _known(scenario, [*names, *event.resolve, *(event.shows or ())], event.kind)
            _in_time(scenario, event.at)
        for expected in scenario.expected_of(program):
            _known(scenario, _named(expected), "expect")
            _in_time(scenario, *expected.between)


def _named(expected: Expected) -> list[str]:
    return [*expected.firing, *expected.resolved, *expected.alerts]


def _known(scenario: Scenario, names: list[str], where: str) -> None:
    unknown = sorted(set(names) - set(scenario.alerts))
    if unknown:
        raise ValueError(f"{where} names {', '.join(unknown)}, which are no alerts")


def _in_time(scenario: Scenario, *times: float) -> None:
    if not all(0 <= at <= scenario.until for at in times) or sorted(times) != list(times):
        raise ValueError(f"{times} is not between 0 and {scenario.until:g}")
