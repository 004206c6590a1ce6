"""tocsin's own metrics, as a source of the rules function: wiring."""

import os
from collections.abc import Callable, Sequence

from tocsin.adapters.aws import client
from tocsin.adapters.deadletters import DeadLetters
from tocsin.adapters.dynamodb.journal import DynamoJournal
from tocsin.adapters.sqs import SqsOutbox
from tocsin.domain.breaker import endpoint_key
from tocsin.domain.rule import CloudWatchSource, Source
from tocsin.domain.series import Answer, Asked
from tocsin.pipeline.endpoint import Endpoints
from tocsin.pipeline.guardedsource import GuardedSource
from tocsin.pipeline.ownmetrics import OwnMetrics, OwnPorts
from tocsin.pipeline.ownstack import Stack
from tocsin.ports import Breakers, Configs, MetricSource, Queue
from tocsin.runtime.clock import now_s
from tocsin.runtime.deadletterqueues import dead_letter_queues
from tocsin.runtime.settings import RulesSettings

# Tried twice, it must leave time for what is asked of the tables and queues.
_CLOUDWATCH = CloudWatchSource(timeout_s=5.0)
_KEY = endpoint_key("", "cloudwatch", "")


def own_source(
    settings: RulesSettings,
    configs: Configs,
    breakers: Breakers,
    opened: Callable[[Source], MetricSource],
    owner: str,
) -> MetricSource:
    """Return tocsin's own metrics; `owner` names this worker to the breaker of CloudWatch."""
    queues = _queues(settings)
    ports = OwnPorts(
        journal=DynamoJournal(client("dynamodb"), settings.journal_table),
        configs=configs,
        breakers=breakers,
        outbox=SqsOutbox(client("sqs"), queues, {}),
        letters=DeadLetters(client("sqs"), dead_letter_queues(settings)),
        cloudwatch=_CloudWatch(opened, Endpoints(breakers, now_s), owner),
    )
    stack = Stack(
        namespace=settings.powertools_metrics_namespace,
        functions=_functions(settings),
        # A queue's URL ends with its name.
        queues={queue: url.rpartition("/")[2] for queue, url in queues.items()},
    )
    return OwnMetrics(ports, stack)


class _CloudWatch:
    """CloudWatch of tocsin's own region, made when an operator first asks for what only it has."""

    def __init__(
        self, opened: Callable[[Source], MetricSource], endpoints: Endpoints, owner: str
    ) -> None:
        self._opened = opened
        self._endpoints = endpoints
        self._owner = owner

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        source = GuardedSource(self._opened(_CLOUDWATCH), self._endpoints, _KEY, self._owner)
        return source.ask(tenant, asked, now_s)


def _functions(settings: RulesSettings) -> dict[str, str]:
    names = {
        "ingest": settings.ingest_function_name,
        "enrich": settings.enrich_function_name,
        "evaluate": settings.evaluate_function_name,
        "notify": settings.notify_function_name,
        # A function cannot have its own name from the template; Lambda tells it.
        "rules": os.environ.get("AWS_LAMBDA_FUNCTION_NAME", ""),
    }
    return {stage: name for stage, name in names.items() if name}


def _queues(settings: RulesSettings) -> dict[Queue, str]:
    return {
        "enrich": settings.enrich_queue_url,
        "enrich-urgent": settings.enrich_urgent_queue_url,
        "evaluate": settings.evaluate_queue_url,
        "evaluate-urgent": settings.evaluate_urgent_queue_url,
        "notify": settings.notify_queue_url,
        "notify-urgent": settings.notify_urgent_queue_url,
        "rules": settings.rules_queue_url,
    }
