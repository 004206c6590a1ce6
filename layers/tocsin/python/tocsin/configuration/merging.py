"""Fingerprint rules that may make one alert of two that a person must hear of."""

from collections.abc import Iterator, Mapping

from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.models import Document, Tenant
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.routing_conversion import to_routing
from tocsin.configuration.yamltree import read
from tocsin.domain.config import Route
from tocsin.domain.identity_labels import bears_identity
from tocsin.domain.routing import ALL_LABELS

Finding = tuple[Location, str]

_ENDS = "the end of one then ends all of them"


def merging_rules(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return what to look at twice in the fingerprint rules of a document; nothing is wrong.

    `text` and `environ` are what the document was loaded from.
    """
    tree = read(text, filename, environ)
    return [
        Problem(filename, tree.line(location), path_of(location), message)
        for name, tenant in document.tenants.items()
        for index, rule in enumerate(tenant.fingerprints)
        for below, message in _of_rule(rule, tenant)
        for location in [("tenants", name, "fingerprints", index, *below)]
    ]


def _of_rule(rule: FingerprintRule, tenant: Tenant) -> Iterator[Finding]:
    provider = rule.provider or ""
    whose = f"alerts of {provider}" if provider else "alerts"
    routing = _routing_labels(to_routing("", tenant).route)
    for location, label, what in _lost(rule):
        if bears_identity(provider, label):
            yield location, f"{label!r} tells {whose} apart; where it {what}, {_ENDS}"
        if routing & {label, ALL_LABELS}:
            yield (
                location,
                (
                    f"{label!r} {what}, and routes look at it: a resolve with another value of it "
                    "does not reach the group of its firing"
                ),
            )
    if rule.include:
        yield ("include",), f"every other label of {whose} does not count, also one that comes new"
    if "severity" in rule.add:
        place = rule.add.index("severity")
        yield ("add", place), "many senders leave the severity out when they resolve"


def _lost(rule: FingerprintRule) -> Iterator[tuple[Location, str, str]]:
    for index, label in enumerate(rule.exclude):
        yield ("exclude", index), label, "does not count"
    for index, mask in enumerate(rule.masks):
        for place, name in enumerate(mask.fields):
            if name not in rule.add:
                yield ("masks", index, "fields", place), name, "is masked"


def _routing_labels(route: Route) -> set[str]:
    own = {matcher.name for matcher in route.matchers} | set(route.group_by)
    return own.union(*(_routing_labels(child) for child in route.routes))
