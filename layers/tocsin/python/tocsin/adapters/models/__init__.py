"""Models by their kind; what a kind needs is imported when a tenant first asks for it."""

from collections.abc import Callable
from typing import Any

from tocsin.domain.enrichment.settings import ModelSettings
from tocsin.domain.errors import ConfigurationError
from tocsin.ports import Model, Secrets


class Models:
    """Opens models. What several share is made by the callables, each when it is first needed."""

    def __init__(
        self,
        make_bedrock: Callable[[float], Any],
        make_http: Callable[[], Any],
        secrets: Secrets,
        gemini_url: str = "",
    ) -> None:
        self._make_bedrock = make_bedrock
        self._make_http = make_http
        self._secrets = secrets
        self._gemini_url = gemini_url

    def open(self, tenant: str, settings: ModelSettings) -> Model:
        """Return a tenant's model, which whoever opened it closes.

        Raises ConfigurationError for settings that lack something, or name a secret of another.
        """
        if settings.kind == "extract":
            from tocsin.adapters.models.extract import ExtractModel

            return ExtractModel()
        if not settings.model:
            raise ConfigurationError(f"a model of kind {settings.kind} needs its id")
        if settings.kind == "bedrock":
            from tocsin.adapters.models.bedrock import BedrockModel

            return BedrockModel(settings.model, self._make_bedrock)
        return self._gemini(tenant, settings)

    def _gemini(self, tenant: str, settings: ModelSettings) -> Model:
        from tocsin.adapters.models.gemini import BASE_URL, GeminiModel

        if not settings.secret.startswith(f"tocsin/{tenant}/"):
            raise ConfigurationError(
                f"a model of kind gemini needs a secret whose name begins with tocsin/{tenant}/"
            )
        url = self._gemini_url or BASE_URL
        return GeminiModel(
            settings.model, settings.secret, self._secrets, self._make_http(), base_url=url
        )
