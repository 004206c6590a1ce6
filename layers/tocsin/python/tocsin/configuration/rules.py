"""What must hold between the parts of a tenant, each of which is right by itself."""

from collections.abc import Iterator, Sequence

from tocsin.configuration.enrichment_rules import broken_enrichment
from tocsin.configuration.escalation_rules import broken_escalation
from tocsin.configuration.findings import Finding
from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.flag_rules import broken_flags
from tocsin.configuration.mappings import ALL, MappedText, PayloadMapping, leads_to_many
from tocsin.configuration.models import Document, Tenant
from tocsin.configuration.places import misplaced
from tocsin.configuration.routing_rules import broken_routing, twice
from tocsin.configuration.signing import Signature
from tocsin.configuration.source_models import MetricSource
from tocsin.configuration.template_rules import broken_templates
from tocsin.providers.mapping_path import is_template
from tocsin.providers.registry import NAMES


def broken_rules(document: Document) -> Iterator[Finding]:
    """Yield what is wrong, and where."""
    yield from broken_flags(document.flags, document.tenants)
    for name, tenant in document.tenants.items():
        for location, message in _of_tenant(name, tenant):
            yield ("tenants", name, *location), message


def _of_tenant(name: str, tenant: Tenant) -> Iterator[Finding]:
    yield from twice("keys", (key.name for key in tenant.keys))
    known = {*NAMES, *(mapping.name for mapping in tenant.mappings)}
    for index, finding in _of_signatures(name, tenant.signatures, known):
        yield ("signatures", index, *finding[0]), finding[1]
    yield from twice("mappings", (mapping.name for mapping in tenant.mappings))
    yield from _of_mappings(tenant.mappings)
    yield from _of_providers("fingerprints", [rule.provider for rule in tenant.fingerprints], known)
    yield from _of_providers("storage", [rule.provider for rule in tenant.storage], known)
    for index, rule in enumerate(tenant.fingerprints):
        for below, message in _of_fingerprint(rule):
            yield ("fingerprints", index, *below), message
    yield from twice("sources", (source.name for source in tenant.sources))
    yield from _of_sources(name, tenant.sources)
    yield from misplaced(tenant)
    yield from broken_routing(tenant)
    yield from broken_escalation(tenant)
    yield from broken_enrichment(name, tenant.enrichment)
    yield from broken_templates(name, tenant)


def _of_signatures(
    tenant: str, signatures: Sequence[Signature], known: set[str]
) -> Iterator[tuple[int, Finding]]:
    seen: set[str] = set()
    for index, signature in enumerate(signatures):
        if signature.provider not in known:
            yield index, (("provider",), f"there is no provider {signature.provider!r}")
        if signature.provider in seen:
            message = f"{signature.provider!r} has a signature already; it can have several secrets"
            yield index, (("provider",), message)
        seen.add(signature.provider)
        for position, secret in enumerate(signature.secrets):
            # The functions can read the secrets of all tenants; no tenant must name another's.
            if not (secret.secret or f"tocsin/{tenant}/").startswith(f"tocsin/{tenant}/"):
                location = ("secrets", position, "secret")
                yield index, (location, f"a secret of this tenant begins with tocsin/{tenant}/")


def _of_sources(tenant: str, sources: Sequence[MetricSource]) -> Iterator[Finding]:
    for index, source in enumerate(sources):
        prometheus = source.prometheus
        basic = prometheus.basic if prometheus else None
        bearer = prometheus.bearer if prometheus else None
        for location, secret in (
            (("basic", "secret"), basic.secret if basic else None),
            (("bearer",), bearer),
        ):
            if secret is not None and not secret.startswith(f"tocsin/{tenant}/"):
                message = f"a secret of this tenant begins with tocsin/{tenant}/"
                yield ("sources", index, "prometheus", *location), message


def _of_mappings(mappings: Sequence[PayloadMapping]) -> Iterator[Finding]:
    defaults = [index for index, mapping in enumerate(mappings) if mapping.default]
    for index in defaults[1:]:
        yield ("mappings", index, "default"), f"mappings[{defaults[0]}] is the default already"
    for index, mapping in enumerate(mappings):
        for below, message in _of_mapping(mapping):
            yield ("mappings", index, *below), message


def _of_mapping(mapping: PayloadMapping) -> Iterator[Finding]:
    if mapping.name in NAMES:
        yield ("name",), f"{mapping.name!r} is the name of a provider"
    fields = mapping.fields
    if "alertname" in fields.labels:
        yield ("fields", "labels", "alertname"), "that label is the name, which `name` says"
    if mapping.name_changes and not fields.labels:
        yield ("name_changes",), "needs labels: without its name nothing would be the identity"
    for block, values in (("labels", fields.labels), ("annotations", fields.annotations)):
        if ALL in values and not _is_one_object(values[ALL]):
            yield ("fields", block, ALL), "`*` needs the path of an object, and nothing besides"


def _is_one_object(value: MappedText) -> bool:
    is_path = value.source is not None and not is_template(value.source)
    is_alone = not value.words and value.default is None and not value.required
    return is_path and is_alone and not leads_to_many(value.source or "")


def _of_providers(
    block: str, providers: Sequence[str | None], known: set[str]
) -> Iterator[Finding]:
    """Find rules that no alert reaches: of an unknown provider, or behind one for the same."""
    for index, provider in enumerate(providers):
        if provider is not None and provider not in known:
            message = f"there is no such provider or mapping; there are {', '.join(sorted(known))}"
            yield (block, index, "provider"), message
        earlier = providers[:index]
        if None in earlier or provider in earlier:
            yield (block, index, "provider"), "an earlier rule takes all that this one is for"


def _of_fingerprint(rule: FingerprintRule) -> Iterator[Finding]:
    if "alertname" in rule.exclude:
        yield ("exclude",), "alertname always counts; without it every alert would be one"
    for index, label in enumerate(rule.exclude):
        if label in rule.include:
            yield ("exclude", index), f"{label!r} is included as well"
    for index, mask in enumerate(rule.masks):
        for place, name in enumerate(mask.fields):
            if name in rule.exclude or (rule.include and name not in _counted(rule)):
                yield ("masks", index, "fields", place), f"{name!r} does not count in this rule"


def _counted(rule: FingerprintRule) -> set[str]:
    return {"alertname", *rule.include, *rule.add}
