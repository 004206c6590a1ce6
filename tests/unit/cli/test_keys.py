from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.commands.keys import command
from tocsin.configuration import load, to_tenant_config
from tocsin.domain import apikey

SAMPLE = Path(__file__).parents[3] / "tocsin.yaml"


@pytest.fixture
def run(memory_target):
    document = load(SAMPLE.read_text(encoding="utf-8"), "tocsin.yaml", {})
    for name in ("acme", "globex"):
        config = to_tenant_config(name, document.tenants["acme"], 1)
        memory_target.configs.apply(config, "", 0.0)

    def run(*arguments):
        return CliRunner(mix_stderr=False).invoke(command, arguments, obj=memory_target)

    return run


def test_create_prints_the_key_alone_on_standard_output(run, memory_target):
    result = run("create", "--tenant", "acme", "--name", "ci", "--scope", "read")
    presented = apikey.parse(result.stdout.strip())
    stored = memory_target.keys.find(presented.id)
    assert (stored.tenant, stored.name, stored.scopes) == ("acme", "ci", ("read",))
    assert presented.environment == "test"
    assert presented.secret not in result.stderr


def test_a_key_may_ingest_and_is_named_by_its_id_unless_said_otherwise(run, memory_target):
    presented = apikey.parse(run("create", "--tenant", "acme").stdout.strip())
    stored = memory_target.keys.find(presented.id)
    assert (stored.name, stored.scopes) == (presented.id, ("ingest",))


def test_a_scope_that_is_given_twice_counts_once(run, memory_target):
    run("create", "--tenant", "acme", "--scope", "read", "--scope", "ingest", "--scope", "read")
    (stored,) = memory_target.keys.all("acme")
    assert stored.scopes == ("read", "ingest")


def test_there_is_no_key_for_a_tenant_without_configuration(run, memory_target):
    result = run("create", "--tenant", "acmee")
    assert result.exit_code == 1
    assert "tenant acmee has no configuration" in result.stderr
    assert memory_target.keys.keys == {}


def test_list_shows_no_secret_and_can_be_limited_to_a_tenant(run, memory_target):
    text = run("create", "--tenant", "acme", "--name", "ci").stdout.strip()
    run("create", "--tenant", "globex", "--name", "other")
    presented = apikey.parse(text)
    everything = run("list").output
    assert "other" in everything
    limited = run("list", "--tenant", "acme").output
    assert limited == (f"{presented.id}  acme  ci  ingest  created 2025-11-22T05:40:00Z  live\n")
    assert presented.secret not in everything
    assert memory_target.keys.find(presented.id).digest not in everything


def test_revoke_keeps_the_key_and_when_it_was_first_revoked(run, memory_target):
    key_id = apikey.parse(run("create", "--tenant", "acme").stdout.strip()).id
    assert run("revoke", key_id).exit_code == 0
    revoked = memory_target.keys.find(key_id)
    assert revoked.revoked_at_s is not None
    run("revoke", key_id)
    assert memory_target.keys.find(key_id) == revoked
    assert "revoked 2" in run("list", "--tenant", "acme").output


def test_revoke_says_what_does_not_exist(run):
    result = run("revoke", "absent00")
    assert result.exit_code == 1
    assert "there is no key absent00" in result.stderr
