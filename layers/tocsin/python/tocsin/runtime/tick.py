"""The tick function: wiring. EventBridge Scheduler calls it once a minute."""

import os
from functools import cache
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.pipeline.tick import Tick, TickPorts
from tocsin.ports import Queue
from tocsin.runtime.clock import now_s
from tocsin.runtime.settings import TickSettings, load
from tocsin.runtime.worker import Context


@cache
def _tick() -> Tick:
    settings = load(TickSettings, os.environ)
    urls: dict[Queue, str] = {
        "evaluate": settings.evaluate_queue_url,
        "evaluate-urgent": settings.evaluate_urgent_queue_url,
        "notify": settings.notify_queue_url,
        "notify-urgent": settings.notify_urgent_queue_url,
    }
    blobs = S3Blobs(client("s3"), settings.archive_bucket)
    # Tick only reads the index, so it knows no journal.
    groups = DynamoGroups(client("dynamodb"), settings.group_table, "", blobs)
    return Tick(TickPorts(outbox=SqsOutbox(client("sqs"), urls, {}), blobs=blobs, groups=groups))


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Wake what is due."""
    from tocsin.runtime.observability import flush_counts

    counts = _tick().run(now_s()).counts
    flush_counts(counts)
    return {"counts": counts}
