"""Changes of a configuration that give alerts another identity while they may fire."""

from collections.abc import Iterator

from tocsin.domain.config import TenantConfig
from tocsin.domain.mapping import PayloadMapping
from tocsin.domain.storage_rules import Redaction, storage_rule_for

_LEFT = (
    "alerts of it that fire now keep their former identity: what ends them is another alert, "
    "and they fire until they time out, or for ever"
)


def renamings(applied: TenantConfig | None, wanted: TenantConfig) -> Iterator[str]:
    """Yield a warning for each change that fingerprints have no aliases for."""
    if applied is None:
        return
    former = {mapping.name: mapping for mapping in applied.mappings}
    for mapping in wanted.mappings:
        before = former.get(mapping.name)
        if before is not None and _identity(before) != _identity(mapping):
            yield f"mapping {mapping.name}: its name or labels changed; {_LEFT}"
    providers = {rule.provider for config in (applied, wanted) for rule in config.storage}
    for provider in sorted(providers):
        if _redaction(applied, provider) != _redaction(wanted, provider):
            whose = provider or "all providers without a rule of their own"
            yield f"storage of {whose}: `redact` changed; where that changes a label, {_LEFT}"


def _identity(mapping: PayloadMapping) -> object:
    return mapping.title, dict(mapping.labels), mapping.name_stays


def _redaction(config: TenantConfig, provider: str) -> Redaction | None:
    rule = storage_rule_for(config.storage, provider)
    return None if rule is None else rule.redact
