"""The sources that rules ask: wiring, with what is only imported where somebody asks it."""

from collections.abc import Callable, Sequence
from threading import Lock

import msgspec

from tocsin.adapters.aws import client, hasty_client, regional_client
from tocsin.adapters.dynamodb.breakers import DynamoBreakers
from tocsin.adapters.dynamodb.metrics import DynamoMetrics
from tocsin.adapters.metricsources.pushed import PushedSource
from tocsin.adapters.secrets import RecentSecrets
from tocsin.domain.rule import CloudWatchSource, PrometheusSource, Source
from tocsin.domain.series import Answer, Asked
from tocsin.pipeline.ownmetrics import OwnMetrics, OwnPorts
from tocsin.pipeline.ownstack import Stack
from tocsin.pipeline.sources import SourcePorts, Sources
from tocsin.ports import Breakers, Configs, DeadLetters, Journal, MetricSource, Outbox, Secrets
from tocsin.runtime.clock import now_s

# Secrets of sources change seldom, and a rule is evaluated every minute.
_SECRET_TTL_S = 300.0


class SourceParts(msgspec.Struct, frozen=True, kw_only=True):
    """What the function that evaluates rules has: tables, and the ports of tocsin's own metrics.

    `metric_kept_s` is for how long pushed metrics are kept; `owner` names this worker.
    """

    metric_table: str
    metric_kept_s: float
    breaker_table: str
    allow_loopback: bool
    owner: str
    budget_s: float = 20.0
    journal: Journal
    configs: Configs
    outbox: Outbox
    letters: DeadLetters
    stack: Stack


def make_sources(parts: SourceParts) -> Sources:
    """Return all sources, of which those of a tenant are made when they are first asked."""
    opened = _Opener(allow_loopback=parts.allow_loopback)
    breakers: Breakers = DynamoBreakers(hasty_client("dynamodb"), parts.breaker_table)
    own = OwnPorts(
        journal=parts.journal,
        configs=parts.configs,
        breakers=breakers,
        outbox=parts.outbox,
        letters=parts.letters,
        cloudwatch=_Late(lambda: opened(CloudWatchSource())),
    )
    metrics = DynamoMetrics(client("dynamodb"), parts.metric_table, parts.metric_kept_s)
    ports = SourcePorts(
        pushed=PushedSource(metrics, parts.metric_kept_s),
        own=OwnMetrics(own, parts.stack),
        open=opened,
        breakers=breakers,
        clock=now_s,
    )
    return Sources(ports, parts.owner, parts.budget_s)


class _Late:
    """A source that is made when it is first asked."""

    def __init__(self, make: Callable[[], MetricSource]) -> None:
        self._make = make

    def ask(self, tenant: str, asked: Sequence[Asked], now_s: float) -> list[Answer]:
        """Return an answer for each query, in order."""
        return self._make().ask(tenant, asked, now_s)


class _Opener:
    """Makes what asks a source. botocore's session makes one client at a time."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
        self._lock = Lock()
        self._http: object = None
        self._secrets: Secrets | None = None

    def __call__(self, source: Source) -> MetricSource:
        with self._lock:
            if isinstance(source, PrometheusSource):
                return self._prometheus(source)
            return self._cloudwatch(source)

    def _prometheus(self, source: PrometheusSource) -> MetricSource:
        from tocsin.adapters.http import Http
        from tocsin.adapters.metricsources.prometheus import PrometheusApi

        if not isinstance(self._http, Http):
            self._http = Http(allow_loopback=self._allow_loopback)
        if self._secrets is None:
            self._secrets = RecentSecrets(client("secretsmanager"), now_s, _SECRET_TTL_S)
        return PrometheusApi(self._http, source, self._secrets)

    def _cloudwatch(self, source: CloudWatchSource) -> MetricSource:
        from tocsin.adapters.metricsources.cloudwatch import CloudWatchApi

        made = regional_client("cloudwatch", source.region, source.timeout_s)
        return CloudWatchApi(made, source.timeout_s)
