"""The rules that ship with tocsin and hold for every tenant that does not leave them out."""

from functools import cache
from importlib.resources import files

from tocsin.configuration.rulefiles.loading import LoadedRules, load_rules

FILENAME = "default_rules.yaml"


def shipped_text() -> str:
    """Return the file as it is."""
    return files("tocsin.configuration.rulefiles").joinpath(FILENAME).read_text(encoding="utf-8")


@cache
def shipped_rules() -> LoadedRules:
    """Return the default rules and their tests."""
    return load_rules(shipped_text(), FILENAME, {})
