"""The routes of one alert in the api function; imported when the first request asks for one."""

from collections.abc import Callable
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.pipeline.onealert import OneAlerts
from tocsin.ports import ApiKey, Configs, Groups, Journal, Queue, Silences
from tocsin.runtime.alertmanager.replies import to_proxy
from tocsin.runtime.clock import now_s
from tocsin.runtime.gateway import HttpRequest
from tocsin.runtime.lifecycle.dispatch import handle
from tocsin.runtime.lifecycle.ports import Caller, LifecyclePorts
from tocsin.runtime.settings import ApiSettings
from tocsin.runtime.worker import Context

# What must be left of the time of an invocation to read on in the journal.
_RESERVE_MS = 5_000


def lifecycle_ports(
    settings: ApiSettings,
    configs: Configs,
    groups: Groups,
    silences: Silences,
    journal: Journal,
    limit_bytes: int,
) -> LifecyclePorts:
    """Wire what the routes of one alert stand on."""
    urls: dict[Queue, str] = {
        "evaluate": settings.evaluate_queue_url,
        "evaluate-urgent": settings.evaluate_urgent_queue_url,
    }
    return LifecyclePorts(
        configs=configs,
        alerts=OneAlerts(groups, silences, configs),
        journal=journal,
        outbox=SqsOutbox(client("sqs"), urls, {}),
        blobs=S3Blobs(client("s3"), settings.archive_bucket),
        limit_bytes=limit_bytes,
    )


def answer_one(
    request: HttpRequest, ports: Callable[[], LifecyclePorts], key: ApiKey, context: Context
) -> dict[str, Any]:
    """Answer a request about one alert of the tenant of a key."""
    return to_proxy(handle(request, ports(), caller_of(key, context), now_s()))


def caller_of(key: ApiKey, context: Context) -> Caller:
    """Return who asks, and how long there is time to read on for them."""
    return Caller(
        tenant=key.tenant,
        name=key.name,
        may_read="read" in key.scopes,
        has_time=lambda: context.get_remaining_time_in_millis() > _RESERVE_MS,
    )
