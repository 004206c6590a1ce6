"""From the text of a rule file to its rules and tests, or to everything wrong with it."""

from collections.abc import Callable, Iterator, Mapping

import msgspec
from pydantic import ValidationError

from tocsin.configuration.findings import Finding, errors_at, findings_of
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.rulefiles.cases import RuleTest
from tocsin.configuration.rulefiles.checks import broken_rules
from tocsin.configuration.rulefiles.conversion import conditions_of, to_rule
from tocsin.configuration.rulefiles.models import RuleFile
from tocsin.configuration.rulefiles.notation import read_series, read_spans, read_values
from tocsin.configuration.yamltree import Tree, read
from tocsin.domain.errors import InvalidInput
from tocsin.domain.rule import Rule


class PlacedRule(msgspec.Struct, frozen=True):
    """A rule, and where it and each of its conditions stands."""

    rule: Rule
    file: str
    tree: Tree
    location: Location
    conditions: tuple[Location, ...] = ()

    def problem(self, message: str, *below: str | int) -> Problem:
        """Make a problem of something in the rule."""
        location = (*self.location, *below)
        return Problem(self.file, self.tree.line(location), path_of(location), message)


class LoadedRules(msgspec.Struct, frozen=True):
    """What a rule file says; `notes` is what of it is not taken.

    Rule files of Prometheus hold no tests; those of promtool stand in files of their own.
    """

    rules: tuple[PlacedRule, ...]
    tests: tuple[RuleTest, ...] = ()
    notes: tuple[Problem, ...] = ()
    is_prometheus: bool = False


def load_rules(text: str, filename: str, environ: Mapping[str, str]) -> LoadedRules:
    """Read and check a rule file. Raises ConfigurationErrors with every problem."""
    tree = read(text, filename, environ)
    try:
        model = RuleFile.model_validate(tree.value)
    except ValidationError as error:
        raise errors_at(findings_of(error), tree, filename) from None
    findings = [*broken_rules(model), *_broken_notation(model)]
    if findings or tree.problems:
        raise errors_at(findings, tree, filename)
    placed = tuple(
        PlacedRule(
            to_rule(rule),
            filename,
            tree,
            ("rules", index),
            tuple(below for below, _ in conditions_of(rule)),
        )
        for index, rule in enumerate(model.rules)
    )
    return LoadedRules(placed, tuple(model.tests))


def _broken_notation(file: RuleFile) -> Iterator[Finding]:
    for index, test in enumerate(file.tests):
        for location, series, reader, notation in _notations(test):
            for read_one, text in ((read_series, series), (reader, notation)):
                try:
                    read_one(text)
                except InvalidInput as error:
                    yield ("tests", index, *location), error.message
                    break


def _notations(test: RuleTest) -> Iterator[tuple[Location, str, Callable[[str], object], str]]:
    for series, values in test.series.items():
        yield ("series", series), series, read_values, values
    for expression, answer in test.answers.items():
        for series, values in answer.items():
            yield ("answers", expression, series), series, read_values, values
    for alert, spans in test.alerts.items():
        yield ("alerts", alert), alert, read_spans, spans
