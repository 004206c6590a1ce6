"""`tocsin summarize` over what fires: what it prints, what it asks for, and what a dry run does."""

import json

import msgspec
import pytest

from cli.commands.enrich import command as enrich
from cli.commands.summarize import command
from tests.integration.enriching import EnrichedStack, refuse
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings, ModelSettings


@pytest.fixture
def made(stack: World, acme: TenantConfig) -> EnrichedStack:
    settings = EnrichmentSettings(late=("triage",))
    return EnrichedStack(stack, msgspec.structs.replace(acme, enrichment=settings))


def test_a_dry_run_prints_a_summary_of_each_alert_and_writes_nothing(made: EnrichedStack) -> None:
    made.fire("db-1", "db-2")
    result = made.run(command, "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.count("written by a machine: extract") == 2
    assert "cause: " in result.stdout
    assert "above 500 ms" in result.stdout
    assert (made.counting.writes, made.queued()) == ([], [])
    assert "batch_get_item" in made.counting.calls


def test_else_triage_is_asked_for_again_and_for_nothing_else(made: EnrichedStack) -> None:
    made.fire("db-1", "db-2", "db-3")
    result = made.run(command, "--limit", "2", "--json", "--verbose")
    assert result.exit_code == 0, result.stderr
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["by"] for each in found] == ["extract", "extract"]
    assert all(each["cause"] and each["error"] == "" for each in found)
    assert "2 alerts sent for triage" in result.stderr
    assert made.queued() == [2]
    # The others write down how far it is.
    assert made.counting.writes == ["put_item", "send_message", "put_item"]
    assert made.stages_queued() == {("triage",)}


def test_what_is_refused_does_not_count_as_sent(
    made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "db-2")
    made.fire("db-1", "db-2")
    result = made.run(command)
    assert "1 alert sent for triage" in result.stderr
    assert "1 alert could not be sent: too long" in result.stderr


def test_a_tenant_without_the_stage_is_summarised_in_a_dry_run_only(
    stack: World, acme: TenantConfig
) -> None:
    made = EnrichedStack(stack, acme)
    made.fire("db-1")
    result = made.run(command, "--tenant", "acme")
    assert result.exit_code == 1
    assert "acme has no `enrichment`" in result.stderr
    assert made.counting.writes == []
    assert "cause: " in made.run(command, "--tenant", "acme", "--dry-run").stdout


def test_a_model_that_cannot_be_used_spoils_its_alert_only(
    stack: World, acme: TenantConfig
) -> None:
    settings = EnrichmentSettings(late=("triage",), model=ModelSettings(kind="bedrock"))
    made = EnrichedStack(stack, msgspec.structs.replace(acme, enrichment=settings))
    made.fire("db-1")
    result = made.run(command, "--model", "--dry-run", "--json")
    assert result.exit_code == 0, result.stderr
    (found,) = [json.loads(line) for line in result.stdout.splitlines()]
    assert "needs its id" in found["error"]
    # The built-in one asks nobody.
    assert "cause: " in made.run(command, "--dry-run").stdout


def test_where_nothing_fires_it_says_so(made: EnrichedStack) -> None:
    assert made.run(command, "--dry-run").stderr == "no alert fires that is meant\n"


def test_a_limit_is_gone_beyond_with_resume_and_no_other_command_goes_on_there(
    made: EnrichedStack,
) -> None:
    made.fire("db-1", "db-2", "db-3")
    first = made.run(command, "--limit", "2", "--json")
    assert "the limit is reached" in first.stderr
    for given in (("--model",), ("--tenant", "acme")):
        other = made.run(command, "--resume", *given)
        assert "no such summarize was interrupted" in other.stderr
    assert "no such run" in made.run(enrich, "run", "--stages", "triage", "--resume").stderr
    rest = made.run(command, "--resume", "--json")
    assert "1 alert sent for triage" in rest.stderr
    told = [json.loads(line) for each in (first, rest) for line in each.stdout.splitlines()]
    assert len({each["fingerprint"] for each in told}) == len(told) == 3
    assert sorted(made.queued()) == [1, 2]


def test_a_dry_run_shows_what_is_left_of_another(made: EnrichedStack) -> None:
    made.fire("db-1", "db-2", "db-3")
    made.run(command, "--limit", "2")
    for _ in range(2):
        result = made.run(command, "--dry-run", "--resume")
        assert result.stdout.count("written by a machine") == 1
        assert made.counting.writes == []
