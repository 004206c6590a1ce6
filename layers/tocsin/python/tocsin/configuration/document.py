"""From the text of `tocsin.yaml` to a valid `Document`, or to everything wrong with it."""

from collections.abc import Iterable, Mapping

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from tocsin.configuration.models import Document
from tocsin.configuration.problems import ConfigurationErrors, Problem, path_of
from tocsin.configuration.rules import Finding, broken_rules
from tocsin.configuration.wording import sentence
from tocsin.configuration.yamltree import Tree, read


def load(text: str, filename: str, environ: Mapping[str, str]) -> Document:
    """Read and check a configuration.

    Raises ConfigurationErrors with every problem that was found. Rules between the parts are
    looked at once each part is right by itself.
    """
    tree = read(text, filename, environ)
    try:
        document = Document.model_validate(tree.value)
    except ValidationError as error:
        # `from None`: pydantic's own text would follow, with less to say.
        raise errors_at(findings_of(error), tree, filename) from None
    findings = list(broken_rules(document))
    if findings or tree.problems:
        raise errors_at(findings, tree, filename)
    return document


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
