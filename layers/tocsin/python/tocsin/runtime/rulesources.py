"""Where the rules function gets its numbers from: wiring."""

from collections.abc import Sequence
from uuid import uuid4

from tocsin.adapters.aws import client, hasty_client
from tocsin.adapters.dynamodb.breakers import DynamoBreakers
from tocsin.adapters.dynamodb.metrics import DynamoMetrics
from tocsin.adapters.http import Http
from tocsin.adapters.metricsources.prometheus import PrometheusApi
from tocsin.adapters.metricsources.pushed import PushedSource
from tocsin.adapters.secrets import RecentSecrets
from tocsin.domain.rule import CloudWatchSource, Source
from tocsin.domain.series import Answer, Asked, Unanswered
from tocsin.pipeline.sources import SourcePorts, Sources
from tocsin.ports import MetricSource
from tocsin.runtime.clock import now_s
from tocsin.runtime.settings import RulesSettings

# Well within the time of one invocation, which then still has to store what came of it.
BUDGET_S = 20.0


def sources(settings: RulesSettings) -> Sources:
    """Return all sources, for one worker."""
    kept_s = float(settings.metric_kept_s)
    http = Http(allow_loopback=settings.allow_loopback_receivers == "true")
    secrets = RecentSecrets(client("secretsmanager"), now_s)
    metrics = DynamoMetrics(client("dynamodb"), settings.metric_table, kept_s)

    def opened(source: Source) -> MetricSource:
        if isinstance(source, CloudWatchSource):
            return _Absent("CloudWatch")
        return PrometheusApi(http, source, secrets)

    ports = SourcePorts(
        pushed=PushedSource(metrics, kept_s),
        own=_Absent("its own metrics"),
        open=opened,
        breakers=DynamoBreakers(hasty_client("dynamodb"), settings.breaker_table),
        clock=now_s,
    )
    return Sources(ports, f"rules-{uuid4()}", BUDGET_S)


class _Absent:
    """A source that this release does not ask."""

    def __init__(self, what: str) -> None:
        self._what = what

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        return [Unanswered(f"this release does not ask {self._what}")] * len(asked)
