"""What applying the rules of a file alone would change, decided before anything is written."""

from collections.abc import Mapping

import msgspec
from msgspec.structs import replace

from tocsin.configuration.conversion import to_tenant_config
from tocsin.configuration.models import Document
from tocsin.configuration.rulefiles.sourcing import is_own
from tocsin.domain.config import TenantConfig
from tocsin.domain.rule import OWN, PUSHED, MetricRule, Rule


class RulesPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What changes in one tenant's rules; `config` is None where nothing does.

    `refusal` is why nothing can be applied; "": it can.
    """

    tenant: str
    config: TenantConfig | None = None
    version: int = 0
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    refusal: str = ""


def plan_rules(document: Document, applied: Mapping[str, TenantConfig | None]) -> list[RulesPlan]:
    """Compare the rules of a document with those in force; nothing else of it is looked at."""
    return [_plan(name, to_tenant_config(name, tenant, 0), applied.get(name))
            for name, tenant in document.tenants.items()]  # fmt: skip


def _plan(name: str, wanted: TenantConfig, applied: TenantConfig | None) -> RulesPlan:
    if applied is None:
        return RulesPlan(tenant=name, refusal="nothing is applied yet")
    if reason := _refusal(wanted, applied):
        return RulesPlan(tenant=name, version=applied.version, refusal=reason)
    before, after = _by_name(applied.rules), _by_name(wanted.rules)
    if wanted.rules == applied.rules:
        return RulesPlan(tenant=name, version=applied.version)
    version = applied.version + 1
    return RulesPlan(
        tenant=name,
        config=replace(applied, version=version, rules=wanted.rules),
        version=version,
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(
            sorted(each for each in after.keys() & before.keys() if after[each] != before[each])
        ),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


def _refusal(wanted: TenantConfig, applied: TenantConfig) -> str:
    """Return why rules could not work with the sources and flags in force."""
    if any(map(is_own, wanted.rules)) and not applied.is_operator:
        return "settings.operator is not in force"
    for rule in wanted.rules:
        for name in _sources(rule) - {OWN, PUSHED}:
            if applied.sources.get(name) != wanted.sources[name]:
                return f"the source {name!r} of the file is not in force"
        if rule.flag and applied.flags.get(rule.flag) != wanted.flags.get(rule.flag):
            return f"the flag {rule.flag!r} of the file is not in force"
    return ""


def _sources(rule: Rule) -> set[str]:
    if not isinstance(rule, MetricRule):
        return set()
    return {condition.query.source for condition in rule.conditions}


def _by_name(rules: tuple[Rule, ...]) -> dict[str, Rule]:
    return {rule.name: rule for rule in rules}
