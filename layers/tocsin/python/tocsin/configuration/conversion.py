"""From the models of `tocsin.yaml` to the configuration that the pipeline uses."""

from msgspec import structs

from tocsin.configuration.fingerprint_models import FingerprintRule
from tocsin.configuration.limits import to_limits
from tocsin.configuration.mapping_conversion import to_payload_mapping
from tocsin.configuration.models import (
    CircuitBreaker,
    Receiver,
    Retry,
    Route,
    Slack,
    Tenant,
    Webhook,
)
from tocsin.configuration.signing import to_signatures
from tocsin.configuration.storage_models import Redaction, StorageRule
from tocsin.domain import config, fingerprint_rules, storage_rules
from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.fingerprint_rules import RuleSet
from tocsin.domain.masks import Mask
from tocsin.domain.matchers import parse_matcher
from tocsin.domain.retry import RetryPolicy


def to_tenant_config(name: str, model: Tenant, version: int) -> config.TenantConfig:
    """Make version `version` of the configuration of the tenant `name`.

    Its fingerprint rules hold from ever on; `plan` knows those that were there before.
    """
    rules = tuple(_fingerprint(rule) for rule in model.fingerprints)
    return config.TenantConfig(
        tenant=name,
        version=version,
        route=_route(model.route, receiver=model.route.receiver or "", group_by=()),
        receivers={receiver.name: _receiver(receiver) for receiver in model.receivers},
        resolve_timeout_s=model.settings.resolve_timeout,
        signatures=to_signatures(model.signatures),
        limits=to_limits(model.limits),
        mappings=tuple(map(to_payload_mapping, model.mappings)),
        fingerprints=(RuleSet(rules=rules),) if rules else (),
        storage=tuple(_storage(rule) for rule in model.storage),
    )


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


def _route(model: Route, receiver: str, group_by: tuple[str, ...]) -> config.Route:
    if model.receiver is not None:
        receiver = model.receiver
    if model.group_by is not None:
        group_by = tuple(model.group_by)
    return config.Route(
        receiver=receiver,
        matchers=tuple(parse_matcher(text) for text in model.matchers),
        group_by=group_by,
        continues=model.continues,
        routes=tuple(_route(child, receiver, group_by) for child in model.routes),
    )


def _receiver(model: Receiver) -> config.Receiver:
    policies = {"retry": _retry(model.retry), "breaker": _breaker(model.breaker)}
    return structs.replace(_of_its_kind(model), **policies)


def _of_its_kind(model: Receiver) -> config.Receiver:
    if model.slack is not None:
        return _slack(model.name, model.slack)
    assert model.webhook is not None, "the model has exactly one kind"
    return _webhook(model.name, model.webhook)


def _retry(model: Retry) -> RetryPolicy:
    return RetryPolicy(
        attempts=model.attempts,
        base_s=model.base,
        cap_s=model.cap,
        give_up_after_s=model.give_up_after,
    )


def _breaker(model: CircuitBreaker) -> BreakerPolicy:
    return BreakerPolicy(
        mode=model.mode,
        failures=model.failures,
        window_s=model.window,
        open_s=model.opens_for,
    )


def _webhook(name: str, model: Webhook) -> config.Receiver:
    return config.Receiver(
        name=name,
        kind="webhook",
        url=model.url.get_secret_value(),
        headers={header: value.get_secret_value() for header, value in model.headers.items()},
        send_resolved=model.send_resolved,
        timeout_s=model.timeout,
        max_alerts=model.max_alerts,
    )


def _slack(name: str, model: Slack) -> config.Receiver:
    return config.Receiver(
        name=name,
        kind="slack",
        url=model.url.get_secret_value(),
        channel=model.channel,
        send_resolved=model.send_resolved,
    )
