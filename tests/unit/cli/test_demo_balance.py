"""`tocsin balance` reads a tenant's books and says by its exit status whether they balance."""

import json
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from cli.commands import balance
from cli.demo.overview import OverviewError, read_overview
from cli.localcloud.http import Answer
from tests.unit.cli.test_demo_books import OVERVIEW, change
from tocsin.domain.errors import Permanent


@pytest.fixture
def facts(tmp_path, monkeypatch):
    path = tmp_path / "cloud.json"
    keys = {"acme": "key-a", "globex": "key-g"}
    path.write_text(json.dumps({"base_url": "http://x/prod", "api_key": "key-a", "api_keys": keys}))
    monkeypatch.setattr(balance, "LOCAL_FACTS", path)
    monkeypatch.delenv("TOCSIN_API_KEY", raising=False)
    monkeypatch.delenv("TOCSIN_LOCAL", raising=False)
    return path


@pytest.fixture
def asked(monkeypatch):
    """Answer with the books of `asked.overview`, and keep what was asked."""

    class Asked(list):
        overview = OVERVIEW

        def read(self, base_url, key, hours):
            self.append((base_url, key, hours))
            return self.overview

    found = Asked()
    monkeypatch.setattr(balance, "read_overview", found.read)
    return found


@pytest.fixture
def stack(monkeypatch):
    """A stack of two tenants; what it was loaded as is kept."""
    made = SimpleNamespace(
        outputs={"ApiBaseUrl": "https://api.example/prod"},
        configs=SimpleNamespace(tenants=lambda: ["acme", "globex"]),
        loaded=[],
    )

    def load(name=None, *, is_local=False):
        made.loaded.append((name, is_local))
        return made

    monkeypatch.setattr(balance.Target, "load", load)
    return made


def run(*arguments):
    return CliRunner().invoke(balance.command, arguments)


def test_it_asks_the_local_cloud_with_its_first_key(facts, asked):
    result = run("--local", "--hours", "2")

    assert result.exit_code == 0, result.output
    assert asked == [("http://x/prod", "key-a", 2)]
    assert "acme" in result.output


def test_a_tenant_has_its_own_key(facts, asked):
    asked.overview = change(OVERVIEW, tenant="globex")

    assert run("--local", "--tenant", "globex").exit_code == 0
    assert asked[0][1] == "key-g"


def test_books_that_do_not_balance_end_with_1(facts, asked):
    asked.overview = change(OVERVIEW, pending=4)

    assert run("--local").exit_code == 1


def test_a_key_of_another_tenant_is_an_error(facts, asked, stack):
    result = run("--local", "--tenant", "globex")

    assert result.exit_code == 1
    assert "belongs to tenant acme, not globex" in result.output


def test_without_a_key_it_says_what_to_give(facts, asked, stack):
    stack.configs.tenants = lambda: ["acme", "initech"]
    result = run("--local", "--tenant", "initech")

    assert result.exit_code == 2
    assert "TOCSIN_API_KEY" in result.output


NONE = "there is no tenant nope; there are acme, globex"


def test_a_tenant_that_does_not_exist_is_an_error_that_lists_those_that_do(facts, asked, stack):
    result = run("--local", "--tenant", "nope")

    assert (result.exit_code, asked) == (1, [])
    assert NONE in result.output
    assert stack.loaded == [(None, True)]


@pytest.mark.parametrize("arguments", [["--key", "secret"], []])
def test_so_it_is_on_aws_with_and_without_a_key(facts, asked, stack, arguments):
    result = run("--stack", "prod", "--tenant", "nope", *arguments)

    assert result.exit_code == 1
    assert NONE in result.output
    assert set(stack.loaded) == {("prod", False)}


def test_where_there_are_no_tenants_it_says_so(facts, asked, stack):
    stack.configs.tenants = list
    assert (
        "there is no tenant nope; there are none yet" in run("--local", "--tenant", "nope").output
    )


def test_whoever_may_not_list_tenants_hears_whose_the_key_is(facts, asked, stack):
    def denied():
        raise Permanent("dynamodb Query: AccessDeniedException")

    stack.configs.tenants = denied
    result = run("--key", "secret", "--tenant", "nope")

    assert result.exit_code == 1
    assert "belongs to tenant acme, not nope" in result.output


def test_without_a_local_cloud_it_says_how_to_start_one(facts, asked):
    facts.unlink()

    assert "make up" in run("--local").output


def test_on_aws_the_address_is_an_output_of_the_stack(facts, asked, stack):
    assert run("--key", "secret").exit_code == 0
    assert asked == [("https://api.example/prod", "secret", 24)]


def test_an_answer_that_is_no_overview_is_an_error(monkeypatch, facts):
    monkeypatch.setattr("cli.demo.overview.call", lambda *_, **__: Answer(401, "no valid API key"))

    with pytest.raises(OverviewError, match="answered 401: no valid API key"):
        read_overview("http://x", "wrong")
    assert "401" in run("--local").output


def test_an_overview_is_read_as_the_api_words_it(monkeypatch):
    text = json.dumps(
        {
            "tenant": "acme",
            "accepted": 3,
            "delivered": 1,
            "duplicate": 2,
            "suppressed": {},
            "dead_lettered": 0,
            "pending": 0,
        }
    )
    monkeypatch.setattr("cli.demo.overview.call", lambda *_, **__: Answer(200, text))

    assert read_overview("http://x", "key") == OVERVIEW
