"""The alert of docs/enrichment.md: its configuration, what happened before, and how it is told."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from tests.builders import T0, config
from tests.integration.payloads import member, webhook
from tests.pipeline.memory_world import START_S, MemoryWorld
from tests.unit.pipeline.enrichment.modelworld import World as ModelWorld
from tocsin.adapters.embedding import NoEmbedder
from tocsin.adapters.memory import (
    MemoryBlobs,
    MemoryChangeEvents,
    MemoryFetcher,
    MemoryTemplates,
)
from tocsin.adapters.models.extract import ExtractModel
from tocsin.adapters.receivers import slack
from tocsin.adapters.receivers import webhook as webhook_receiver
from tocsin.adapters.references import BlobReferences
from tocsin.configuration import load, to_tenant_config
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.found import RecentChange
from tocsin.pipeline.enrichment.catalogues import Catalogues
from tocsin.pipeline.enrichment.registry import Stages, Tools
from tocsin.ports import FetchedPage, Notification

HEAD = """\
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/'}}]
    route: {receiver: oncall}
"""
ALERT: dict[str, Any] = {
    "status": "firing",
    "labels": {
        "alertname": "CheckoutLatencyHigh",
        "service": "checkout",
        "instance": "cart-3.prod.example.com:8080",
        "env": "prod",
        "severity": "critical",
    },
    "annotations": {
        "summary": "p99 latency of checkout is 4.2 s on cart-3.",
        "description": "Timeouts to db-1.prod.example.com (password=hunter2-cart) since 05:40.",
        "runbook_url": "https://wiki.example.com/checkout",
    },
    "startsAt": "2025-11-22T05:40:00Z",
    "endsAt": "0001-01-01T00:00:00Z",
    "generatorURL": "https://prometheus.example.com/graph?g0.expr=latency",
}
RUNBOOK = """\
This alert fires when the p99 latency of checkout is above 2 seconds.
Customers cannot pay while the connection pool of the database is exhausted.
1. Check the connections of db-1 with pg_stat_activity.
2. Roll back the last deployment if it is younger than an hour."""


def settings(block: str, catalogue: str, folder: Path) -> tuple[EnrichmentSettings, BlobReferences]:
    """Return what a block of `tocsin.yaml` says, and the files that applying it would store."""
    (folder / "services.yaml").write_text(catalogue, encoding="utf-8")
    path = folder / "tocsin.yaml"
    path.write_text(HEAD + block, encoding="utf-8")
    tenant = load(path.read_text(encoding="utf-8"), str(path), {}).tenants["acme"]
    references = BlobReferences(MemoryBlobs())
    assert tenant.catalogue is not None
    references.put("acme", tenant.catalogue.data)
    made = to_tenant_config("acme", tenant, 1).enrichment
    assert made is not None
    return made, references


def tools(references: BlobReferences) -> Tools:
    """Return all that stages ask, in memory; the model is the embedded one."""
    changes = MemoryChangeEvents()
    change = RecentChange(
        at_s=START_S - 900,
        service="checkout",
        title="v42: smaller connection pool",
        kind="deployment",
        by="ann",
        url="https://ci.example.com/42",
    )
    changes.append("acme", "c", [(0, change)])
    page = FetchedPage(
        url="https://wiki.example.com/checkout",
        title="Checkout is slow",
        text=RUNBOOK,
        content_type="text/html",
    )
    models = ModelWorld()
    return {
        "catalogues": Catalogues(lambda: references, lambda: T0),
        "change_events": changes,
        "fetcher": MemoryFetcher({page.url: page}),
        "clock": lambda: T0,
        "connect_model": lambda tenant, _: models.client(ExtractModel(), tenant),
        "templates": MemoryTemplates(),
        "embedder": NoEmbedder("ENABLE_SEMANTIC_DEDUP is false"),
    }


def world_of(enrichment: EnrichmentSettings, having: Tools) -> MemoryWorld:
    """Return a stack that enriches so."""

    def stages(names: Sequence[str]) -> Stages:
        return Stages(names, having)

    return MemoryWorld(config(enrichment=enrichment), stages=stages)


def play(world: MemoryWorld) -> Notification:
    """Send a milder alert, then the alert, then one of another kind; return how that is told."""
    summary = "p99 latency of checkout is 2.3 s on cart-3."
    milder = {
        "labels": ALERT["labels"] | {"severity": "warning"},
        "annotations": ALERT["annotations"] | {"summary": summary},
    }
    world.send(webhook(ALERT | milder))
    world.drain()
    world.now_s += 300
    world.send(webhook(ALERT))
    world.drain()
    world.now_s += 60
    world.send(webhook(member("db-1")))
    world.drain()
    return world.receivers.delivered[-1]


def as_webhook(notification: Notification) -> dict[str, Any]:
    """Return the alert as a webhook tells it."""
    body = json.loads(webhook_receiver.render(notification, "https://tocsin.example"))
    (found,) = [each for each in body["alerts"] if each["labels"] == ALERT["labels"]]
    return dict(found)


def as_slack(notification: Notification) -> str:
    """Return the alert as Slack is told it."""
    alone = tuple(each for each in notification.alerts if each.labels == ALERT["labels"])
    told = msgspec.structs.replace(notification, alerts=alone)
    body = json.loads(slack.render(told))
    # Behind the title and why it is told now.
    return str(body["blocks"][2]["text"]["text"])
