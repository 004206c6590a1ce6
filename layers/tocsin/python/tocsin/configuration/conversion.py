"""From the models of `tocsin.yaml` to the configuration that the pipeline uses."""

from msgspec.structs import replace

from tocsin.configuration.enrichment_conversion import to_enrichment
from tocsin.configuration.escalation_conversion import to_escalation
from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.flag_models import concerning
from tocsin.configuration.limits import to_limits
from tocsin.configuration.mapping_conversion import to_payload_mapping
from tocsin.configuration.models import Tenant
from tocsin.configuration.routing_conversion import to_routing
from tocsin.configuration.signing import to_signatures
from tocsin.configuration.source_models import to_source
from tocsin.configuration.storage_models import Redaction, StorageRule
from tocsin.configuration.template_conversion import worded
from tocsin.domain import config, fingerprint_rules, storage_rules
from tocsin.domain.fingerprint_rules import RuleSet
from tocsin.domain.masks import Mask


def to_tenant_config(name: str, model: Tenant, version: int) -> config.TenantConfig:
    """Make version `version` of the configuration of the tenant `name`.

    Its fingerprint rules hold from ever on; `plan` knows those that were there before.
    """
    rules = tuple(_fingerprint(rule) for rule in model.fingerprints)
    routing = to_routing(name, model)
    converted = replace(
        routing,
        receivers=worded(model, routing.receivers),
        version=version,
        signatures=to_signatures(model.signatures),
        limits=to_limits(model.limits),
        mappings=tuple(map(to_payload_mapping, model.mappings)),
        fingerprints=(RuleSet(rules=rules),) if rules else (),
        storage=tuple(_storage(rule) for rule in model.storage),
        enrichment=to_enrichment(model),
        external_url=model.external_url,
        rules=model.rules.rules,
        sources={source.name: to_source(source) for source in model.sources},
        is_operator=model.settings.operator,
        **to_escalation(model),
    )
    return replace(converted, flags=concerning(model.flags, converted.rules))


def _fingerprint(model: FingerprintRule) -> fingerprint_rules.FingerprintRule:
    return fingerprint_rules.FingerprintRule(
        provider=model.provider or "",
        include=tuple(model.include),
        exclude=tuple(model.exclude),
        add=tuple(model.add),
        masks=tuple(
            Mask(
                fields=tuple(mask.fields),
                kinds=tuple(mask.kinds),
                pattern=mask.pattern or "",
                replacement=mask.replacement,
            )
            for mask in model.masks
        ),
    )


def _storage(model: StorageRule) -> storage_rules.StorageRule:
    return storage_rules.StorageRule(
        provider=model.provider or "",
        keep_percent=model.keep,
        drop_fields=tuple(model.drop_fields),
        keep_fields=tuple(model.keep_fields),
        redact=None if model.redact is None else _redaction(model.redact),
    )


def _redaction(model: Redaction) -> storage_rules.Redaction:
    return storage_rules.Redaction(
        kinds=tuple(model.kinds), patterns=tuple(model.patterns), fields=tuple(model.fields)
    )
