"""The enrich function: wiring."""

import os
from collections.abc import Sequence
from functools import cache
from time import monotonic
from typing import Any

from tocsin.adapters.aws import client, hasty_client
from tocsin.adapters.cached import CachedConfigs
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.failedenrichments import DynamoFailedEnrichments
from tocsin.adapters.dynamodb.fingerprints import DynamoFingerprints
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.s3 import S3Archive, S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.enrichment.order import EARLY
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.enrich import Enrich, EnrichPorts
from tocsin.pipeline.enrichment.early import BUDGET_S, KEEP_S, Early
from tocsin.pipeline.enrichment.registry import Stages
from tocsin.ports import Queue
from tocsin.runtime.clock import now_s
from tocsin.runtime.enrichmenttools import catalogues
from tocsin.runtime.isolation import HasTime
from tocsin.runtime.settings import EnrichSettings, load
from tocsin.runtime.worker import Context, run

# Enough to forward, write the journal and the marks of what is under way, after early stages that
# took all of their time, and beside what failed of them.
_RESERVE_MS = 8000 + int((BUDGET_S + KEEP_S) * 1000.0)


@cache
def _enrich() -> Enrich:
    settings = load(EnrichSettings, os.environ)
    urls: dict[Queue, str] = {
        "evaluate": settings.evaluate_queue_url,
        "evaluate-urgent": settings.evaluate_urgent_queue_url,
    }
    letters: dict[Queue, str] = {"enrich": settings.enrich_dead_letter_queue_url}
    dynamodb, s3 = client("dynamodb"), client("s3")
    ports = EnrichPorts(
        outbox=SqsOutbox(client("sqs"), urls, letters),
        blobs=S3Blobs(s3, settings.archive_bucket),
        archive=S3Archive(s3, settings.archive_bucket),
        fingerprints=DynamoFingerprints(dynamodb, settings.fingerprint_table),
        journal=DynamoJournal(dynamodb, settings.journal_table),
        configs=CachedConfigs(DynamoConfigs(dynamodb, settings.control_table), now_s),
    )
    if settings.use_modular_enrichment == "false":
        return Enrich(ports)
    held = catalogues(lambda: hasty_client("s3"), settings.archive_bucket)
    early = Early(
        Stages(EARLY, {"catalogues": held}),
        DynamoFailedEnrichments(dynamodb, settings.enrichment_table),
        monotonic,
        fails_closed=settings.engine_fail_closed == "true",
    )
    return Enrich(ports, early=early)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Enrich the alerts of a batch of messages."""

    def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
        return _enrich().handle(deliveries, now_s(), has_time)

    return run(event, context, stage, _RESERVE_MS)
