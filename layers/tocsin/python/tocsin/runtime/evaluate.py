"""The evaluate function: wiring."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.cached import CachedConfigs, CachedSilences
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.silences import DynamoSilences
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.evaluate import Evaluate, EvaluatePorts
from tocsin.ports import Queue
from tocsin.runtime.clock import now_s
from tocsin.runtime.isolation import HasTime
from tocsin.runtime.settings import EvaluateSettings, load
from tocsin.runtime.worker import Context, run

# Enough for one commit with its retries, and the pokes.
_RESERVE_MS = 8000


@cache
def _evaluate() -> Evaluate:
    settings = load(EvaluateSettings, os.environ)
    urls: dict[Queue, str] = {
        "notify": settings.notify_queue_url,
        "notify-urgent": settings.notify_urgent_queue_url,
        "rules": settings.rules_queue_url,
        "investigate": settings.investigate_queue_url,
    }
    dynamodb = client("dynamodb")
    blobs = S3Blobs(client("s3"), settings.archive_bucket)
    ports = EvaluatePorts(
        outbox=SqsOutbox(client("sqs"), urls, {}),
        blobs=blobs,
        groups=DynamoGroups(dynamodb, settings.group_table, settings.journal_table, blobs),
        configs=CachedConfigs(DynamoConfigs(dynamodb, settings.control_table), now_s),
        silences=CachedSilences(DynamoSilences(dynamodb, settings.control_table), now_s),
    )
    return Evaluate(ports, investigates=settings.use_modular_enrichment == "true")


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Merge the changes of a batch of messages into the state."""

    def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
        return _evaluate().handle(deliveries, now_s(), has_time)

    return run(event, context, stage, _RESERVE_MS)
