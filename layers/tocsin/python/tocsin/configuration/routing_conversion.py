"""From the models of receivers, routes and all that decides who is told, to the pipeline's."""

from msgspec.structs import replace

from tocsin.configuration.models import Tenant
from tocsin.configuration.pacing import to_pace
from tocsin.configuration.receiver_models import CircuitBreaker, Receiver, Retry
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
            each.name: replace(_receiver(each, name), shown_as=_shown_as(model, each.name))
            for each in model.receivers
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


def _receiver(model: Receiver, tenant: str) -> config.Receiver:
    _, channel = model.channel
    return replace(
        channel.receiver(model.name, tenant),
        retry=_retry(model.retry),
        breaker=_breaker(model.breaker),
        pace=to_pace(model.pace, is_for_people=channel.is_for_people),
        send_updates=model.send_updates,
        actions=model.actions,
    )


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
