"""The pages about providers say what the code does."""

from pathlib import Path

import pytest
import yaml

from cli.samples import samples
from tocsin.domain.alert import Alert, severity_of
from tocsin.providers import limits
from tocsin.providers.bodies import payload_of
from tocsin.providers.facts import FACTS
from tocsin.providers.generic import IDENTITY_FIELDS, STATUS_WORDS
from tocsin.providers.registry import NAMES, provider
from tocsin.providers.unending import HOLD_S

DOCS = Path(__file__).parents[3] / "docs"
ALERT = (DOCS / "alert.md").read_text(encoding="utf-8")
TABLE = (DOCS / "providers" / "README.md").read_text(encoding="utf-8")
GENERIC = (DOCS / "providers" / "generic.md").read_text(encoding="utf-8")


def words_in(page: str, row: str) -> list[str]:
    """Return the words that a table of `page` lists beside `row`."""
    (line,) = (line for line in page.splitlines() if line.startswith(f"| {row} | "))
    return [word.strip() for word in line.strip("| ").split("|")[1].split(",")]


@pytest.mark.parametrize("name", NAMES)
def test_every_provider_is_listed_and_has_a_page_and_samples(name: str) -> None:
    facts = FACTS[name]
    page = facts.page or name
    assert f"| [`{name}`]({page}.md) |" in TABLE
    text = (DOCS / "providers" / f"{page}.md").read_text(encoding="utf-8")
    assert (facts.address or f"/v1/alerts/{name}") in text
    assert name == "prometheus" or any(each.provider == name for each in samples())


def test_nothing_is_listed_that_is_not_there() -> None:
    assert sorted(FACTS) == list(NAMES)
    pages = {f"{facts.page or name}.md" for name, facts in FACTS.items()}
    there = {path.name for path in (DOCS / "providers").glob("*.md")}
    assert there == pages | {"README.md", "mapping.md"}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_none_is_said_to_be_none(name: str) -> None:
    unnamed = [
        entry
        for each in samples()
        if each.provider == name
        for entry in provider(name).parse(payload_of(provider(name), each.body), 1.8e9)
        if isinstance(entry, Alert) and not entry.labels["alertname"]
    ]
    assert bool(unnamed) == ("the name is none" in FACTS[name].identity)


@pytest.mark.parametrize("name", NAMES)
def test_what_never_ends_is_said_to_end_by_itself(name: str) -> None:
    holds = [
        entry
        for each in samples()
        if each.provider == name
        for entry in provider(name).parse(payload_of(provider(name), each.body), 1.8e9)
        if isinstance(entry, Alert) and entry.holds_until_s == 1.8e9 + HOLD_S
    ]
    assert not holds or "65 minutes" in FACTS[name].resolved


def test_the_mapping_of_the_page_is_the_one_that_can_be_tried() -> None:
    page = (DOCS / "providers" / "mapping.md").read_text(encoding="utf-8")
    shown = yaml.safe_load(page.partition("```yaml\n")[2].partition("```")[0])
    tried = yaml.safe_load((DOCS.parent / "events" / "mapping.yaml").read_text(encoding="utf-8"))
    assert shown["tenants"]["acme"]["mappings"] == tried["tenants"]["acme"]["mappings"]


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
