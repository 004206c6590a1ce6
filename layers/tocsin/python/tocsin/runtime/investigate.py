"""The investigate function: wiring."""

import os
from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import Any
from uuid import uuid4

from tocsin.adapters.aws import client
from tocsin.adapters.cached import CachedConfigs
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.failedenrichments import DynamoFailedEnrichments
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.enrichment.order import STAGES
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.enrichment.countedfetcher import CountedFetcher
from tocsin.pipeline.enrichment.investigating import Investigate, InvestigatePorts
from tocsin.pipeline.enrichment.modelmetrics import KindMetrics, together
from tocsin.pipeline.enrichment.registry import Stages
from tocsin.runtime.clock import now_s
from tocsin.runtime.enrichmenttools import fetcher, tools
from tocsin.runtime.isolation import HasTime
from tocsin.runtime.settings import InvestigateSettings, load
from tocsin.runtime.together import Workers
from tocsin.runtime.worker import Context, run

# Enough to send what was found, and to keep what failed.
_RESERVE_MS = 8000


@cache
def _investigate() -> Investigate:
    settings = load(InvestigateSettings, os.environ)
    dynamodb = client("dynamodb")
    ports = InvestigatePorts(
        outbox=SqsOutbox(client("sqs"), {"evaluate": settings.evaluate_queue_url}, {}),
        blobs=S3Blobs(client("s3"), settings.archive_bucket),
        configs=CachedConfigs(DynamoConfigs(dynamodb, settings.control_table), now_s),
        failures=DynamoFailedEnrichments(dynamodb, settings.enrichment_table),
        clock=monotonic,
    )
    workers = Workers(
        int(settings.engine_max_workers),
        float(settings.engine_alert_timeout_s),
        float(settings.engine_total_timeout_s),
    )
    stages = Stages(STAGES, tools(settings, _models(), _pages()))
    return Investigate(ports, stages, workers.run)


@cache
def _models() -> KindMetrics:
    return KindMetrics()


@cache
def _pages() -> CountedFetcher:
    settings = load(InvestigateSettings, os.environ)
    return CountedFetcher(fetcher(settings, uuid4().hex))


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Investigate the alerts of a message."""

    def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
        outcome = _investigate().handle(deliveries, now_s(), has_time)
        _count(outcome)
        return outcome

    return run(event, context, stage, _RESERVE_MS)


def _count(outcome: Outcome) -> None:
    figures = _models().reset()
    for name, value in {**together(figures.values()).counts(), **_pages().reset()}.items():
        outcome.count(name, value)
    for kind, each in figures.items():
        if counts := each.kind_counts():
            outcome.note_model(kind, counts)
