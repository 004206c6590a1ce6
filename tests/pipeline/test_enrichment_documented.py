"""docs/enrichment.md shows what the code does, and names what there is."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from pydantic import BaseModel

from cli.main import COMMANDS
from tests.pipeline import enriched_world as example
from tests.template.transformed import ROOT
from tocsin.configuration.enrichment_models import Enrichment
from tocsin.configuration.enrichment_models import Stages as Switches
from tocsin.domain.enrichment.order import EARLY, ENTRIES, STAGES
from tocsin.domain.enrichment.settings import EnrichmentSettings
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


def test_each_stage_has_a_switch() -> None:
    assert set(STAGES) == set(Switches.model_fields)


@pytest.mark.parametrize("name", STAGES)
def test_each_stage_is_called_what_its_entry_is(name: str) -> None:
    entry = ENTRIES[name]
    tools = dict.fromkeys(entry.needs, None)
    assert import_module(entry.module).stage(EnrichmentSettings(), **tools).name == name


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


# Plays an alert through the early stages of a tenant, as its tocsin.yaml has them.
_PLAYS = """
import sys
from tocsin.configuration import load, to_tenant_config
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.order import EARLY, LATE
from tocsin.domain.enrichment.running import run
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.pipeline.enrichment.catalogues import Catalogues
from tocsin.pipeline.enrichment.registry import Stages

assert "link_status_page" not in LATE
document = load(sys.stdin.read(), "tocsin.yaml", {})
stages = Stages(EARLY, {"catalogues": Catalogues(lambda: None, lambda: 0.0)})
made = stages.of(to_tenant_config("acme", document.tenants["acme"], 1))
alert = Alert(
    name="Slow",
    status="firing",
    labels=dict([("alertname", "Slow"), sys.argv[1].split("=")]),
    provider="generic",
)
draft = Draft(alert=alert)
for each in run(made, Subject(tenant="acme", fingerprint="f", at_s=0.0), draft, lambda: 0.0):
    print(each.stage, each.outcome, each.why)
print("links", *(link.title for link in draft.found.links))
"""
_TENANT = """
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: "https://example.com/hook"}}]
    route: {receiver: oncall}
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with the file and the line of the page, and nothing else changed."""
    copy = tmp_path_factory.mktemp("extended")
    shutil.copytree(
        ROOT / "layers/tocsin/python/tocsin",
        copy / "tocsin",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    module, line = blocks("python")
    folder = copy / "tocsin/domain/enrichment"
    (folder / "statuspage.py").write_text(module, encoding="utf-8")
    order = (folder / "order.py").read_text("utf-8")
    assert line.count("\n") == 1
    before, last = order.split('    "score": ')
    (folder / "order.py").write_text(f'{before}    {line}    "score": {last}', encoding="utf-8")
    return copy


def _played(extended: Path, switches: str, label: str) -> list[str]:
    enrichment = f"    enrichment: {{stages: {switches}}}\n"
    done = subprocess.run(
        [sys.executable, "-c", _PLAYS, label],
        input=_TENANT + enrichment,
        env={"PYTHONPATH": str(extended)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("switches", ["{}", "{link_status_page: true}"])
def test_a_stage_is_one_module_and_one_line(extended: Path, switches: str) -> None:
    *stages, links = _played(extended, switches, "region=eu-west-1")
    assert stages[-2] == "link_status_page ok "
    assert stages[-1].startswith("score ok")
    assert "AWS Health" in links
    *stages, links = _played(extended, switches, "colour=blue")
    assert stages[-2] == "link_status_page skipped it names no place"
    assert "AWS Health" not in links


def test_and_can_be_switched_off_as_any_other(extended: Path) -> None:
    *stages, links = _played(
        extended, "{link_status_page: false, redact: false}", "region=eu-west-1"
    )
    names = [each.split()[0] for each in stages]
    assert names == [name for name in EARLY if name != "redact"]
    assert "AWS Health" not in links
