"""The notify function: wiring."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from tocsin.adapters.aws import client, hasty_client
from tocsin.adapters.cached import CachedConfigs, CachedSilences
from tocsin.adapters.dynamodb.breakers import DynamoBreakers
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.groups import DynamoGroups
from tocsin.adapters.dynamodb.paces import DynamoPaces
from tocsin.adapters.dynamodb.silences import DynamoSilences
from tocsin.adapters.http import Http
from tocsin.adapters.receivers import ChannelReceivers
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.notify import Notify
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.offering import ActionLinks
from tocsin.ports import Queue
from tocsin.runtime.actionkey import action_key
from tocsin.runtime.channels import tools
from tocsin.runtime.clock import now_s
from tocsin.runtime.isolation import HasTime
from tocsin.runtime.settings import NotifySettings, load
from tocsin.runtime.worker import Context, run

# One more attempt at a receiver may take a look at its breaker, three seconds for its name, its
# 10 s timeout and two more where it is slow to take the request, and the settling.
_RESERVE_MS = 19_000


@cache
def _notify() -> Notify:
    settings = load(NotifySettings, os.environ)
    letters: dict[Queue, str] = {
        "notify": settings.notify_dead_letter_queue_url,
        "notify-urgent": settings.notify_dead_letter_queue_url,
    }
    dynamodb, hasty = client("dynamodb"), hasty_client("dynamodb")
    blobs = S3Blobs(client("s3"), settings.archive_bucket)
    http = Http(allow_loopback=settings.allow_loopback_receivers == "true")
    ports = NotifyPorts(
        outbox=SqsOutbox(client("sqs"), {}, letters),
        blobs=blobs,
        groups=DynamoGroups(dynamodb, settings.group_table, settings.journal_table, blobs),
        configs=CachedConfigs(DynamoConfigs(dynamodb, settings.control_table), now_s),
        receivers=ChannelReceivers(tools(http, own_queue_urls=letters.values())),
        silences=CachedSilences(DynamoSilences(dynamodb, settings.control_table), now_s),
        breakers=DynamoBreakers(hasty, settings.breaker_table),
        paces=DynamoPaces(hasty, settings.breaker_table),
        clock=now_s,
        offers=ActionLinks(
            settings.public_url,
            action_key(settings.action_secret_arn, lambda: hasty_client("secretsmanager")),
            now_s,
        ),
    )
    return Notify(ports)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Tell receivers what they do not know yet."""

    def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
        return _notify().handle(deliveries, context.aws_request_id, has_time)

    return run(event, context, stage, _RESERVE_MS)
