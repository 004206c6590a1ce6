"""An applied configuration as people may see it: in the words of `tocsin.yaml`, no secrets."""

from typing import Any

import msgspec

from tocsin.configuration.channels import KINDS
from tocsin.configuration.enrichment_conversion import displayed_enrichment
from tocsin.configuration.escalation_conversion import displayed_escalation
from tocsin.configuration.limits import displayed_limits
from tocsin.configuration.mapping_conversion import displayed_mapping
from tocsin.configuration.messagetemplates import displayed_wording
from tocsin.configuration.pacing import displayed_pace
from tocsin.configuration.routing_display import displayed_routing
from tocsin.configuration.signing import displayed_signatures
from tocsin.configuration.source_models import displayed_source
from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.duration import format_duration
from tocsin.domain.retry import RetryPolicy
from tocsin.domain.storage_rules import StorageRule


def displayed(config: TenantConfig) -> dict[str, Any]:
    """Return a tenant's block of `tocsin.yaml` with every secret masked.

    Inherited values are written out, so that each route says by itself what it does. Rules stand
    in files of their own.
    """
    newest = config.fingerprints[0].rules if config.fingerprints else ()
    shown: dict[str, Any] = {
        "receivers": [_receiver(receiver) for receiver in config.receivers.values()],
        **displayed_routing(config),
        **displayed_escalation(config),
        "fingerprints": [said(rule) for rule in newest],
        "storage": [_storage(rule) for rule in config.storage],
        "enrichment": displayed_enrichment(config.enrichment),
        "settings": _settings(config),
        "limits": displayed_limits(config.limits),
    }
    if config.signatures:
        shown["signatures"] = displayed_signatures(config.signatures)
    if config.external_url:
        shown["external_url"] = config.external_url
    if config.sources:
        shown["sources"] = [displayed_source(*each) for each in config.sources.items()]
    if config.mappings:
        shown["mappings"] = [displayed_mapping(mapping) for mapping in config.mappings]
    return shown


def said(rule: msgspec.Struct) -> dict[str, Any]:
    """Return a rule in the words of `tocsin.yaml`, without what it leaves out."""
    words: dict[str, Any] = msgspec.to_builtins(rule)
    return words


def _settings(config: TenantConfig) -> dict[str, Any]:
    shown: dict[str, Any] = {"resolve_timeout": format_duration(config.resolve_timeout_s)}
    for name, is_set in (("plain_labels", config.plain_labels), ("operator", config.is_operator)):
        if is_set:
            shown[name] = True
    return shown


def _storage(rule: StorageRule) -> dict[str, Any]:
    words = said(rule)
    words["keep"] = _keep(words.pop("keep_percent", 100.0))
    return words


def _keep(percent: float) -> str:
    return {0.0: "none", 100.0: "all"}.get(percent) or f"sample {percent:g}%"


def _receiver(receiver: Receiver) -> dict[str, Any]:
    # "nobody" has nothing to show.
    shown = KINDS[receiver.kind].shown(receiver) if receiver.kind in KINDS else {}
    kind: dict[str, Any] = {**shown, "send_resolved": receiver.send_resolved}
    return {
        "name": receiver.name,
        receiver.kind: kind,
        "retry": _retry(receiver.retry),
        "breaker": _breaker(receiver.breaker),
        "pace": displayed_pace(receiver.pace),
        "send_updates": receiver.send_updates,
        "actions": receiver.actions,
        **displayed_wording(receiver),
    }


def _retry(policy: RetryPolicy) -> dict[str, Any]:
    return {
        "attempts": policy.attempts,
        "base": format_duration(policy.base_s),
        "cap": format_duration(policy.cap_s),
        "give_up_after": format_duration(policy.give_up_after_s),
    }


def _breaker(policy: BreakerPolicy) -> dict[str, Any]:
    return {
        "mode": policy.mode,
        "failures": policy.failures,
        "window": format_duration(policy.window_s),
        "open": format_duration(policy.open_s),
    }
