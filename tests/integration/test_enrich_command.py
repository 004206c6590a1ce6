"""`tocsin enrich` over the real handlers and stores: run, retry, and what is kept apart."""

import json
import re
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cli.commands import enrich
from cli.enrichment import sending, stored
from cli.localcloud.receiver import LocalReceiver
from tests.integration.enriching import AM, EnrichedStack
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World
from tocsin.adapters import aws
from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.found import Findings
from tocsin.pipeline.enrichment.triage import _Triage


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
    well = _Triage.run

    def fail(*_: Any) -> str:
        raise ZeroDivisionError

    def set_(is_broken: bool) -> None:
        monkeypatch.setattr(_Triage, "run", fail if is_broken else well)

    return set_


class TestRetry:
    def test_what_failed_is_tried_again_and_forgotten_and_the_rest_stays_found(
        self, made: EnrichedStack, broken: Any
    ) -> None:
        broken(True)
        made.fire("db-1", "db-2")
        before = made.alerts()
        broken(False)
        result = made.run(enrich.command, "retry")
        assert result.exit_code == 0, result.stderr
        assert "2 alerts sent to be tried again" in result.stdout
        assert made.queued() == [2]
        made.world.drain()
        assert made.kept() == {}
        for host, alert in made.alerts().items():
            findings = _findings(alert)
            assert findings.triage is not None
            assert {each.stage: each.outcome for each in findings.stages}["triage"] == "ok"
            assert alert.annotations == before[host].annotations
            earlier = {each.stage for each in _findings(before[host]).stages}
            assert earlier <= {each.stage for each in findings.stages}

    def test_what_fails_again_is_kept_with_one_attempt_more(
        self, made: EnrichedStack, broken: Any
    ) -> None:
        broken(True)
        made.fire("db-1")
        assert made.kept()["db-1"].attempts == 1
        for attempts in (2, 3):
            made.run(enrich.command, "retry", "--stage", "triage")
            made.world.drain()
            assert made.kept()["db-1"].attempts == attempts

    def test_it_is_listed_with_stage_error_attempts_and_time(
        self, made: EnrichedStack, broken: Any
    ) -> None:
        broken(True)
        made.fire("db-1")
        for arguments in (("failed",), ("retry", "--dry-run")):
            result = made.run(enrich.command, *arguments)
            found = re.sub(r"\s+", " ", result.stdout)
            assert "acme HighLatency triage ZeroDivisionError 1" in found
            assert " ago " in found
        (line,) = made.run(
            enrich.command, "failed", "--json", "--tenant", "acme"
        ).stdout.splitlines()
        listed = json.loads(line)
        assert listed["stages"] == [{"stage": "triage", "error": "ZeroDivisionError"}]
        assert (listed["alert"], listed["attempts"]) == ("HighLatency", 1)
        assert "annotations" not in line
        assert (
            made.run(enrich.command, "failed", "--stage", "redact").stderr
            == "nothing is kept apart\n"
        )

    def test_what_is_over_is_not_sent_and_stays_until_it_expires(
        self, made: EnrichedStack, broken: Any
    ) -> None:
        broken(True)
        made.fire("db-1", "db-2")
        made.world.post(AM, made.key, webhook(resolved("db-1")))
        made.world.drain()
        result = made.run(enrich.command, "retry")
        assert "1 alert sent to be tried again" in result.stdout
        assert "1 alert not sent: over by now" in result.stderr
        assert set(made.kept()) == {"db-1", "db-2"}

    def test_a_limit_and_a_dry_run(self, made: EnrichedStack, broken: Any) -> None:
        broken(True)
        made.fire("db-1", "db-2", "db-3")
        result = made.run(enrich.command, "retry", "--limit", "2", "--dry-run", "--verbose")
        assert result.exit_code == 0, result.stderr
        assert "2 alerts would be tried again" in result.stdout
        assert (made.counting.writes, made.queued()) == ([], [])
        assert "batch_get_item" in made.counting.calls
        made.run(enrich.command, "retry", "--limit", "2")
        assert made.queued() == [2]

    def test_with_nothing_kept_apart_nothing_is_sent(self, made: EnrichedStack) -> None:
        made.fire("db-1")
        assert made.run(enrich.command, "retry").stderr == "nothing is kept apart\n"
        assert made.counting.writes == []


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

    def test_a_limit_is_gone_beyond_with_resume(self, made: EnrichedStack) -> None:
        made.fire("db-1", "db-2", "db-3")
        result = made.run(enrich.command, "run", "--limit", "2")
        assert "the limit is reached" in result.stderr
        result = made.run(enrich.command, "run", "--limit", "2", "--resume")
        assert result.stdout == "acme: 1 alert sent for find_changes, triage\n"
        assert sorted(made.queued()) == [1, 2]

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
