"""The real investigate without a cache: all its instances keep to one limit of model requests."""

from typing import Any

import msgspec
import pytest

from cli.localcloud.receiver import LocalReceiver
from tests.contract.test_models import OK, SETTINGS
from tests.integration.formats import items
from tests.integration.payloads import member, webhook
from tests.integration.world import World, forget
from tocsin.domain.config import TenantConfig
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.runtime import enrichmenttools

AM = "/v1/alerts/alertmanager"


class Bedrock:
    """A model that answers, and counts how often."""

    def __init__(self) -> None:
        self.asked = 0

    def converse(self, **_: Any) -> Any:
        self.asked += 1
        return OK["bedrock"]


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Bedrock:
    made = Bedrock()
    monkeypatch.setattr(enrichmenttools, "single_attempt_client", lambda *_: made)
    # One tenant may have one request of its own, and two of the surplus.
    monkeypatch.setenv("MAX_REQUESTS_PER_MINUTE", "4")
    return made


def fire(stack: World, acme: TenantConfig, kind: str) -> None:
    """Let one instance investigate two alerts, and another one two more."""
    settings = EnrichmentSettings(late=("triage",), model=SETTINGS[kind])
    key = stack.add_tenant(msgspec.structs.replace(acme, enrichment=settings))
    for names in (("Disk", "Memory"), ("Queue", "Latency")):
        stack.post(AM, key, webhook(*(member("a", name=name) for name in names)))
        stack.drain()
        forget()


def test_instances_without_a_cache_share_the_limit(
    stack: World, acme: TenantConfig, bedrock: Bedrock, people: LocalReceiver
) -> None:
    fire(stack, acme, "bedrock")
    assert bedrock.asked == 3
    keys = {each["pk"]["S"] for each in items(stack.resources.environ["BREAKER_TABLE"])}
    assert keys == {"acme#limit#model", "#limit#model", "#limit#model-surplus"}
    assert len(people.arrivals) == 4


def test_a_table_that_is_away_stops_no_model_and_no_page(
    stack: World,
    acme: TenantConfig,
    bedrock: Bedrock,
    people: LocalReceiver,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("BREAKER_TABLE", "gone")
    fire(stack, acme, "bedrock")
    # Each of the two for itself.
    assert bedrock.asked == 4
    assert "requests are counted by each instance alone" in caplog.text
    assert len(people.arrivals) == 4


def test_the_built_in_summariser_is_not_counted(
    stack: World, acme: TenantConfig, bedrock: Bedrock, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[str] = []
    monkeypatch.setattr(enrichmenttools, "hasty_client", connected.append)
    fire(stack, acme, "extract")
    assert (bedrock.asked, connected) == (0, [])
    assert items(stack.resources.environ["BREAKER_TABLE"]) == []
