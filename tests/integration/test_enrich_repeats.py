"""What failed in a repeat of a firing, and what `tocsin enrich` does about it."""

from typing import Any

import msgspec
import pytest

from cli.commands import enrich
from cli.localcloud.receiver import LocalReceiver
from tests.integration.enriching import AM, EnrichedStack
from tests.integration.payloads import member, resolved, webhook
from tests.integration.world import World
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.categories import _Categorise
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.pipeline.enrichment.triage import _Triage

# A repeat with another start is no mere repetition: it goes on.
EARLIER = "2025-11-22T05:20:00.000Z"


@pytest.fixture
def made(stack: World, acme: TenantConfig, people: LocalReceiver) -> EnrichedStack:
    settings = EnrichmentSettings(late=("triage",))
    return EnrichedStack(stack, msgspec.structs.replace(acme, enrichment=settings))


def fire(made: EnrichedStack, **fields: Any) -> None:
    made.world.post(AM, made.key, webhook(member("db-1", **fields)))
    made.world.drain()


def fail(*_: Any) -> str:
    raise ZeroDivisionError


@pytest.fixture
def failed(made: EnrichedStack, monkeypatch: pytest.MonkeyPatch) -> EnrichedStack:
    """Return a stack that keeps apart what failed of a firing, and of its repeat."""
    monkeypatch.setattr(_Categorise, "run", fail)
    monkeypatch.setattr(_Triage, "run", fail)
    fire(made)
    fire(made, startsAt=EARLIER)
    assert len(made.kept_events()) == 2
    return made


def test_what_failed_in_the_repeat_alone_is_tried_again_and_forgotten(
    made: EnrichedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    fire(made)
    with monkeypatch.context() as broken:
        broken.setattr(_Categorise, "run", fail)
        fire(made, startsAt=EARLIER)
    assert len(made.kept_events()) == 1
    result = made.run(enrich.command, "retry")
    assert "1 alert sent to be tried again" in result.stdout, result.stderr
    made.world.drain()
    assert made.kept_events() == {}
    found = made.alerts()["db-1"].enrichment
    assert found is not None
    assert found.category


def test_a_firing_and_its_repeat_are_one_alert_that_is_tried_once(
    failed: EnrichedStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    result = failed.run(enrich.command, "retry")
    assert "1 alert sent to be tried again" in result.stdout
    assert failed.queued() == [1]
    assert failed.stages_queued() == {("categorise", "triage")}
    failed.world.drain()
    assert failed.kept_events() == {}


def test_what_fails_again_is_kept_once_with_one_attempt_more(failed: EnrichedStack) -> None:
    failed.run(enrich.command, "retry")
    failed.world.drain()
    assert list(failed.kept_events().values()) == [2]


def test_the_repeat_of_a_firing_that_is_over_is_none_of_the_next_one(
    failed: EnrichedStack,
) -> None:
    failed.world.post(AM, failed.key, webhook(resolved("db-1")))
    failed.world.drain()
    fire(failed, startsAt="2025-11-22T05:50:00.000Z")
    before = failed.kept_events()
    assert len(before) == 3
    result = failed.run(enrich.command, "retry")
    assert "1 alert sent to be tried again" in result.stdout
    assert "2 alerts not sent: over by now" in result.stderr
    failed.world.drain()
    assert sorted(failed.kept_events().values()) == [1, 1, 2]
