"""`tocsin enrich run` over the real handlers and stores."""

from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from cli.commands import enrich
from cli.enrichment import sending, stored
from cli.localcloud.receiver import LocalReceiver
from tests.integration.enriching import AM, EnrichedStack, break_triage, refuse
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.found import Findings


def _findings(alert: Alert) -> Findings:
    assert alert.enrichment is not None
    assert alert.enrichment.findings is not None
    return alert.enrichment.findings


@pytest.fixture
def world_(stack: World) -> World:
    return stack


@pytest.fixture
def late(acme: TenantConfig) -> TenantConfig:
    settings = EnrichmentSettings(late=("find_changes", "triage"))
    return msgspec.structs.replace(acme, enrichment=settings)


@pytest.fixture
def made(stack: World, late: TenantConfig, people: LocalReceiver) -> EnrichedStack:
    return EnrichedStack(stack, late)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Let the stage triage fail, or be well again."""
    return partial(break_triage, monkeypatch)


class TestRun:
    def test_what_fires_is_investigated_again_each_alert_once(
        self, world_: World, late: TenantConfig
    ) -> None:
        # Found late only since it is asked for now.
        early = msgspec.structs.replace(late, enrichment=EnrichmentSettings(late=("triage",)))
        made = EnrichedStack(world_, early)
        made.fire("db-1", "db-2", "db-3")
        made.world.post(AM, made.key, webhook(resolved("db-3")))
        made.world.drain()
        newer = msgspec.structs.replace(late, version=2)
        world_.add_tenant(newer)
        result = made.run(enrich.command, "--tenant", "acme", "--verbose")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == "acme: 2 alerts sent for find_changes, triage\n"
        assert made.queued() == [2]
        assert "batch 1: 2 alerts sent" in result.stderr
        made.world.drain()

    def test_a_dry_run_writes_nothing(self, made: EnrichedStack) -> None:
        made.fire(*(f"db-{index}" for index in range(5)))
        result = made.run(enrich.command, "run", "--dry-run", "--limit", "3", "--verbose")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == "acme: 3 alerts would be sent for find_changes, triage\n"
        assert result.stderr.count("HighLatency") == 3
        assert (made.counting.writes, made.queued()) == ([], [])
        assert "batch_get_item" in made.counting.calls

    def test_provider_and_time_narrow_it(self, made: EnrichedStack) -> None:
        made.fire("db-1")
        for arguments, count in (
            (("--provider", "alertmanager"), 1),
            (("--provider", "datadog"), 0),
            (("--since", "1h"), 1),
            (("--since", "0"), 0),
        ):
            result = made.run(enrich.command, "run", "--dry-run", *arguments)
            assert f"acme: {count} alert" in result.stdout, arguments

    def test_batches_are_of_a_hundred(
        self, made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "BATCH_SIZE", 3)
        monkeypatch.setattr("cli.enrichment.run.BATCH_SIZE", 3)
        made.fire(*(f"db-{index}" for index in range(7)))
        made.run(enrich.command, "run", "--tenant", "acme")
        assert made.queued() == [3, 3, 1]

    def test_an_interrupted_run_goes_on_after_the_last_batch(
        self, made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sending, "BATCH_SIZE", 2)
        monkeypatch.setattr("cli.enrichment.run.BATCH_SIZE", 2)
        monkeypatch.setattr(enrich.time, "sleep", lambda _: None)
        made.fire(*(f"db-{index}" for index in range(5)))

        def die(name: str, _: dict[str, Any]) -> None:
            if name == "send_message" and made.counting.calls.count(name) > 1:
                raise aws.client("sqs").exceptions.ClientError(
                    {
                        "Error": {"Code": "ServiceUnavailable"},
                        "ResponseMetadata": {"HTTPStatusCode": 503},
                    },
                    "SendMessage",
                )

        made.counting.failing = die
        result = made.run(enrich.command, "run", "--stages", "triage")
        assert result.exit_code == 1
        assert "--resume goes on" in result.stderr
        assert made.queued() == [2]
        made.counting.failing = lambda name, parameters: None
        assert (
            made.run(enrich.command, "run", "--stages", "find_changes", "--resume").exit_code == 1
        )
        result = made.run(enrich.command, "run", "--stages", "triage", "--resume")
        assert result.exit_code == 0, result.stderr
        assert "going on in acme after 2 alerts" in result.stderr
        assert result.stdout == "acme: 3 alerts sent for triage\n"
        assert sorted(made.queued()) == [1, 2, 2]
        # It is finished.
        assert made.run(enrich.command, "run", "--stages", "triage", "--resume").exit_code == 1

    def test_one_that_is_interrupted_at_once_goes_on_at_its_own_beginning(
        self, made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(enrich.time, "sleep", lambda _: None)
        made.fire("db-1", "db-2", "db-3")
        # This one is left where its limit ended it.
        made.run(enrich.command, "run", "--limit", "2")

        def die(name: str, _: dict[str, Any]) -> None:
            if name == "send_message":
                raise aws.client("sqs").exceptions.ClientError(
                    {"Error": {"Code": "Down"}, "ResponseMetadata": {"HTTPStatusCode": 503}},
                    "SendMessage",
                )

        made.counting.failing = die
        assert "--resume goes on" in made.run(enrich.command, "run").stderr
        made.counting.failing = lambda name, parameters: None
        result = made.run(enrich.command, "run", "--resume")
        assert result.stdout == "acme: 3 alerts sent for find_changes, triage\n"

    def test_a_limit_is_gone_beyond_with_resume(self, made: EnrichedStack) -> None:
        made.fire("db-1", "db-2", "db-3")
        result = made.run(enrich.command, "run", "--limit", "2")
        assert "the limit is reached" in result.stderr
        result = made.run(enrich.command, "run", "--limit", "2", "--resume")
        assert result.stdout == "acme: 1 alert sent for find_changes, triage\n"
        assert sorted(made.queued()) == [1, 2]

    def test_what_is_refused_does_not_count_as_sent(
        self, made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        refuse(monkeypatch, "db-2")
        made.fire("db-1", "db-2", "db-3")
        result = made.run(enrich.command, "run", "--stages", "triage")
        assert result.stdout == "acme: 2 alerts sent for triage\n"
        assert "1 alert could not be sent: too long" in result.stderr

    def test_pages_of_any_number(
        self, made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(stored.StoredAlerts.__init__, "__defaults__", (1,))
        for name in ("A", "B", "C"):
            made.world.post(AM, made.key, webhook(member("db-1", name=name)))
        made.world.drain()
        result = made.run(enrich.command, "run", "--dry-run")
        assert "acme: 3 alerts" in result.stdout
        assert made.counting.calls.count("batch_get_item") == 3

    def test_what_is_kept_apart_counts_its_attempts_on_and_is_forgotten_when_all_is_well(
        self, made: EnrichedStack, broken: Any
    ) -> None:
        broken(True)
        made.fire("db-1")
        made.run(enrich.command, "run", "--stages", "find_changes")
        made.world.drain()
        (kept,) = made.kept().values()
        assert ([each.stage for each in kept.failed], kept.attempts) == (["triage"], 2)
        broken(False)
        made.run(enrich.command, "run", "--stages", "triage")
        made.world.drain()
        assert made.kept() == {}
