"""`tocsin fingerprint explain` and `propose`."""

from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest
import yaml
from click.testing import CliRunner, Result
from hypothesis import given

from cli.commands import fingerprint as fingerprint_command
from cli.commands.fingerprint import command
from cli.fingerprints.trace import trace
from tests.builders import T0, config
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import MemoryWorld
from tests.unit.cli.conftest import MemoryTarget
from tests.unit.domain.test_identity import alerts, rules
from tocsin.adapters.memory import MemoryBlobs
from tocsin.configuration import load, to_tenant_config
from tocsin.domain.alert import Alert
from tocsin.domain.fingerprint_rules import FingerprintRule, RuleSet
from tocsin.domain.identity import Identifier
from tocsin.domain.storage_rules import StorageRule

HEAD = """
tenants:
  acme:
    receivers: [{name: hook, webhook: {url: https://example.com/hook}}]
    route: {receiver: hook}
"""
RULES = """
    fingerprints:
      - provider: alertmanager
        exclude: [job]
        add: ['payload.alerts[*].fingerprint']
        masks: [{fields: [instance], pattern: ':[0-9]+$'}]
"""


def run(*arguments: str, **options: Any) -> Result:
    return CliRunner(mix_stderr=False).invoke(command, arguments, **options)


@pytest.fixture
def rules_file(tmp_path: Path) -> str:
    path = tmp_path / "tocsin.yaml"
    path.write_text(HEAD + RULES)
    return str(path)


def explain(*arguments: str, payload: Any = None) -> Result:
    body = orjson.dumps(webhook(member("db-1")) if payload is None else payload)
    return run("explain", "--provider", "alertmanager", *arguments, input=body)


def test_each_input_is_shown_with_what_was_masked_and_what_was_left_out(rules_file: str) -> None:
    result = explain("--config", rules_file)
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert "rule         fingerprints[0]" in lines
    assert (
        "counts       instance = db-1.prod.example:9100 -> db-1.prod.example  (masked: :[0-9]+$)"
        in lines
    )
    assert "counts       payload.alerts[*].fingerprint = 0123456789abcdef  (added)" in lines
    assert "left out     job = node-exporter" in lines


def test_the_same_as_json(rules_file: str) -> None:
    (line,) = explain("--config", rules_file, "--json").stdout.splitlines()
    found = orjson.loads(line)
    document = load(Path(rules_file).read_text(), "t.yaml", {})
    sets = to_tenant_config("acme", document.tenants["acme"], 1).fingerprints
    assert found["excluded"] == {"job": "node-exporter"}
    assert [each["name"] for each in found["inputs"]] == [
        "alertname", "cluster", "instance", "namespace", "severity", "team",
        "payload.alerts[*].fingerprint",
    ]  # fmt: skip
    alert = Alert(
        name="HighLatency",
        status="firing",
        labels=member("db-1")["labels"],
        provider="alertmanager",
    )
    identifier = Identifier("acme", "alertmanager", T0, sets)
    assert found["fingerprint"] == identifier.fingerprint(alert, webhook(member("db-1")), 0)


def test_without_rules_every_label_counts() -> None:
    result = explain("--tenant", "acme")
    assert "none: every label counts" in result.stdout
    assert "left out" not in result.stdout


def test_what_cannot_be_read_is_named(rules_file: str) -> None:
    assert explain(payload=webhook({"labels": 7}, member("a"))).exit_code == 1
    assert explain(payload=7).exit_code == 1
    assert run("explain", "--provider", "alertmanager", input=b"{").exit_code == 1
    assert "give --tenant" in explain("--config", rules_file, "--tenant", "other").stderr


