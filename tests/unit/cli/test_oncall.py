"""`tocsin oncall`."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.commands.oncall import command

TEXT = """\
tenants:
  acme:
    receivers:
      - {name: ann-phone, webhook: {url: 'https://example.com/'}}
      - {name: bob-phone, webhook: {url: 'https://example.com/'}}
    route: {receiver: ann-phone}
    people:
      - {name: ann, receivers: [ann-phone]}
      - {name: bob, receivers: [bob-phone]}
    schedules:
      - name: database
        time_zone: Europe/Berlin
        layers: [{name: week, people: [ann, bob], starts: 2026-01-05T09:00}]
      - name: network
        layers: [{name: day, people: [bob], starts: 2027-01-05T09:00, turn: 1d}]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tocsin.yaml"
    path.write_text(TEXT)
    return path


def run(file: Path, *arguments: str) -> str:
    result = CliRunner().invoke(command, ["--file", str(file), *arguments])
    return " ".join(result.output.split())


def test_it_says_who_is_on_call_since_when_and_where_that_is_told(file: Path) -> None:
    said = run(file, "database", "--at", "2026-03-29T12:00Z")
    assert "database (Europe/Berlin)" in said
    assert "bob Sun 2026-03-29 14:00 Mon 2026-03-30 09:00 bob-phone" in said


def test_it_lists_the_shifts_of_some_days(file: Path) -> None:
    said = run(file, "database", "--at", "2026-01-05T08:00Z", "--days", "15")
    assert "ann Mon 2026-01-05 09:00 Mon 2026-01-12 09:00 ann-phone" in said
    assert "bob Mon 2026-01-12 09:00 Mon 2026-01-19 09:00 bob-phone" in said


def test_it_shows_all_schedules_and_where_nobody_is_on_call(file: Path) -> None:
    said = run(file, "--at", "2026-01-05T08:00Z")
    assert "acme: database" in said
    assert "acme: network (UTC)" in said
    assert "nobody Mon 2026-01-05 08:00 for more than 14 days" in said


def test_an_unknown_schedule_is_said_with_those_that_there_are(file: Path) -> None:
    assert "there is no schedule dns; there are database, network" in run(file, "dns")
    assert "--at is a time with an offset" in run(file, "--at", "2026-01-05T09:00")


def test_an_unknown_tenant_is_named(file: Path) -> None:
    assert run(file, "--tenant", "globex") == "Error: there is no tenant globex"
