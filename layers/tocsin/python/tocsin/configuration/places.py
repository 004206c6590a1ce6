"""Paths of fingerprint rules in which `[*]` cannot be the place of the alert."""

from collections.abc import Iterator

from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.models import Tenant
from tocsin.configuration.problems import Location
from tocsin.domain.identity import source_of
from tocsin.providers.mapping_path import parse_path

Finding = tuple[Location, str]


def misplaced(tenant: Tenant) -> Iterator[Finding]:
    """Yield each path with two `[*]`, and each with one for a mapping that joins lists."""
    for index, rule in enumerate(tenant.fingerprints):
        joining = _joining(tenant, rule)
        for place, text in enumerate(rule.add):
            location = ("fingerprints", index, "add", place)
            source = source_of(text)
            places = source.count(None) if isinstance(source, tuple) else 0
            if places > 1:
                yield location, "`[*]` is the place of the alert, and it has one"
            elif places and joining:
                yield (
                    location,
                    f"`[*]` is the place of the alert, and the mapping {joining} has many lists: "
                    "its `alerts` holds `[*]` too",
                )


def _joining(tenant: Tenant, rule: FingerprintRule) -> str:
    """Return the first mapping under a rule whose alerts come from several lists, "" for none."""
    for mapping in tenant.mappings:
        if mapping.alerts and parse_path(mapping.alerts).is_many:
            rules = (each for each in tenant.fingerprints if each.provider in (None, mapping.name))
            if next(rules, None) is rule:
                return mapping.name
    return ""
