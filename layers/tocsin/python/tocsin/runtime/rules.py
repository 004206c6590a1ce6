"""The rules function: wiring."""

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

from tocsin.adapters.aws import client
from tocsin.adapters.cached import CachedConfigs
from tocsin.adapters.dynamodb.configs import DynamoConfigs
from tocsin.adapters.dynamodb.rulestates import DynamoRuleStates
from tocsin.adapters.featureflags import OpenFeatureFlags
from tocsin.adapters.s3 import S3Blobs
from tocsin.adapters.sqs import SqsOutbox
from tocsin.pipeline.activerules import ActiveRules
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.ruling import Ruling, RulingPorts
from tocsin.ports import Queue
from tocsin.runtime.clock import now_s
from tocsin.runtime.isolation import HasTime
from tocsin.runtime.rulesources import sources
from tocsin.runtime.settings import RulesSettings, load
from tocsin.runtime.worker import Context, run

# Enough for the states of a share with their retries, and the alerts.
_RESERVE_MS = 8000


@cache
def _ruling() -> Ruling:
    settings = load(RulesSettings, os.environ)
    urls: dict[Queue, str] = {
        "enrich": settings.enrich_queue_url,
        "enrich-urgent": settings.enrich_urgent_queue_url,
    }
    dynamodb = client("dynamodb")
    blobs = S3Blobs(client("s3"), settings.archive_bucket)
    applied = DynamoConfigs(dynamodb, settings.control_table)
    configs = CachedConfigs(applied, now_s)
    ports = RulingPorts(
        outbox=SqsOutbox(client("sqs"), urls, {}),
        blobs=blobs,
        configs=configs,
        applied=applied,
        states=DynamoRuleStates(dynamodb, settings.rule_table, blobs),
        sources=sources(settings, configs),
        active=ActiveRules(OpenFeatureFlags()),
    )
    return Ruling(ports, _broken)


def handler(event: dict[str, Any], context: Context) -> dict[str, Any]:
    """Evaluate a share of a tenant's rules, or let them see what happened to alerts."""

    def stage(deliveries: Sequence[Delivery], has_time: HasTime) -> Outcome:
        return _ruling().handle(deliveries, now_s(), has_time)

    return run(event, context, stage, _RESERVE_MS)


def _broken(rule: str, error: Exception) -> None:
    from tocsin.runtime.observability import log_broken

    log_broken("a rule meets a bug", error, rule=rule)
