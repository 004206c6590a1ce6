"""The pages about providers say what the code does."""

from pathlib import Path

import pytest

from tocsin.domain.alert import severity_of
from tocsin.providers import limits
from tocsin.providers.generic import IDENTITY_FIELDS, STATUS_WORDS
from tocsin.providers.registry import NAMES

DOCS = Path(__file__).parents[3] / "docs"
ALERT = (DOCS / "alert.md").read_text(encoding="utf-8")
GENERIC = (DOCS / "providers" / "generic.md").read_text(encoding="utf-8")


def words_in(page: str, row: str) -> list[str]:
    """Return the words that a table of `page` lists beside `row`."""
    (line,) = (line for line in page.splitlines() if line.startswith(f"| {row} | "))
    return [word.strip() for word in line.strip("| ").split("|")[1].split(",")]


@pytest.mark.parametrize("name", NAMES)
def test_every_provider_is_listed(name: str) -> None:
    assert f"| `{name}` |" in ALERT


@pytest.mark.parametrize("severity", ["critical", "high", "warning", "info", "low"])
def test_the_words_for_a_severity_mean_it(severity: str) -> None:
    for word in words_in(ALERT, f"`{severity}`"):
        assert severity_of(word) == severity


@pytest.mark.parametrize("status", ["firing", "resolved"])
def test_the_words_for_a_status_are_all_that_are_known(status: str) -> None:
    known = [word for word, meaning in STATUS_WORDS.items() if meaning == status]
    assert words_in(GENERIC, status) == known


def test_the_fields_that_are_identity_are_listed() -> None:
    assert ", ".join(f"`{field}`" for field in IDENTITY_FIELDS) in GENERIC


@pytest.mark.parametrize("name", [name for name in vars(limits) if name.isupper()])
def test_limits_of_an_alert_are_listed(name: str) -> None:
    if name != "QUOTED_CHARACTERS":
        number = f"{getattr(limits, name):,}"
        assert f"| {number} " in ALERT
