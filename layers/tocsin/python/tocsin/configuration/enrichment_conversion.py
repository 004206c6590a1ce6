"""From a tenant's `enrichment` to what the stages use, and back to what people are shown."""

from typing import Any

from msgspec.structs import replace

from tocsin.configuration.enrichment_models import Enrichment, LanguageModel, Link
from tocsin.configuration.models import Tenant
from tocsin.domain.duration import format_duration
from tocsin.domain.enrichment.order import EARLY, LATE
from tocsin.domain.enrichment.settings import EnrichmentSettings, LinkTemplate, ModelSettings
from tocsin.domain.matchers import parse_matcher


def to_enrichment(tenant: Tenant) -> EnrichmentSettings | None:
    """Return how alerts are enriched; None: not at all.

    A tenant whose configuration is an Alertmanager's is told what that would tell, unless it
    asks for more.
    """
    model = tenant.enrichment
    if model is None:
        return None if tenant.taken is not None else EnrichmentSettings()
    if not model.enabled:
        return None
    catalogue = tenant.catalogue
    return replace(_settings(model), catalogue=catalogue.digest if catalogue else "")


def _settings(model: Enrichment) -> EnrichmentSettings:
    return EnrichmentSettings(
        early=tuple(name for name in EARLY if model.stages.is_on(name)),
        late=tuple(name for name in LATE if model.stages.is_on(name)),
        redact=tuple(model.redact),
        irrelevant=model.irrelevant,
        links=tuple(map(_link, model.links)),
        changes_within_s=model.changes_within,
        content_hosts=tuple(model.content.hosts),
        model=_model(model.model),
        similar_within=tuple(model.similar.within_labels),
        similar_within_s=model.similar.within,
    )


def _link(model: Link) -> LinkTemplate:
    matchers = tuple(parse_matcher(text) for text in model.matchers)
    return LinkTemplate(title=model.title, url=model.url, matchers=matchers)


def _model(model: LanguageModel) -> ModelSettings:
    return ModelSettings(kind=model.kind, model=model.model, secret=model.secret or "")


def displayed_enrichment(settings: EnrichmentSettings | None) -> dict[str, Any]:
    """Return the block in the words of `tocsin.yaml`, with every switch.

    The catalogue stands in a file of its own; what is shown of it is what names it in the bucket.
    """
    if settings is None:
        return {"enabled": False}
    on = {*settings.early, *settings.late}
    shown: dict[str, Any] = {
        "enabled": True,
        "stages": {name: name in on for name in (*EARLY, *LATE)},
        "redact": list(settings.redact),
        "irrelevant": settings.irrelevant,
    }
    if settings.catalogue:
        shown["catalogue"] = settings.catalogue
    if settings.links:
        shown["links"] = [_displayed_link(link) for link in settings.links]
    shown["changes_within"] = format_duration(settings.changes_within_s)
    if settings.content_hosts:
        shown["content"] = {"hosts": list(settings.content_hosts)}
    shown["model"] = _displayed_model(settings.model)
    shown["similar"] = {
        "within_labels": list(settings.similar_within),
        "within": format_duration(settings.similar_within_s),
    }
    return shown


def _displayed_link(link: LinkTemplate) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": link.title, "url": link.url}
    if link.matchers:
        shown["matchers"] = [str(matcher) for matcher in link.matchers]
    return shown


def _displayed_model(model: ModelSettings) -> dict[str, str]:
    said = {"kind": model.kind, "model": model.model, "secret": model.secret}
    return {name: value for name, value in said.items() if value}
