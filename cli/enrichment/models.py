"""Who writes summaries on this machine: the built-in summariser, or a tenant's model.

The limit of requests a minute is counted here alone, besides that of the stack.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from cli.target import Target
from tocsin.adapters.memory.limiter import MemoryLimiter
from tocsin.adapters.models import Models
from tocsin.adapters.models.extract import ExtractModel
from tocsin.adapters.secrets import SecretsManager
from tocsin.domain.enrichment.settings import ModelSettings
from tocsin.pipeline.enrichment.modelclient import ModelClient, ModelTools
from tocsin.pipeline.enrichment.modelmetrics import ModelMetrics
from tocsin.pipeline.enrichment.modelshares import ModelShares
from tocsin.pipeline.enrichment.triage import Connect
from tocsin.ports import Clock, Model


@contextmanager
def connected(target: Target, clock: Clock, sleep: Callable[[float], None]) -> Iterator[Connect]:
    """Make clients of models, which are closed at the end."""
    shared = ModelTools(
        shares=ModelShares(MemoryLimiter(clock)), metrics=ModelMetrics(), clock=clock, sleep=sleep
    )
    with ExitStack() as opened:

        def connect(tenant: str, settings: ModelSettings) -> ModelClient:
            made = ModelClient(tenant, _model(target, tenant, settings), ExtractModel(), shared)
            return opened.enter_context(made)

        yield connect


def _model(target: Target, tenant: str, settings: ModelSettings) -> Model:
    if settings.kind == "extract":
        return ExtractModel()
    secrets = SecretsManager(target.client("secretsmanager"))
    return Models(lambda _: target.client("bedrock-runtime"), _http, secrets).open(tenant, settings)


def _http() -> Any:
    from tocsin.adapters.http import Http

    return Http()
