"""`tocsin config import`."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.commands.config import command

SECRET = "s3cr3t"
FILE = f"""
route: {{receiver: a}}
receivers:
  - name: a
    webhook_configs: [{{url: 'https://example.com/{SECRET}'}}]
    pagerduty_configs: [{{routing_key: {SECRET}}}]
    victorops_configs: [{{routing_key: x, api_key: {SECRET}}}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "alertmanager.yml"
    path.write_text(FILE)
    return path


def run(*arguments: object) -> Result:
    return CliRunner(mix_stderr=False).invoke(command, ["import", *map(str, arguments)])


def test_the_file_goes_out_and_the_report_beside_it(file: Path) -> None:
    result = run(file, "--tenant", "acme")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"# From {file}, an Alertmanager's configuration.\n")
    assert "  acme:\n" in result.stdout
    assert result.stderr.splitlines() == [
        f"{file}: 1 route and 2 receivers",
        "set before you apply it:",
        "  A_WEBHOOK_0_URL: the address of receiver a-webhook-0",
        "store before you apply it, with aws secretsmanager create-secret --name NAME "
        "--secret-string VALUE:",
        "  tocsin/acme/a-pagerduty-0-routing-key: the routing key of receiver a-pagerduty-0",
        "not delivered:",
        f"  {file}:7: receivers[0].victorops_configs[0]: not delivered by tocsin yet: nobody hears "
        "of these alerts by VictorOps; Splunk On-Call has an address for mail, which goes into "
        "email_configs",
    ]
    assert SECRET not in result.stdout + result.stderr


def test_it_can_be_written_to_a_new_file_and_checked(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = file.with_name("tocsin.yaml")
    assert run(file, "-o", output).exit_code == 0
    monkeypatch.setenv("A_WEBHOOK_0_URL", "https://example.com/")
    checked = CliRunner(mix_stderr=False).invoke(command, ["check", str(output)])
    assert checked.exit_code == 0
    assert "default" in checked.stdout


def test_no_file_is_overwritten(file: Path) -> None:
    output = file.with_name("tocsin.yaml")
    output.write_text("mine")
    result = run(file, "-o", output)
    assert (result.exit_code, output.read_text()) == (1, "mine")
    assert "exists" in result.stderr


def test_what_alertmanager_would_refuse_is_listed(file: Path) -> None:
    file.write_text("route: {}\nreceivers: []\n")
    result = run(file)
    assert result.exit_code == 1
    assert f"{file}:1: route: the top route needs a receiver" in result.stderr
    assert result.stdout == ""


def test_a_tenant_has_a_name(file: Path) -> None:
    assert run(file, "--tenant", "a/b").exit_code == 2
