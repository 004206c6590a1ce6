"""From the models of receivers, routes and all that decides who is told, to the pipeline's."""

from msgspec.structs import replace

from tocsin.configuration.models import Tenant
from tocsin.configuration.receiver_models import CircuitBreaker, Receiver, Retry, Slack, Webhook
from tocsin.configuration.route_models import InhibitRule, Route
from tocsin.configuration.time_intervals import to_time_intervals
from tocsin.configuration.timing import DEFAULT_TIMING, to_timing
from tocsin.domain import config, inhibition
from tocsin.domain.breaker import BreakerPolicy
from tocsin.domain.config import TenantConfig
from tocsin.domain.matchers import Matcher, parse_matcher
from tocsin.domain.retry import RetryPolicy


def to_routing(name: str, model: Tenant) -> TenantConfig:
    """Make the part of a tenant's configuration that decides who is told, and when."""
    if model.taken is not None:
        taken = model.taken.config
        if "resolve_timeout" in model.settings.model_fields_set:
            taken = replace(taken, resolve_timeout_s=model.settings.resolve_timeout)
        return taken
    assert model.route is not None, "without an Alertmanager's file there is a route"
    return TenantConfig(
        tenant=name,
        version=0,
        route=_route(model.route, config.Route(receiver="", timing=DEFAULT_TIMING)),
        receivers={
            receiver.name: replace(_receiver(receiver), shown_as=_shown_as(model, receiver.name))
            for receiver in model.receivers
        },
        integrations={group.name: tuple(group.receivers) for group in model.receiver_groups},
        resolve_timeout_s=model.settings.resolve_timeout,
        inhibit_rules=tuple(_inhibit_rule(rule) for rule in model.inhibit_rules),
        time_intervals={
            interval.name: to_time_intervals(interval.time_intervals)
            for interval in model.time_intervals
        },
        plain_labels=model.settings.plain_labels,
    )


def _shown_as(model: Tenant, name: str) -> str:
    """Return the group that a receiver stands in, if there is one and no other."""
    groups = [group.name for group in model.receiver_groups if name in group.receivers]
    return groups[0] if len(groups) == 1 else ""


def _route(model: Route, parent: config.Route) -> config.Route:
    route = config.Route(
        receiver=parent.receiver if model.receiver is None else model.receiver,
        matchers=_matchers(model.matchers),
        group_by=parent.group_by if model.group_by is None else tuple(model.group_by),
        continues=model.continues,
        timing=to_timing(model, parent.timing),
        policy=parent.policy if model.policy is None else model.policy,
    )
    return replace(route, routes=tuple(_route(child, route) for child in model.routes))


def _inhibit_rule(model: InhibitRule) -> inhibition.InhibitRule:
    return inhibition.InhibitRule(
        source_matchers=_matchers(model.source_matchers),
        target_matchers=_matchers(model.target_matchers),
        equal=tuple(model.equal),
    )


def _matchers(texts: list[str]) -> tuple[Matcher, ...]:
    return tuple(parse_matcher(text) for text in texts)


def _receiver(model: Receiver) -> config.Receiver:
    return replace(
        _of_its_kind(model),
        retry=_retry(model.retry),
        breaker=_breaker(model.breaker),
        send_updates=model.send_updates,
    )


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
