"""The ingest function: wiring, and from a request to an answer."""

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from tocsin.adapters.aws import client, hasty_client
from tocsin.adapters.cached import CachedConfigs, CachedKeys
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.dynamodb.seen import DynamoSeen
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.secrets import SecretsManager
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.errors import InvalidInput, TocsinError
from tocsin.pipeline.ingest import Answer, Ingest, Request
from tocsin.ports import Configs, Keys, Queue, Seen
from tocsin.providers.bodies import payload_of
from tocsin.runtime.access import authenticate
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest, body_of, from_event, resource_of
from tocsin.runtime.intake import Dialect, dialect_of
from tocsin.runtime.lastused import LastUsed
from tocsin.runtime.settings import IngestSettings, load
from tocsin.runtime.signing import Signing, wanted_signature
from tocsin.runtime.sources import source_of
from tocsin.runtime.storing import stored_request
from tocsin.runtime.worker import Context

if TYPE_CHECKING:
    from tocsin.pipeline.signed import SignedRequests


class _Parts(msgspec.Struct, frozen=True):
    ingest: Ingest
    keys: Keys
    pepper: Callable[[], bytes]
    configs: Configs
    used: LastUsed
    signed: "Callable[[], SignedRequests]"


@cache
def _parts() -> _Parts:
    settings = load(IngestSettings, os.environ)
    urls: dict[Queue, str] = {
        "enrich": settings.enrich_queue_url,
        "enrich-urgent": settings.enrich_urgent_queue_url,
    }
    secrets = SecretsManager(client("secretsmanager"))
    dynamodb = client("dynamodb")
    seen = cache(lambda: DynamoSeen(hasty_client("dynamodb"), settings.seen_table))
    return _Parts(
        ingest=Ingest(
            SqsOutbox(client("sqs"), urls, {}), S3Blobs(client("s3"), settings.archive_bucket)
        ),
        keys=CachedKeys(DynamoKeys(dynamodb, settings.control_table), now_s),
        pepper=lambda: secrets.get(settings.key_pepper_secret_arn).encode(),
        configs=CachedConfigs(DynamoConfigs(dynamodb, settings.control_table), now_s),
        used=LastUsed(seen),
        signed=cache(lambda: _signed_requests(seen)),
    )


def _signed_requests(seen: Callable[[], Seen]) -> "SignedRequests":
    from tocsin.runtime.signedrequests import signed_requests

    return signed_requests(seen)


def handler(event: dict[str, Any], context: Context) -> Any:
    """Accept the alerts of one request."""
    from tocsin.runtime.observability import flush_counts, log_failures

    counts: dict[str, int] = {}
    dialect, signing = dialect_of(resource_of(event)), Signing()
    try:
        result = _accept(from_event(event, context.aws_request_id), dialect, signing)
        if not signing.is_repeat:
            counts = {"accepted": result.accepted, "rejected": len(result.rejected)}
        return dialect.accepted(result)
    except InvalidInput as error:
        counts = {"refused": 1}
        return dialect.refused(error)
    except TocsinError as error:
        counts = {"unavailable": 1}
        log_failures({context.aws_request_id: f"{type(error).__name__}: {error}"}, "")
        return dialect.unavailable()
    finally:
        flush_counts({**counts, **signing.counts})


def _accept(request: HttpRequest, dialect: Dialect, signing: Signing) -> Answer:
    parts = _parts()
    request = dialect.keyed(request)
    key = authenticate(request, "ingest", parts.keys, parts.pepper, now_s())
    source = source_of(dialect.provider_name(request), key.tenant, parts.configs)
    dialect.check(request)
    body = body_of(request)
    signature = wanted_signature(parts.configs, key.tenant, source.name)
    if signature is not None:
        at_s = now_s()
        signing.check(request, body, signature, parts.signed(), tenant=key.tenant, now_s=at_s)
    body = dialect.kept(body, key)
    payload = payload_of(source, body)
    if source.name == "cloudwatch":
        _log_subscription(payload, signing.confirmed_topic)
    received = Request(
        id=signing.request_id(request),
        tenant=key.tenant,
        provider=source,
        body=body,
        payload=payload,
        received_at_s=now_s(),
        trace=os.environ.get("_X_AMZN_TRACE_ID", ""),
    )
    given = stored_request(received, parts.configs, parts.pepper)
    accept = parts.ingest.accepted_before if signing.is_repeat else parts.ingest.accept
    answer = accept(given)
    signing.settle(parts.signed, key, given.received_at_s)
    parts.used.note(key, given.received_at_s)
    return answer


def _log_subscription(payload: Any, confirmed_topic: str) -> None:
    """Tell the operator of an SNS topic that was confirmed, or how to: it may not be theirs."""
    from tocsin.providers.cloudwatch import confirmation_link, subscription

    if confirmed_topic:
        from tocsin.runtime.observability import logger

        logger().info("an SNS topic is confirmed", extra={"topic": confirmed_topic})
        return
    topic = subscription(payload)
    if topic is not None:
        from tocsin.runtime.observability import logger

        extra = {"topic": topic, "link": confirmation_link(payload)}
        logger().warning("an SNS topic waits to be confirmed", extra=extra)
