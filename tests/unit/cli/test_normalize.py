"""`tocsin normalize`."""

from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result

from cli.commands.normalize import command
from tests.unit.providers.samples import FOLDER, sample_names
from tocsin.domain.fingerprint import fingerprint

AT = "2025-11-22T06:35:00Z"


def normalize(payload: bytes | Any, *options: str) -> Result:
    body = payload if isinstance(payload, bytes) else orjson.dumps(payload)
    return CliRunner(mix_stderr=False).invoke(command, ["--at", AT, *options], input=body)


def lines(result: Result) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in result.stdout.splitlines()]


def test_each_alert_is_one_line_in_the_order_of_the_payload() -> None:
    body = (FOLDER / "alertmanager.json").read_bytes()
    result = normalize(body, "--provider", "prometheus")
    assert result.exit_code == 0
    firing, resolved = lines(result)
    assert firing == {
        "name": "DiskWillFill",
        "status": "firing",
        "severity": "critical",
        "labels": {
            "alertname": "DiskWillFill",
            "instance": "db-1.example.com:9100",
            "job": "node",
            "mountpoint": "/var",
            "severity": "critical",
        },
        "annotations": {
            "summary": "/var on db-1 is full in four hours",
            "runbook_url": "https://runbooks.example.com/DiskWillFill",
            "value": "91.5",
        },
        "starts_at": "2025-11-22T06:30:00.123Z",
        "ends_at": None,
        "provider": "prometheus",
        "url": "https://prometheus.example.com/graph?g0.expr=predict_linear&g0.tab=1",
        "fingerprint": fingerprint("default", firing["labels"]),
        "value": 91.5,
    }
    assert (resolved["status"], resolved["ends_at"]) == ("resolved", "2025-11-22T06:29:30.000Z")


def test_the_tenant_is_part_of_the_fingerprint() -> None:
    (line,) = lines(normalize({"name": "A"}, "--provider", "generic", "--tenant", "acme"))
    assert line["fingerprint"] == fingerprint("acme", {"alertname": "A"})
    assert line["starts_at"] == "2025-11-22T06:35:00.000Z"


def test_alerts_that_cannot_be_read_are_named_and_the_good_ones_still_printed() -> None:
    payload = [{"name": "A"}, {"name": "B", "labels": {"x": []}}, {"name": "C"}, 7]
    result = normalize(payload, "--provider", "generic")
    assert result.exit_code == 1
    assert [line["name"] for line in lines(result)] == ["A", "C"]
    assert result.stderr.splitlines() == [
        "1: [1].labels.x: expected a string, a number or a boolean, got a list",
        "3: [3]: expected an object, got a number",
    ]


@pytest.mark.parametrize("payload", [b"{", b"", b"17", b'{"alerts": 5}'])
def test_a_payload_that_is_not_understood_exits_with_2(payload: bytes) -> None:
    result = normalize(payload, "--provider", "generic")
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr


def test_a_payload_with_nothing_to_do_prints_nothing() -> None:
    body = (FOLDER / "cloudwatch.sns-subscription.json").read_bytes()
    result = normalize(body, "--provider", "cloudwatch")
    assert (result.exit_code, result.stdout) == (0, "")


def test_an_unknown_provider_and_a_bad_time_are_explained() -> None:
    unknown = normalize({}, "--provider", "nagios")
    assert unknown.exit_code == 2
    assert "cloudwatch" in unknown.stderr
    bad_time = normalize({}, "--provider", "generic", "--at", "noon")
    assert bad_time.exit_code == 2
    assert "--at" in bad_time.stderr


def test_without_a_time_the_alert_was_received_now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cli.commands.normalize.time.time", lambda: 1_763_790_000.0)
    result = CliRunner().invoke(command, ["--provider", "generic"], input=b'{"name": "A"}')
    assert lines(result)[0]["starts_at"] == "2025-11-22T05:40:00.000Z"


MAPPING = FOLDER.parent / "mapping.yaml"


def test_a_mapping_of_a_configuration_file_is_tried_without_sending_anything() -> None:
    body = (FOLDER.parent / "mapping.json").read_bytes()
    options = ("--config", str(MAPPING), "--tenant", "acme", "--mapping", "backups")
    firing, resolved = lines(normalize(body, *options))
    assert (firing["status"], firing["provider"]) == ("firing", "backups")
    assert firing["labels"]["host"] == "nas-1.example.com"
    assert resolved["status"] == "resolved"
    result = normalize({}, *options)
    assert (result.exit_code, result.stderr) == (
        2, "backups: result.events: expected a list of alerts, got none\n")  # fmt: skip


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "give --provider, or --config"),
        (("--config", str(MAPPING), "--provider", "generic"), "give --provider, or --config"),
        (("--config", str(MAPPING)), "has no tenant 'default'"),
        (("--config", str(MAPPING), "--tenant", "acme"), "the mappings of acme are: backups"),
        (("--config", str(MAPPING), "--tenant", "acme", "--mapping", "x"), "acme are: backups"),
    ],
)
def test_what_is_not_named_well_is_told(options: tuple[str, ...], said: str) -> None:
    result = normalize({}, *options)
    assert result.exit_code == 2
    assert said in result.stderr


def test_all_samples_are_read_and_each_is_a_line() -> None:
    result = normalize(b"", "--all-samples")
    assert (result.exit_code, result.stderr) == (0, "")
    assert len(result.stdout.splitlines()) == len(sample_names())
    assert "statuscake.down: firing critical Shop checkout" in result.stdout


def test_a_form_is_read() -> None:
    (line,) = lines(normalize(b"Status=Up&Name=A&URL=b", "--provider", "statuscake"))
    assert (line["status"], line["labels"]) == ("resolved", {"url": "b", "alertname": "A"})
