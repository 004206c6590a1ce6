"""What late stages are given to work with."""

from typing import Any

import pytest

from tests.builders import T0
from tocsin.adapters.memory import MemoryFetcher
from tocsin.domain.enrichment.settings import ModelSettings
from tocsin.pipeline.enrichment.modelmetrics import KindMetrics
from tocsin.runtime import enrichmenttools
from tocsin.runtime.settings import InvestigateSettings


class Vault:
    """Secrets Manager, of which somebody changes the one secret."""

    value = "old"

    def get_secret_value(self, SecretId: str) -> dict[str, Any]:  # noqa: N803 - as AWS names it
        return {"SecretString": f"{SecretId}:{self.value}"}


def test_a_key_of_a_model_that_was_changed_is_used_within_five_minutes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    vault, now_s = Vault(), [T0]
    monkeypatch.setattr(enrichmenttools, "client", lambda _: vault)
    monkeypatch.setattr(enrichmenttools, "now_s", lambda: now_s[0])
    made = enrichmenttools.tools(_settings(), KindMetrics(), MemoryFetcher({}))
    settings = ModelSettings(kind="gemini", model="gemini-1", secret="tocsin/acme/gemini")
    model: Any = made["connect_model"]("acme", settings)._model
    assert model._secrets.get(settings.secret) == "tocsin/acme/gemini:old"
    vault.value = "new"
    assert model._secrets.get(settings.secret) == "tocsin/acme/gemini:old"
    now_s[0] += 300.0
    assert model._secrets.get(settings.secret) == "tocsin/acme/gemini:new"


def _settings() -> InvestigateSettings:
    texts = dict.fromkeys(InvestigateSettings.__struct_fields__, "x")
    numbers = dict.fromkeys(
        (
            "connection_pool_size",
            "connection_pool_max",
            "max_requests_per_minute",
            "retry_max_attempts",
            "semantic_dedup_threshold",
        ),
        "1",
    )
    return InvestigateSettings(**{**texts, **numbers, "cache_url": ""})
