"""What is wrong with values, and where, before it is known on which line that is."""

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tocsin.configuration.problems import ConfigurationErrors, Location, Problem, path_of
from tocsin.configuration.wording import sentence
from tocsin.configuration.yamltree import Tree

Finding = tuple[Location, str]


def findings_of(error: ValidationError) -> list[Finding]:
    """Return what pydantic found wrong, and where, in the words of this project."""
    return [_finding(detail) for detail in error.errors(include_url=False)]


def errors_at(findings: Iterable[Finding], tree: Tree, filename: str) -> ConfigurationErrors:
    """Make an error of findings, each with its line, and of what was wrong with the YAML."""
    found = [
        Problem(filename, tree.line(location), path_of(location), message)
        for location, message in findings
        if location not in tree.unread
    ]
    return ConfigurationErrors([*tree.problems, *found])


def _finding(detail: ErrorDetails) -> Finding:
    # Pydantic marks an error in a key with a last part of its own.
    location = tuple(part for part in detail["loc"] if part != "[key]")
    return location, sentence(detail)
