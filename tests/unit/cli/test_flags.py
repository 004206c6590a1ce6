from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

from cli.main import main
from tests.builders import config as tenant_config
from tocsin.domain.flag import Flag
from tocsin.domain.rule import AlertRule

TEXT = """\
flags:
  stage-rules: {except: [globex]}
tenants:
  acme:
    receivers: [{name: hook, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: hook}
  globex:
    receivers: [{name: hook, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: hook}
"""
RULES = (
    AlertRule(name="Storm", kind="count", flag="new"),
    AlertRule(name="Silent", kind="absent", flag="newer"),
    AlertRule(name="Plain", kind="count"),
)


@pytest.fixture
def run(memory_target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tocsin.yaml").write_text(TEXT, encoding="utf-8")

    def invoke(*arguments):
        runner = CliRunner(mix_stderr=False)
        return runner.invoke(main, ["flags", "list", *arguments], obj=memory_target)

    return invoke


def test_the_file_says_what_will_be_on_for_whom_and_why(run):
    result = run()
    assert result.exit_code == 0, result.output
    assert result.stdout == (
        "acme\n"
        "  stage-rules  acme  on   for all\n"
        "globex\n"
        "  stage-rules  globex  off  the tenant is excepted\n"
    )


def test_one_tenant_can_be_asked_for(run):
    assert run("tocsin.yaml", "--tenant", "globex").stdout.startswith("globex\n")
    refused = run("--tenant", "initech")
    assert (refused.exit_code, refused.stderr) == (1, "Error: there is no tenant initech\n")


def test_what_is_in_force_is_shown_rule_by_rule(run, memory_target):
    config = tenant_config(version=1, rules=RULES, flags={"new": Flag(percent=1)})
    memory_target.configs.apply(config, "", 1.0)
    result = run("--local")
    assert result.exit_code == 0, result.output
    first, second, third = result.stdout.splitlines()
    assert first == "acme"
    assert second.split()[:3] == ["new", "Storm", "off"]
    assert "the flag is for those below 1" in second
    assert third.split(maxsplit=3) == ["newer", "Silent", "off", "the tenant has no such flag"]


def test_without_flags_all_is_on(run, memory_target):
    config = tenant_config(version=1, rules=RULES[2:])
    memory_target.configs.apply(config, "", 1.0)
    memory_target.configs.apply(replace(config, tenant="globex"), "", 1.0)
    assert run("--local").stdout == (
        "acme: nothing has a flag, all is on\nglobex: nothing has a flag, all is on\n"
    )


def test_a_file_that_is_wrong_is_refused_with_its_line(run):
    Path("tocsin.yaml").write_text(TEXT.replace("globex]", "initech]"), encoding="utf-8")
    result = run()
    assert result.exit_code == 1
    assert "tocsin.yaml:2: flags.stage-rules.except[0]: there is no tenant" in result.stderr


def test_without_a_file_it_says_what_to_name(run):
    Path("tocsin.yaml").unlink()
    assert "name a FILE, --stack or --local" in run().stderr
