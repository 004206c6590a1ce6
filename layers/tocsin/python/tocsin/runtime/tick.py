"""The tick function: wiring. EventBridge Scheduler calls it once a minute."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

import msgspec

from tocsin.adapters.aws import client
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.errors import TocsinError
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.roundstart import RoundPorts, RoundStart
from tocsin.pipeline.tick import Tick, TickPorts
from tocsin.ports import Queue
from tocsin.runtime.clock import now_s
from tocsin.runtime.settings import TickSettings, load
from tocsin.runtime.worker import Context

_EVERY_S = 60.0
# A clock of one's own may call more often, and then says how often.
_LEAST_S = 1.0
# How far the scheduler's clock may be ahead of this one.
_AHEAD_S = 5.0


class _Parts(msgspec.Struct, frozen=True):
    tick: Tick
    rounds: RoundStart


@cache
def _parts() -> _Parts:
    settings = load(TickSettings, os.environ)
    urls: dict[Queue, str] = {
        "evaluate": settings.evaluate_queue_url,
        "evaluate-urgent": settings.evaluate_urgent_queue_url,
        "notify": settings.notify_queue_url,
        "notify-urgent": settings.notify_urgent_queue_url,
        "rules": settings.rules_queue_url,
    }
    dynamodb = client("dynamodb")
    blobs = S3Blobs(client("s3"), settings.archive_bucket)
    outbox = SqsOutbox(client("sqs"), urls, {})
    # Tick only reads the index, so it knows no journal.
    groups = DynamoGroups(dynamodb, settings.group_table, "", blobs)
    configs = DynamoConfigs(dynamodb, settings.control_table)
    return _Parts(
        Tick(TickPorts(outbox=outbox, blobs=blobs, groups=groups)),
        RoundStart(RoundPorts(outbox=outbox, blobs=blobs, configs=configs)),
    )


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Wake what is due, and start a round of the rules; neither waits for the other to work."""
    from tocsin.runtime.observability import flush_counts

    at_s = now_s()
    jobs: tuple[Callable[[], Outcome], ...] = (
        lambda: _parts().tick.run(at_s),
        lambda: _parts().rounds.run(*_round(event, at_s)),
    )
    counts: dict[str, int] = {}
    errors: list[TocsinError] = []
    for job in jobs:
        try:
            counts |= job().counts
        except TocsinError as error:
            errors.append(error)
    flush_counts(counts)
    if errors:
        raise errors[0]
    return {"counts": counts}


def _round(event: dict[str, Any], at_s: float) -> tuple[float, float]:
    """Return the time that the scheduler meant, or the one that began last, and how often it calls.

    It may be late, and rules are evaluated as of the time at which they should have been.
    """
    try:
        every_s = min(max(float(event["every_s"]), _LEAST_S), _EVERY_S)
    except (KeyError, TypeError, ValueError):
        every_s = _EVERY_S
    began_at_s = at_s // every_s * every_s
    try:
        meant_at_s = datetime.fromisoformat(event["scheduled_at"]).timestamp()
    except (KeyError, TypeError, ValueError):
        return began_at_s, every_s
    return (began_at_s if meant_at_s > at_s + _AHEAD_S else meant_at_s), every_s
