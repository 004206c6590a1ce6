from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.commands.config import command
from tocsin.domain import apikey
from tocsin.domain.errors import Conflict

SAMPLE = Path(__file__).parents[3] / "tocsin.yaml"


@pytest.fixture(autouse=True)
def _sample_receiver(monkeypatch):
    monkeypatch.delenv("TOCSIN_WEBHOOK_URL", raising=False)
    monkeypatch.delenv("TOCSIN_SLACK_URL", raising=False)


@pytest.fixture
def run(memory_target):
    def run(*arguments):
        return CliRunner(mix_stderr=False).invoke(
            command, [str(one) for one in arguments], obj=memory_target
        )

    return run


@pytest.fixture
def changed(tmp_path):
    def changed(old, new):
        file = tmp_path / "tocsin.yaml"
        file.write_text(SAMPLE.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
        return file

    return changed


def keys_in(output):
    return [word for word in output.split() if word.startswith("toc_")]


def test_check_sums_up_a_file_that_is_right(run):
    result = run("check", SAMPLE)
    assert result.exit_code == 0
    assert "acme" in result.output
    assert "oncall (webhook), ops-channel (slack)" in result.output
    assert "routes     3" in result.output


def test_check_lists_every_problem_and_fails(run, changed):
    file = changed("receiver: ops-channel", "receiver: nobody")
    result = run("check", file)
    assert result.exit_code == 1
    assert f"{file}:33: tenants.acme.route.routes[0].receiver: there is no" in result.stderr
    assert "1 problem in" in result.stderr


def test_check_needs_a_text_file(run, tmp_path):
    (tmp_path / "x").write_bytes(b"\xff\xfe")
    assert run("check", tmp_path / "x").exit_code == 1
    assert run("check", tmp_path / "absent").exit_code == 2


def test_check_only_warns_of_what_the_local_cloud_alone_can_reach(run, monkeypatch):
    monkeypatch.setenv("TOCSIN_SLACK_URL", "https://hooks.slack.example/x")
    result = run("check", SAMPLE)
    assert result.exit_code == 0
    (warning,) = result.stderr.splitlines()
    assert "warning: " in warning
    assert "TOCSIN_WEBHOOK_URL" in warning


def test_check_warns_once_however_many_there_are(run):
    (warning,) = run("check", SAMPLE).stderr.splitlines()
    assert "TOCSIN_WEBHOOK_URL" in warning
    assert "TOCSIN_SLACK_URL" in warning


def test_apply_to_a_stack_on_aws_refuses_receivers_on_loopback(run, memory_target):
    memory_target.is_local = False
    result = run("apply", SAMPLE)
    assert result.exit_code == 1
    assert "tenants.acme.receivers[0].webhook.url: receiver 'oncall' is at" in result.stderr
    assert "set TOCSIN_WEBHOOK_URL to" in result.stderr
    assert "set TOCSIN_SLACK_URL to" in result.stderr
    assert "nothing is applied" in result.stderr
    assert memory_target.configs.tenants() == []
    assert memory_target.keys.keys == {}


def test_apply_to_a_stack_on_aws_takes_public_receivers(run, memory_target, monkeypatch):
    memory_target.is_local = False
    monkeypatch.setenv("TOCSIN_WEBHOOK_URL", "https://hooks.example.com/x")
    monkeypatch.setenv("TOCSIN_SLACK_URL", "https://hooks.slack.example/x")
    assert run("apply", SAMPLE).exit_code == 0
    assert memory_target.configs.current("acme").version == 1


def test_apply_stores_version_one_and_shows_each_new_key_once(run, memory_target):
    result = run("apply", SAMPLE)
    assert result.exit_code == 0, result.output
    assert "acme: applied as version 1" in result.output
    shown = keys_in(result.output)
    assert len(set(shown)) == len(shown) == 2
    assert memory_target.configs.current("acme").version == 1
    for text in shown:
        presented = apikey.parse(text)
        stored = memory_target.keys.find(presented.id)
        assert stored.tenant == "acme"
        assert apikey.is_match(b"pepper", presented.secret, stored.digest)
        assert presented.secret not in repr(stored)


def test_applying_again_changes_nothing_and_says_so(run, memory_target):
    run("apply", SAMPLE)
    before = dict(memory_target.keys.keys)
    result = run("apply", SAMPLE)
    assert "acme: unchanged, still version 1" in result.output
    assert keys_in(result.output) == []
    assert memory_target.keys.keys == before
    assert len(memory_target.configs.versions["acme"]) == 1


def test_a_change_becomes_the_next_version(run, memory_target, changed):
    run("apply", SAMPLE)
    result = run("apply", changed("resolve_timeout: 5m", "resolve_timeout: 10m"))
    assert "acme: applied as version 2" in result.output
    assert memory_target.configs.current("acme").resolve_timeout_s == 600.0
    assert memory_target.configs.version("acme", 1).resolve_timeout_s == 300.0


def test_apply_warns_of_what_leaves_alerts_behind(run, memory_target, changed):
    redact = "    storage: [{redact: {patterns: ['tok_[a-z]+']}}]\n"
    assert run("apply", SAMPLE).exit_code == 0
    result = run("apply", changed("  acme:\n", f"  acme:\n{redact}"))
    assert result.exit_code == 0
    assert "warning: acme: storage of all providers" in result.stderr
    assert "fire until they time out" in result.stderr


def test_narrower_scopes_reach_the_key_that_exists(run, memory_target, changed):
    run("apply", SAMPLE)
    result = run("apply", changed("scopes: [ingest, read]", "scopes: [read]"))
    assert "may now read" in result.output
    scopes = {key.name: key.scopes for key in memory_target.keys.all("acme")}
    assert scopes == {"senders": ("ingest",), "operators": ("read",)}


def test_tenants_that_the_file_does_not_name_are_left_alone(run, memory_target, changed):
    run("apply", SAMPLE)
    result = run("apply", changed("acme:", "globex:"))
    assert "left alone: acme" in result.output
    assert memory_target.configs.current("acme").version == 1


def test_nothing_is_applied_from_a_file_with_a_problem(run, memory_target, changed):
    result = run("apply", changed("resolve_timeout: 5m", "resolve_timeout: soon"))
    assert result.exit_code == 1
    assert memory_target.configs.tenants() == []
    assert memory_target.keys.keys == {}


def test_somebody_elses_version_is_not_overwritten(run, memory_target):
    def taken(config, source, at_s):
        raise Conflict("version 1 is taken")

    memory_target.configs.apply = taken
    result = run("apply", SAMPLE)
    assert result.exit_code == 1
    assert "somebody else applied to acme meanwhile" in result.stderr
    assert memory_target.keys.keys == {}


def test_show_lists_tenants(run):
    run("apply", SAMPLE)
    assert run("show").output == "acme  version 1  receivers 2\n"


def test_show_masks_secrets_and_names_the_versions(run, changed):
    run("apply", SAMPLE)
    run("apply", changed("9099/slack", "9099/t0ken"))
    result = run("show", "--tenant", "acme")
    assert "# version 2; stored are 1 to 2" in result.output
    assert "url: http://127.0.0.1:9099/***" in result.output
    assert "t0ken" not in result.output
    assert "# version 1;" in run("show", "--tenant", "acme", "--version", 1).output


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tenant", "nobody"], "tenant nobody has no configuration"),
        (["--tenant", "acme", "--version", "9"], "has no version 9; the latest is 1"),
        (["--version", "1"], "--version needs --tenant"),
    ],
)
def test_show_says_what_does_not_exist(run, arguments, message):
    run("apply", SAMPLE)
    result = run("show", *arguments)
    assert result.exit_code != 0
    assert message in result.stderr


def test_a_policy_that_does_not_count_is_warned_about(run, tmp_path):
    file = tmp_path / "tocsin.yaml"
    file.write_text(
        """\
tenants:
  acme:
    receivers: [{name: chat, webhook: {url: 'https://example.com/hook'}}]
    policies: [{name: pages, steps: [{after: 5m, receivers: [chat]}]}]
    route:
      receiver: chat
      routes:
        - {matchers: ['team="db"'], continue: true}
        - {matchers: ['severity="critical"'], policy: pages}
""",
        encoding="utf-8",
    )
    for command_name in ("check", "apply"):
        (warning,) = run(command_name, file).stderr.splitlines()
        assert warning.startswith(f"warning: {file}:9: tenants.acme.route.routes[1]: ")
        assert "does not climb 'pages'" in warning