@given(rules, alerts)
def test_an_explanation_names_the_fingerprint_and_all_that_makes_it(
    rule: FingerprintRule, alert: Alert
) -> None:
    found = trace("acme", "generic", [rule], alert, (None, 0))
    sets = (RuleSet(rules=(rule,)),)
    assert found.fingerprint == Identifier("acme", "generic", T0, sets).fingerprint(alert, None, 0)
    counted = {each.name for each in found.inputs if each.source == "label"}
    assert counted.isdisjoint(found.excluded)
    assert counted | found.excluded.keys() == {n for n, v in alert.labels.items() if v}


def noisy(number: int) -> dict[str, Any]:
    alert = member("db-1")
    alert["labels"]["run"] = f"run-{number}"
    return webhook(alert, member("web-1"))


def test_files_give_a_rule_that_can_be_pasted(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.json" for number in range(5)]
    for number, path in enumerate(paths):
        path.write_bytes(orjson.dumps(noisy(number)))
    result = run("propose", "--provider", "alertmanager", *map(str, paths))
    assert result.exit_code == 0
    assert "distinct fingerprints  6 now, 2 with this rule" in result.stdout
    assert "66.7%" in result.stdout
    pasted = yaml.safe_dump(yaml.safe_load(result.stdout)).replace("\n", "\n    ")
    document = load(f"{HEAD}    {pasted}", "t.yaml", {})
    (rule,) = document.tenants["acme"].fingerprints
    assert [(mask.fields, mask.kinds) for mask in rule.masks] == [(["run"], ["number"])]


def test_nothing_to_propose_is_said(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_bytes(orjson.dumps(webhook(member("a"))))
    result = run("propose", "--provider", "alertmanager", str(path))
    assert (result.exit_code, result.stdout.partition(":")[0]) == (0, "nothing to propose")


def test_files_or_an_archive_and_not_both(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text("{")
    assert run("propose", "--provider", "generic").exit_code == 2
    assert run("propose", "--provider", "generic", "--tenant", "a", str(path)).exit_code == 2
    assert "not JSON" in run("propose", "--provider", "generic", str(path)).stderr


@pytest.fixture
def archived(memory_target: MemoryTarget, monkeypatch: pytest.MonkeyPatch) -> MemoryTarget:
    """A stack with five requests in its archive, some of them twice, and one broken object."""
    world = MemoryWorld(config())
    for number in range(5):
        world.send(noisy(number))
        world.send({"alertname": "x"}, "generic")
        messages = list(world.outbox.queues["enrich"])
        world.drain()
        world.outbox.queues["enrich"].extend(messages[:1])
        world.drain()
        world.now_s += 60
    memory_target.archive = MemoryBlobs()
    memory_target.archive.data = {
        **world.archive.data,
        f"{next(iter(world.archive.data))}.broken": b"junk that is no archive",
    }
    memory_target.configs.apply(config(), "", T0)
    monkeypatch.setattr(fingerprint_command.time, "time", lambda: world.now_s)
    return memory_target


def test_the_archive_of_a_tenant_gives_a_rule(archived: MemoryTarget) -> None:
    arguments = ("propose", "--provider", "alertmanager", "--tenant", "acme", "--hours", "1")
    result = run(*arguments, obj=archived)
    assert result.exit_code == 0, result.stderr
    assert "alerts                 10" in result.stdout
    assert "distinct fingerprints  6 now, 2 with this rule" in result.stdout
    assert "1 of the bodies cannot be read" in result.stderr


def test_a_sampled_archive_is_no_proof(archived: MemoryTarget) -> None:
    sampled = msgspec.structs.replace(
        config(), version=2, storage=(StorageRule(keep_percent=10.0),)
    )
    archived.configs.apply(sampled, "", T0)
    result = run("propose", "--provider", "alertmanager", "--tenant", "acme", obj=archived)
    assert result.exit_code == 1
    assert "keeps 10 %" in result.stderr


def test_an_unknown_tenant_is_said(archived: MemoryTarget) -> None:
    result = run("propose", "--provider", "alertmanager", "--tenant", "globex", obj=archived)
    assert "no configuration" in result.stderr
