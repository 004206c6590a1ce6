"""The letters function: wiring. EventBridge Scheduler calls it every five minutes."""

import os
from functools import cache
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.deadletters import DeadLetters
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.s3 import S3Blobs
from tocsin.domain.errors import Retryable
from tocsin.pipeline.letterkeeper import KeeperPorts, LetterKeeper
from tocsin.runtime.clock import now_s
from tocsin.runtime.deadletterqueues import dead_letter_queues
from tocsin.runtime.settings import LettersSettings, load
from tocsin.runtime.worker import Context

# A run that is killed hides letters no longer than it could have run.
_HOLD_S = 60
_WAIT_S = 1


@cache
def _keeper() -> LetterKeeper:
    settings = load(LettersSettings, os.environ)
    ports = KeeperPorts(
        letters=DeadLetters(client("sqs"), dead_letter_queues(settings), _WAIT_S, _HOLD_S),
        blobs=S3Blobs(client("s3"), settings.archive_bucket),
        journal=DynamoJournal(client("dynamodb"), settings.journal_table),
    )
    return LetterKeeper(ports)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Archive dead letters; raise Retryable if some could not be, so that an alarm tells of it."""
    from tocsin.runtime.observability import flush_counts, log_failures

    def left_s() -> float:
        return context.get_remaining_time_in_millis() / 1000

    outcome = _keeper().run(now_s(), left_s)
    flush_counts(outcome.counts)
    if outcome.failed:
        log_failures(outcome.failed, "")
        raise Retryable(f"{len(outcome.failed)} letters or queues wait for the next run")
    return {"counts": outcome.counts}
