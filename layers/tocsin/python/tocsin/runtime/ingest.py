"""The ingest function: wiring, and from a request to an answer."""

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import msgspec

from tocsin.adapters.aws import client, hasty_client
from tocsin.adapters.cached import CachedConfigs, CachedKeys
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.keys import DynamoKeys
from tocsin.adapters.dynamodb.seen import DynamoSeen
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.secrets import SecretsManager
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.errors import InvalidInput, Overloaded, TocsinError, TooManyRequests
from tocsin.pipeline.backpressure import BacklogLimit, Backpressure
from tocsin.pipeline.ingest import Answer, Ingest, Request
from tocsin.ports import ChangeEvents, Configs, Keys, Limiter, Metrics, Queue, Seen
from tocsin.runtime.access import authenticate
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest, body_of, from_event, resource_of
from tocsin.runtime.intake import Dialect, dialect_of
from tocsin.runtime.lastused import LastUsed
from tocsin.runtime.limits import Passage, make_limiter
from tocsin.runtime.settings import IngestSettings, load
from tocsin.runtime.signing import Signing, wanted_signature
from tocsin.runtime.sources import source_of
from tocsin.runtime.storing import as_stored
from tocsin.runtime.worker import Context

if TYPE_CHECKING:
    from tocsin.pipeline.signed import SignedRequests
    from tocsin.runtime.changing import PushedChanges, StoredChanges
    from tocsin.runtime.pushing import PushedMetrics, Stored


# What is pushed and is no alert.
_PUSHED = ("/v1/metrics", "/v1/changes")
# The type of the SNS message that asks for it.
_CONFIRMATION = b"SubscriptionConfirmation"


class _Parts(msgspec.Struct, frozen=True):
    ingest: Ingest
    keys: Keys
    pepper: Callable[[], bytes]
    configs: Configs
    used: LastUsed
    signed: "Callable[[], SignedRequests]"
    limiter: Limiter
    backpressure: Backpressure
    metrics: Callable[[], Metrics]
    change_events: Callable[[], ChangeEvents]


@cache
def _parts() -> _Parts:
    settings = load(IngestSettings, os.environ)
    urls: dict[Queue, str] = {
        "enrich": settings.enrich_queue_url,
        "enrich-urgent": settings.enrich_urgent_queue_url,
    }
    limits: dict[Queue, BacklogLimit] = {
        "enrich": BacklogLimit(
            int(settings.backlog_limit_messages), int(settings.backlog_age_limit_s)
        ),
        # No guess may refuse a critical alert.
        "enrich-urgent": BacklogLimit(int(settings.urgent_backlog_limit_messages), 0),
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
        limiter=make_limiter(settings.cache_url, settings.tocsin_env),
        backpressure=Backpressure(SqsOutbox(hasty_client("sqs"), urls, {}), limits, now_s),
        metrics=cache(lambda: _metrics(settings)),
        change_events=cache(lambda: _change_events(settings)),
    )


def _metrics(settings: IngestSettings) -> Metrics:
    from tocsin.adapters.dynamodb.metrics import DynamoMetrics

    kept_s = float(settings.metric_kept_s)
    return DynamoMetrics(client("dynamodb"), settings.metric_table, kept_s)


def _change_events(settings: IngestSettings) -> ChangeEvents:
    from tocsin.adapters.dynamodb.changeevents import DynamoChangeEvents

    return DynamoChangeEvents(client("dynamodb"), settings.enrichment_table)


def _signed_requests(seen: Callable[[], Seen]) -> "SignedRequests":
    from tocsin.runtime.signedrequests import signed_requests

    return signed_requests(seen)


