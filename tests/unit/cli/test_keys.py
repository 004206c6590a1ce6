from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace

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


@pytest.mark.parametrize("name", ['db "east"', "db east", "a#b", "a/b", "x" * 65])
def test_a_name_is_one_that_tocsin_yaml_would_take(run, memory_target, name):
    result = run("create", "--tenant", "acme", "--name", name)
    assert result.exit_code == 1
    assert "a name is 1 to 64 of a-z, A-Z, 0-9, _ and -" in result.stderr
    assert memory_target.keys.keys == {}


def test_a_key_that_was_named_before_names_were_checked_can_be_rotated(run, memory_target):
    presented = apikey.parse(run("create", "--tenant", "acme", "--name", "ci").stdout.strip())
    stored = memory_target.keys.find(presented.id)
    memory_target.keys.put(replace(stored, name="db east"))
    assert run("rotate", "db east", "--tenant", "acme").exit_code == 0
    assert [key.name for key in memory_target.keys.all("acme")] == ["db east"] * 2


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
    assert limited == (
        f"{presented.id}  acme  ci  ingest  created 2025-11-22T05:40:00Z  never used  live\n"
    )
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


def test_list_says_when_a_key_was_last_used(run, memory_target):
    presented = apikey.parse(run("create", "--tenant", "acme").stdout.strip())
    memory_target.seen.stamp("acme", presented.id, 1_763_797_200.0)
    assert "  used 2025-11-22T07:40:00Z  live" in run("list").output


def test_a_key_can_expire_and_says_when(run, memory_target):
    result = run("create", "--tenant", "acme", "--name", "ci", "--expires", "1d")
    (stored,) = memory_target.keys.all("acme")
    assert stored.expires_at_s == stored.created_at_s + 86_400
    assert "until 2025-11-23T05:40:00Z" in result.stderr
    assert "expired 2025-11-23T05:40:00Z" in run("list").output


def test_how_long_a_key_lives_has_a_unit(run):
    result = run("create", "--tenant", "acme", "--expires", "90")
    assert result.exit_code == 2


def test_a_name_has_one_key_until_it_is_rotated(run):
    run("create", "--tenant", "acme", "--name", "ci")
    result = run("create", "--tenant", "acme", "--name", "ci")
    assert result.exit_code == 1
    assert "keys rotate" in result.stderr


def test_rotate_makes_a_second_key_of_the_name_and_leaves_the_first(run, memory_target):
    old = apikey.parse(
        run("create", "--tenant", "acme", "--name", "ci", "--scope", "read").stdout.strip()
    )
    result = run("rotate", "ci", "--tenant", "acme")
    new = apikey.parse(result.stdout.strip())
    stored = {key.id: key for key in memory_target.keys.all("acme")}
    assert stored.keys() == {old.id, new.id}
    assert (stored[new.id].name, stored[new.id].scopes) == ("ci", ("read",))
    assert stored[old.id].expires_at_s is None
    assert f"the old key {old.id} works until you revoke it" in result.stderr


def test_rotate_can_give_the_old_key_an_end(run, memory_target):
    old = apikey.parse(run("create", "--tenant", "acme", "--name", "ci").stdout.strip())
    run("rotate", "ci", "--tenant", "acme", "--overlap", "7d")
    assert memory_target.keys.find(old.id).expires_at_s is not None


def test_a_name_never_has_three_live_keys(run, memory_target):
    old = apikey.parse(run("create", "--tenant", "acme", "--name", "ci").stdout.strip())
    run("rotate", "ci", "--tenant", "acme")
    refused = run("rotate", "ci", "--tenant", "acme")
    assert refused.exit_code == 1
    assert old.id in refused.stderr
    run("revoke", old.id)
    assert run("rotate", "ci", "--tenant", "acme").exit_code == 0


def test_there_is_nothing_to_rotate_in_another_tenant(run):
    run("create", "--tenant", "acme", "--name", "ci")
    result = run("rotate", "ci", "--tenant", "globex")
    assert result.exit_code == 1
    assert "globex has no live key ci" in result.stderr
