"""The ingest function: wiring, and from a request to an answer."""

import os
from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec

from tocsin.adapters.aws import client
from tocsin.adapters.cached import CachedKeys
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.secrets import SecretsManager
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.errors import InvalidInput, TocsinError
from tocsin.pipeline.ingest import Answer, Ingest, Request
from tocsin.ports import Keys, Queue
from tocsin.providers.registry import provider
from tocsin.runtime.access import authenticate
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest, body_of, error_answer, from_event, json_of
from tocsin.runtime.intake import Dialect, dialect_of
from tocsin.runtime.settings import IngestSettings, load
from tocsin.runtime.worker import Context


class _Parts(msgspec.Struct, frozen=True):
    ingest: Ingest
    keys: Keys
    pepper: Callable[[], bytes]


@cache
def _parts() -> _Parts:
    settings = load(IngestSettings, os.environ)
    urls: dict[Queue, str] = {
        "enrich": settings.enrich_queue_url,
        "enrich-urgent": settings.enrich_urgent_queue_url,
    }
    secrets = SecretsManager(client("secretsmanager"))
    return _Parts(
        ingest=Ingest(
            SqsOutbox(client("sqs"), urls, {}), S3Blobs(client("s3"), settings.archive_bucket)
        ),
        keys=CachedKeys(DynamoKeys(client("dynamodb"), settings.control_table), now_s),
        pepper=lambda: secrets.get(settings.key_pepper_secret_arn).encode(),
    )


def handler(event: dict[str, Any], context: Context) -> Any:
    """Accept the alerts of one request."""
    from tocsin.runtime.observability import flush_counts, log_failures

    counts: dict[str, int] = {}
    try:
        request = from_event(event, context.aws_request_id)
    except InvalidInput as error:
        flush_counts({"refused": 1})
        return error_answer(error)
    dialect = dialect_of(request)
    try:
        result = _accept(request, dialect)
        counts = {"accepted": result.accepted, "rejected": len(result.rejected)}
        return dialect.accepted(result)
    except InvalidInput as error:
        counts = {"refused": 1}
        return dialect.refused(error)
    except TocsinError as error:
        counts = {"unavailable": 1}
        log_failures({request.id: f"{type(error).__name__}: {error}"}, "")
        return dialect.unavailable()
    finally:
        flush_counts(counts)


def _accept(request: HttpRequest, dialect: Dialect) -> Answer:
    parts = _parts()
    key = authenticate(request, "ingest", parts.keys, parts.pepper)
    source = provider(dialect.provider_name(request))
    dialect.check(request)
    body = body_of(request)
    payload = json_of(body)
    if source.name == "cloudwatch":
        _log_subscription(payload)
    return parts.ingest.accept(
        Request(
            id=request.id,
            tenant=key.tenant,
            provider=source,
            body=body,
            payload=payload,
            received_at_s=now_s(),
            trace=os.environ.get("_X_AMZN_TRACE_ID", ""),
        )
    )


def _log_subscription(payload: Any) -> None:
    """Tell the operator how to confirm an SNS topic: only a person can know that it is theirs."""
    from tocsin.providers.cloudwatch import confirmation_link, subscription

    topic = subscription(payload)
    if topic is not None:
        from tocsin.runtime.observability import logger

        extra = {"topic": topic, "link": confirmation_link(payload)}
        logger().warning("an SNS topic waits to be confirmed", extra=extra)
