"""`tocsin enrich failed` and `retry` over the real handlers and stores: what is kept apart."""

import json
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
import pytest

from cli.commands import enrich
from cli.localcloud.receiver import LocalReceiver
from tests.integration.enriching import AM, EnrichedStack, break_triage, host_of, refuse
from tests.integration.payloads import resolved, webhook
from tests.integration.world import World
from tocsin.domain.alert import Alert
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.found import Findings


@pytest.fixture
def made(stack: World, acme: TenantConfig, people: LocalReceiver) -> EnrichedStack:
    settings = EnrichmentSettings(late=("find_changes", "triage"))
    return EnrichedStack(stack, msgspec.structs.replace(acme, enrichment=settings))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Let the stage triage fail, or be well again."""
    return partial(break_triage, monkeypatch)


def _findings(alert: Alert) -> Findings:
    assert alert.enrichment is not None
    assert alert.enrichment.findings is not None
    return alert.enrichment.findings


def test_what_failed_is_tried_again_and_forgotten_and_the_rest_stays_found(
    made: EnrichedStack, broken: Any
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


def test_what_fails_again_is_kept_with_one_attempt_more(made: EnrichedStack, broken: Any) -> None:
    broken(True)
    made.fire("db-1")
    assert made.kept()["db-1"].attempts == 1
    for attempts in (2, 3):
        made.run(enrich.command, "retry", "--stage", "triage")
        made.world.drain()
        assert made.kept()["db-1"].attempts == attempts


def test_it_is_listed_with_stage_error_attempts_and_time(made: EnrichedStack, broken: Any) -> None:
    broken(True)
    made.fire("db-1")
    for arguments in (("failed",), ("retry", "--dry-run")):
        result = made.run(enrich.command, *arguments)
        found = re.sub(r"\s+", " ", result.stdout)
        assert "acme HighLatency triage ZeroDivisionError 1" in found
        assert " ago " in found
    (line,) = made.run(enrich.command, "failed", "--json", "--tenant", "acme").stdout.splitlines()
    listed = json.loads(line)
    assert listed["stages"] == [{"stage": "triage", "error": "ZeroDivisionError"}]
    assert (listed["alert"], listed["attempts"]) == ("HighLatency", 1)
    assert "annotations" not in line
    assert (
        made.run(enrich.command, "failed", "--stage", "redact").stderr == "nothing is kept apart\n"
    )


def test_what_is_over_is_not_sent_and_stays_until_it_expires(
    made: EnrichedStack, broken: Any
) -> None:
    broken(True)
    made.fire("db-1", "db-2")
    made.world.post(AM, made.key, webhook(resolved("db-1")))
    made.world.drain()
    result = made.run(enrich.command, "retry")
    assert "1 alert sent to be tried again" in result.stdout
    assert "1 alert not sent: over by now" in result.stderr
    assert set(made.kept()) == {"db-1", "db-2"}


def test_a_limit_and_a_dry_run(made: EnrichedStack, broken: Any) -> None:
    broken(True)
    made.fire("db-1", "db-2", "db-3")
    result = made.run(enrich.command, "retry", "--limit", "2", "--dry-run", "--verbose")
    assert result.exit_code == 0, result.stderr
    assert "2 alerts would be tried again" in result.stdout
    assert (made.counting.writes, made.queued()) == ([], [])
    assert "batch_get_item" in made.counting.calls
    made.run(enrich.command, "retry", "--limit", "2")
    assert made.queued() == [2]


def test_what_is_refused_does_not_count_as_sent(
    made: EnrichedStack, broken: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "db-2")
    broken(True)
    made.fire("db-1", "db-2")
    result = made.run(enrich.command, "retry")
    assert "1 alert sent to be tried again" in result.stdout
    assert "1 alert could not be sent: too long" in result.stderr


def test_a_limit_counts_what_is_sent_and_nothing_that_is_over(
    made: EnrichedStack, broken: Any
) -> None:
    broken(True)
    made.fire("db-1", "db-2", "db-3", "db-4")
    over = [kept.change for _, kept in sorted(made.kept().items())][:3]
    made.world.post(AM, made.key, webhook(*(resolved(host_of(each.alert)) for each in over)))
    made.world.drain()
    result = made.run(enrich.command, "retry", "--limit", "1")
    assert "1 alert sent to be tried again" in result.stdout
    assert made.queued() == [1]


def test_with_nothing_kept_apart_nothing_is_sent(made: EnrichedStack) -> None:
    made.fire("db-1")
    assert made.run(enrich.command, "retry").stderr == "nothing is kept apart\n"
    assert "send_message" not in made.counting.writes


def test_a_limit_is_gone_beyond_with_resume(made: EnrichedStack, broken: Any) -> None:
    broken(True)
    made.fire("db-1", "db-2", "db-3")
    result = made.run(enrich.command, "retry", "--limit", "2")
    assert "the limit is reached" in result.stderr
    result = made.run(enrich.command, "retry", "--limit", "2", "--resume")
    assert "going on in acme after 2 alerts" in result.stderr
    assert "1 alert sent to be tried again" in result.stdout
    assert sorted(made.queued()) == [1, 2]


def test_another_retry_is_not_gone_on_with(made: EnrichedStack, broken: Any) -> None:
    broken(True)
    made.fire("db-1", "db-2")
    made.run(enrich.command, "retry", "--limit", "1")
    result = made.run(enrich.command, "retry", "--stage", "triage", "--resume")
    assert result.exit_code == 1
    assert "no such retry was interrupted in the last week" in result.stderr
    assert made.queued() == [1]
