"""`tocsin template preview`, and the examples of docs/templates.md."""

import json
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli.main import main
from cli.preview.channels import CHANNELS
from tocsin.domain.message.overriding import overridden, wrong_parts
from tocsin.domain.message.samples import sample_subjects
from tocsin.domain.messagetemplate import MessageTemplate

ROOT = Path(__file__).parents[3]
PAYLOAD = ROOT / "events" / "providers" / "alertmanager.json"
CONFIG = """
tenants:
  default:
    settings: {{language: de}}
    templates:
      - {{name: short, title: "{title}", text: "Text: {{{{ alerts[0].name }}}} <!channel>"}}
    receivers:
      - name: oncall
        slack: {{url: "https://hooks.slack.example/services/SECRET"}}
        template: short
    route: {{receiver: oncall}}
"""


def ran(*arguments: object):
    return CliRunner().invoke(main, ["template", "preview", *map(str, arguments)])


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_channel_says_what_it_is_about(channel: str) -> None:
    result = ran("--channel", channel, "--alert", PAYLOAD)
    assert result.exit_code == 0, result.output
    assert "DiskWillFill" in result.output or channel in ("pagerduty", "opsgenie")
    if channel in ("slack", "teams", "webhook", "pagerduty", "opsgenie"):
        json.loads(result.output)


def configured(tmp_path: Path, title: str) -> Path:
    file = tmp_path / "tocsin.yaml"
    file.write_text(CONFIG.format(title=title))
    return file


@pytest.mark.parametrize("channel", ["slack", "email", "teams", "apprise"])
def test_the_template_of_a_receiver_is_used_and_calls_nobody(tmp_path: Path, channel: str) -> None:
    file = configured(tmp_path, "T {{ severity_word }}")
    asked = ("--config", file, "--receiver", "oncall", "--alert", PAYLOAD, "--channel", channel)
    result = ran(*asked)
    assert "T kritisch" in result.output
    assert "Text: DiskWillFill" in result.output
    assert "SECRET" not in result.output
    assert channel != "slack" or "<!channel>" not in result.output


def test_a_webhook_is_shown_in_the_format_that_it_has(tmp_path: Path) -> None:
    file = configured(tmp_path, "T {{ severity_word }}")
    hook = "webhook: {url: 'https://hooks.example/SECRET', format: tocsin}"
    text = re.sub(r"slack: .*", hook, file.read_text())
    file.write_text(text)
    result = ran("--config", file, "--receiver", "oncall", "--alert", PAYLOAD)
    body = json.loads(result.output)
    assert body["type"] == "notification.firing"
    assert body["title"].startswith("T ")
    assert body["text"].startswith("Text: DiskWillFill")
    assert "SECRET" not in result.output


def test_what_is_wrong_with_a_template_is_said_with_its_place(tmp_path: Path) -> None:
    file = configured(tmp_path, "ab {{ titel }}")
    result = CliRunner().invoke(main, ["config", "check", str(file)])
    assert result.exit_code == 1
    wanted = "tenants.default.templates[0].title: line 1, column 7: 'titel' is not defined"
    assert wanted in result.output


def test_the_page_of_a_mail_can_be_written(tmp_path: Path) -> None:
    out = tmp_path / "mail.html"
    assert ran("--channel", "email", "--alert", PAYLOAD, "--out", out).exit_code == 0
    assert out.read_text().startswith("<!DOCTYPE html>")


@pytest.mark.parametrize(("channel", "name"), [("email", "mail.PNG"), ("teams", "card.html")])
def test_a_file_holds_what_its_name_says_or_is_not_written(
    tmp_path: Path, channel: str, name: str
) -> None:
    result = ran("--channel", channel, "--alert", PAYLOAD, "--out", tmp_path / name)
    assert (result.exit_code, list(tmp_path.iterdir())) == (2, [])
    assert "FILE.html" in result.output


@pytest.mark.parametrize("channel", ["slack", "email", "teams", "apprise", "sns"])
def test_what_people_can_do_is_shown_and_leads_nowhere(channel: str) -> None:
    shown = ran("--channel", channel, "--alert", PAYLOAD).output
    for title in ("Acknowledge", "Resolve", "Silence for 1 h"):
        assert title in shown
    assert "https://tocsin.example/v1/actions/preview" in shown


def test_a_receiver_without_links_is_shown_without_them(tmp_path: Path) -> None:
    file = configured(tmp_path, "T")
    file.write_text(file.read_text().replace("template: short", "actions: false"))
    asked = ("--config", file, "--receiver", "oncall", "--alert", PAYLOAD)
    assert "actions/preview" not in ran(*asked).output


def test_the_examples_of_the_page_render() -> None:
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    named, inline = (yaml.safe_load(each) for each in re.findall(r"```yaml\n(.*?)```", page, re.S))
    for each in (named["templates"][0], inline["template"]):
        template = MessageTemplate(title=each["title"], text=each.get("text", ""))
        for subject in sample_subjects("acme", "oncall", "en"):
            assert list(wrong_parts(template, subject)) == []
            message, _ = overridden(subject, template, 3)
            assert message.title != ""
