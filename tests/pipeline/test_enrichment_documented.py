"""docs/enrichment.md shows what the code does, and names what there is."""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import BaseModel

from cli.main import COMMANDS
from tests.builders import T0, alert, config
from tests.pipeline import enriched_world as example
from tests.template.transformed import ROOT
from tocsin.configuration.enrichment_models import Enrichment
from tocsin.configuration.enrichment_models import Stages as Switches
from tocsin.domain.enrichment.order import EARLY, STAGES
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.found import Enrichment as Found
from tocsin.pipeline.enrichment import registry
from tocsin.pipeline.enrichment.modelmetrics import ModelFigures
from tocsin.ports import Notification

PAGE = (ROOT / "docs/enrichment.md").read_text("utf-8")
TEMPLATE = (ROOT / "template.yaml").read_text("utf-8")
SECTIONS = sorted((ROOT / "docs").glob("enrichment*.md"))


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def rows(heading: str) -> list[list[str]]:
    """Return the cells of the tables under a heading, without their first two rows."""
    below = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in below.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if not set(row[0]) <= set("- ")]


@pytest.fixture
def told(tmp_path: Path) -> Notification:
    """What is told of the alert of the page, with the configuration that it shows."""
    block, catalogue = blocks("yaml")
    settings, references = example.settings(block, catalogue, tmp_path)
    return example.play(example.world_of(settings, example.tools(references)))


def test_slack_is_told_what_the_page_shows(told: Notification) -> None:
    (shown,) = blocks("text")
    assert example.as_slack(told) == shown.rstrip("\n")


def test_a_webhook_is_told_what_the_page_shows(told: Notification) -> None:
    (shown,) = map(json.loads, blocks("json"))
    found = {"enrichment": example.as_webhook(told)["enrichment"]}
    assert _without_times(found) == _without_times(shown)


def _without_times(body: dict[str, Any]) -> dict[str, Any]:
    found = body["enrichment"]
    for each in (*found["stages"], *found["findings"]["stages"]):
        each[3] = 0.0
    return body


def test_the_table_has_each_stage_in_its_order_and_run() -> None:
    table = [row for row in rows("The stages") if row[0].startswith("[`")]
    named = {re.findall("`([a-z_]+)`", row[0])[0]: row for row in table}
    assert tuple(named) == STAGES
    on = EnrichmentSettings()
    for name, row in named.items():
        run_ = "both" if name == "score" else "early" if name in EARLY else "late"
        assert (row[1], row[4]) == (run_, "yes" if name in (*on.early, *on.late) else "no")


def test_registry_order_and_switches_have_the_same_stages() -> None:
    assert set(registry._ENTRIES) == set(STAGES) == set(Switches.model_fields)


def test_each_setting_is_named() -> None:
    text = " ".join(row[0] for row in rows("Settings"))
    names = {name for name in _fields(Enrichment) if not name.startswith("stages.")}
    assert [name for name in sorted(names) if f"`{name}`" not in text] == []


def _fields(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from _fields(kind, f"{above}{name}.")
        else:
            yield above + name


@pytest.mark.parametrize(
    "name", re.findall(r"^\| `([A-Z]\w+)` \|", PAGE.split("Parameters of")[1], re.M)
)
def test_each_parameter_and_alarm_exists(name: str) -> None:
    assert f"\n  {name}:\n" in TEMPLATE


def test_each_parameter_has_the_default_that_is_said() -> None:
    for name, default, _ in (row for row in rows("Settings") if f"\n  {row[0][1:-1]}:" in TEMPLATE):
        block = TEMPLATE.split(f"\n  {name[1:-1]}:\n")[1]
        (found,) = re.findall(r'Default: "?(.*?)"?\n', block)[:1]
        assert found == ("" if default == "none" else default.strip("`"))


def test_each_alarm_of_investigate_and_of_stages_is_explained() -> None:
    alarms = re.findall(r"\n  (Investigate\w*Alarm|\w+StageFailedAlarm):\n", TEMPLATE)
    said = [row[0] for row in rows("Metrics and alarms") if "Alarm" in row[0]]
    assert sorted(said) == sorted(f"`{name}`" for name in alarms)


def test_each_figure_of_models_is_explained() -> None:
    section = (ROOT / "docs/enrichment-model.md").read_text("utf-8")
    assert [name for name in ModelFigures(total=1).counts() if f"`{name}`" not in section] == []


@pytest.mark.parametrize("page", SECTIONS, ids=lambda page: page.name)
def test_each_link_leads_somewhere(page: Path) -> None:
    for file, anchor in re.findall(r"\]\(([^)#:]*)#?([^):]*)\)", page.read_text("utf-8")):
        target = page.parent / file if file else page
        assert target.is_file(), file
        if anchor:
            headings = re.findall(r"^#+ (.*)$", target.read_text("utf-8"), re.M)
            assert anchor in [re.sub(r"[^\w -]", "", h).lower().replace(" ", "-") for h in headings]


@pytest.mark.parametrize("line", re.findall(r"^tocsin .*$", PAGE, re.M))
def test_each_command_that_is_shown_exists(line: str) -> None:
    _, group, *words = shlex.split(line.split("   ", maxsplit=1)[0])
    command: click.Command = import_module(COMMANDS[group][0]).command
    if isinstance(command, click.Group):
        command = command.commands[words.pop(0)]
    known = {option for each in command.params for option in each.opts}
    assert [word for word in words if word.startswith("-") and word not in known] == []


def test_a_stage_is_one_module_and_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module, line = blocks("python")
    (tmp_path / "statuspage_of_the_page.py").write_text(module, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "statuspage_of_the_page", raising=False)
    name, path = re.findall(r'"([a-z_.]+)"', line)
    assert path == "tocsin.domain.enrichment.statuspage"
    entry = registry._Entry("statuspage_of_the_page")
    monkeypatch.setitem(registry._ENTRIES, name, entry)
    (made,) = registry.Stages((name,), {}).of(config(enrichment=_only(name)))
    subject = Subject(tenant="acme", fingerprint="f", at_s=T0)
    for found, outcome, links in (
        (Found(entities={"place": ("eu-west-1",)}), "ok", 1),
        (Found(), "skipped", 0),
    ):
        draft = Draft(alert=alert(), found=found)
        (result,) = run([made], subject, draft, lambda: 0.0)
        assert (result.stage, result.outcome, len(draft.found.links)) == (name, outcome, links)


def _only(name: str) -> EnrichmentSettings:
    return EnrichmentSettings(early=(name,))  # type: ignore[arg-type]
