"""What stages work with, by the names that they know it by; made when first needed."""

from collections.abc import Callable
from functools import cache
from time import sleep
from typing import Any

from tocsin.adapters.aws import client, hasty_client, single_attempt_client
from tocsin.adapters.references import BlobReferences
from tocsin.adapters.s3 import S3Blobs
from tocsin.pipeline.enrichment.catalogues import Catalogues
from tocsin.pipeline.enrichment.modelmetrics import KindMetrics
from tocsin.pipeline.enrichment.registry import Tools
from tocsin.ports import Fetcher, Limiter
from tocsin.runtime.clock import now_s
from tocsin.runtime.settings import InvestigateSettings

_BEDROCK = "bedrock-runtime"


def catalogues(make_s3: Callable[[], Any], bucket: str) -> Catalogues:
    """Return the service catalogues that a worker holds; few workers need a client for them."""
    return Catalogues(lambda: BlobReferences(S3Blobs(make_s3(), bucket)), now_s)


def tools(settings: InvestigateSettings, metrics: KindMetrics, pages: Fetcher) -> Tools:
    """Return all that late stages need; `pages` is asked for pages."""
    from tocsin.adapters.dynamodb.changeevents import DynamoChangeEvents
    from tocsin.adapters.dynamodb.templates import DynamoTemplates
    from tocsin.adapters.embedding import open_embedder

    dynamodb, table = client("dynamodb"), settings.enrichment_table
    embedder = open_embedder(
        settings.semantic_model,
        _make_bedrock,
        is_on=settings.enable_semantic_dedup == "true",
        threshold=float(settings.semantic_dedup_threshold),
    )
    return {
        "catalogues": catalogues(lambda: client("s3"), settings.archive_bucket),
        "change_events": DynamoChangeEvents(dynamodb, table),
        "templates": DynamoTemplates(dynamodb, table),
        "embedder": embedder,
        "fetcher": pages,
        "clock": now_s,
        "connect_model": _connect_model(settings, metrics),
    }


def _make_bedrock(timeout_s: float) -> Any:
    return single_attempt_client(_BEDROCK, timeout_s)


def fetcher(settings: InvestigateSettings, owner: str) -> Fetcher:
    """Return what reads pages, behind breakers; `owner` names this worker to others."""
    from tocsin.adapters.dynamodb.breakers import DynamoBreakers
    from tocsin.adapters.fetching.fetcher import HttpFetcher
    from tocsin.adapters.http import Http, PoolSize
    from tocsin.pipeline.endpoint import Endpoints
    from tocsin.pipeline.enrichment.guardedfetcher import GuardedFetcher

    allow_loopback = settings.allow_loopback_receivers == "true"
    pool = PoolSize(
        connections=int(settings.connection_pool_size), hosts=int(settings.connection_pool_max)
    )
    http = Http(allow_loopback=allow_loopback, pool=pool)
    breakers = DynamoBreakers(client("dynamodb"), settings.breaker_table)
    return GuardedFetcher(
        HttpFetcher(http, now_s, allow_loopback=allow_loopback),
        Endpoints(breakers, now_s),
        now_s,
        owner,
    )


def _connect_model(settings: InvestigateSettings, metrics: KindMetrics) -> Any:
    from tocsin.adapters.models import Models
    from tocsin.adapters.models.extract import ExtractModel
    from tocsin.adapters.secrets import RecentSecrets
    from tocsin.domain.enrichment.settings import ModelSettings
    from tocsin.pipeline.enrichment.modelclient import ModelClient, ModelTools
    from tocsin.pipeline.enrichment.modelshares import ModelShares

    @cache
    def http() -> Any:
        from tocsin.adapters.http import Http

        return Http()

    models = Models(
        _make_bedrock,
        http,
        RecentSecrets(client("secretsmanager"), now_s),
    )
    shares = ModelShares(_limiter(settings), int(settings.max_requests_per_minute))

    def connect(tenant: str, model: ModelSettings) -> ModelClient:
        shared = ModelTools(
            shares=shares,
            metrics=metrics.of(model.kind),
            clock=now_s,
            sleep=sleep,
            retries=int(settings.retry_max_attempts),
        )
        return ModelClient(tenant, models.open(tenant, model), ExtractModel(), shared)

    return connect


def _limiter(settings: InvestigateSettings) -> Limiter:
    """Return what all instances count requests of models with: the cache, or else DynamoDB."""
    from tocsin.adapters.dynamodb.limiter import DynamoLimiter
    from tocsin.runtime.limits import make_limiter, with_fallback

    if settings.cache_url:
        return make_limiter(settings.cache_url, settings.tocsin_env)
    # Made when a model is asked first, for most tenants have none that counts.
    connect = cache(lambda: hasty_client("dynamodb"))
    return with_fallback(DynamoLimiter(connect, settings.breaker_table, now_s))