def handler(event: dict[str, Any], context: Context) -> Any:
    """Accept the alerts of one request."""
    from tocsin.runtime.observability import flush_counts, log_broken, log_failures

    counts: dict[str, int] = {}
    dialect, signing, passage = dialect_of(resource_of(event)), Signing(), Passage()
    try:
        request = from_event(event, context.aws_request_id)
        result: Answer | Stored | StoredChanges
        if request.resource.endswith(_PUSHED):
            pushed = cast("PushedMetrics | PushedChanges", dialect)
            result = _push(request, pushed, signing, passage)
            counts = result.counts
        else:
            result = _accept(request, dialect, signing, passage)
            if not signing.is_repeat:
                counts = {"accepted": result.accepted, "rejected": len(result.rejected)}
        return passage.stamped(dialect.accepted(result))
    except InvalidInput as error:
        counts = {_name(error): 1}
        return passage.stamped(dialect.refused(error))
    except TocsinError as error:
        counts = {"unavailable": 1}
        log_failures({context.aws_request_id: f"{type(error).__name__}: {error}"}, "")
        return passage.stamped(dialect.unavailable())
    except Exception as error:  # noqa: BLE001 - a bug here is no reason to lose an alert
        counts = {"broken": 1}
        log_broken("a request breaks ingest", error, request=context.aws_request_id)
        return passage.stamped(dialect.unavailable())
    finally:
        accepted = passage.accepted(counts.get("accepted", 0))
        flush_counts({**counts, **signing.counts, **passage.counts}, accepted)


def _name(error: InvalidInput) -> str:
    """Return what a refusal counts as."""
    if isinstance(error, Overloaded):
        return "overloaded"
    return "rate_limited" if isinstance(error, TooManyRequests) else "refused"


def _accept(request: HttpRequest, dialect: Dialect, signing: Signing, passage: Passage) -> Answer:
    parts = _parts()
    request = dialect.keyed(request)
    key = authenticate(request, "ingest", parts.keys, parts.pepper, now_s())
    name = dialect.provider_name(request)
    passage.enter(request, key.tenant, name, parts.limiter, parts.configs)
    source = source_of(name, key.tenant, parts.configs)
    dialect.check(request)
    body = body_of(request)
    signature = wanted_signature(parts.configs, key.tenant, source.name)
    if signature is not None:
        at_s = now_s()
        signing.check(request, body, signature, parts.signed(), tenant=key.tenant, now_s=at_s)
    request_id = signing.request_id(request, key, source.name, body)
    body = dialect.kept(body, key)
    if source.name == "cloudwatch":
        _log_subscription(body, signing.confirmed_topic)
    received_at_s = now_s()
    body, payload = as_stored(key.tenant, source, body, received_at_s, parts.configs, parts.pepper)
    given = Request(
        id=request_id,
        tenant=key.tenant,
        provider=source,
        body=body,
        payload=payload,
        received_at_s=received_at_s,
        trace=os.environ.get("_X_AMZN_TRACE_ID", ""),
    )
    if signing.is_repeat:
        answer = parts.ingest.accepted_before(given)
    else:
        answer = parts.ingest.accept(
            given, lambda queue: parts.backpressure.admit(queue, passage.is_small_sender)
        )
    signing.settle(parts.signed, key, given.received_at_s)
    parts.used.note(key, given.received_at_s)
    return answer


def _push(
    request: HttpRequest,
    dialect: "PushedMetrics | PushedChanges",
    signing: Signing,
    passage: Passage,
) -> "Stored | StoredChanges":
    """Store the points or the changes of one request."""
    parts = _parts()
    key = authenticate(request, "ingest", parts.keys, parts.pepper, now_s())
    name = dialect.provider_name(request)
    passage.enter(request, key.tenant, name, parts.limiter, parts.configs)
    dialect.check(request)
    body = body_of(request)
    request_id = signing.request_id(request, key, name, body)
    stored = dialect.take(key.tenant, request_id, body, now_s(), parts)
    parts.used.note(key, now_s())
    return stored


def _log_subscription(body: bytes, confirmed_topic: str) -> None:
    """Tell the operator of an SNS topic that was confirmed, or how to: it may not be theirs."""
    if _CONFIRMATION not in body:
        return
    from tocsin.providers.bodies import json_of
    from tocsin.providers.cloudwatch import confirmation_link, subscription

    if confirmed_topic:
        from tocsin.runtime.observability import logger

        logger().info("an SNS topic is confirmed", extra={"topic": confirmed_topic})
        return
    payload = json_of(body)
    topic = subscription(payload)
    if topic is not None:
        from tocsin.runtime.observability import logger

        extra = {"topic": topic, "link": confirmation_link(payload)}
        logger().warning("an SNS topic waits to be confirmed", extra=extra)
