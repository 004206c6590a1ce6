"""Where the rules function gets its numbers from: wiring.

What only some tenants' rules ask is imported and made when they first do.
"""

from collections.abc import Callable, Sequence
from functools import cache
from threading import Lock
from uuid import uuid4

from tocsin.adapters.aws import client, hasty_client, regional_client
from tocsin.adapters.dynamodb.breakers import DynamoBreakers
from tocsin.adapters.dynamodb.metrics import DynamoMetrics
from tocsin.adapters.metricsources.pushed import PushedSource
from tocsin.domain.rule import CloudWatchSource, PrometheusSource, Source
from tocsin.domain.series import Answer, Asked
from tocsin.pipeline.sources import SourcePorts, Sources
from tocsin.ports import Breakers, Configs, MetricSource
from tocsin.runtime.clock import now_s
from tocsin.runtime.settings import RulesSettings

# Well within the time of one invocation, which then still has to store what came of it.
BUDGET_S = 20.0
# Secrets of sources change seldom, and a rule is evaluated every minute.
_SECRET_TTL_S = 300.0


def sources(settings: RulesSettings, configs: Configs) -> Sources:
    """Return all sources, for one worker."""
    owner = f"rules-{uuid4()}"
    kept_s = float(settings.metric_kept_s)
    opened = _Opener(allow_loopback=settings.allow_loopback_receivers == "true")
    breakers: Breakers = DynamoBreakers(hasty_client("dynamodb"), settings.breaker_table)

    @cache
    def own() -> MetricSource:
        from tocsin.runtime.ownsource import own_source

        return own_source(settings, configs, breakers, opened, owner)

    ports = SourcePorts(
        pushed=PushedSource(
            DynamoMetrics(client("dynamodb"), settings.metric_table, kept_s), kept_s
        ),
        own=_Late(own),
        open=opened,
        breakers=breakers,
        clock=now_s,
    )
    return Sources(ports, owner, BUDGET_S)


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
        self._prometheus: Callable[[PrometheusSource], MetricSource] | None = None

    def __call__(self, source: Source) -> MetricSource:
        with self._lock:
            if isinstance(source, CloudWatchSource):
                return _cloudwatch(source)
            if self._prometheus is None:
                self._prometheus = _prometheus(allow_loopback=self._allow_loopback)
            return self._prometheus(source)


def _prometheus(*, allow_loopback: bool) -> Callable[[PrometheusSource], MetricSource]:
    from tocsin.adapters.http import Http
    from tocsin.adapters.metricsources.prometheus import PrometheusApi
    from tocsin.adapters.secrets import RecentSecrets

    http = Http(allow_loopback=allow_loopback)
    secrets = RecentSecrets(client("secretsmanager"), now_s, _SECRET_TTL_S)
    return lambda source: PrometheusApi(http, source, secrets)


def _cloudwatch(source: CloudWatchSource) -> MetricSource:
    from tocsin.adapters.metricsources.cloudwatch import CloudWatchApi

    made = regional_client("cloudwatch", source.region, source.timeout_s)
    return CloudWatchApi(made, source.timeout_s)
