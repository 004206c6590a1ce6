"""From the models of an Alertmanager's configuration to what the pipeline uses."""

from collections.abc import Iterable, Mapping

from msgspec.structs import replace

from tocsin.configuration.alertmanager.models import Configuration, InhibitRule, Route
from tocsin.configuration.time_intervals import to_time_intervals
from tocsin.configuration.timing import DEFAULT_TIMING, to_timing
from tocsin.domain import config, inhibition
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.limits import UNLIMITED, Limits
from tocsin.domain.matchers import Matcher, Operator, parse_matchers

_ABOVE_ALL = config.Route(receiver="", timing=DEFAULT_TIMING)
_OPERATORS: tuple[Operator, ...] = ("=", "!=", "=~", "!~")


def to_tenant_config(
    tenant: str,
    version: int,
    model: Configuration,
    receivers: Mapping[str, tuple[Receiver, ...]],
) -> TenantConfig:
    """Make the configuration of a tenant; `receivers` are by Alertmanager's names."""
    return TenantConfig(
        tenant=tenant,
        version=version,
        route=_route(model.route, _ABOVE_ALL),
        receivers={each.name: each for made in receivers.values() for each in made},
        integrations={name: tuple(each.name for each in made) for name, made in receivers.items()},
        resolve_timeout_s=model.defaults.resolve_timeout,
        inhibit_rules=tuple(_inhibit_rule(rule) for rule in model.inhibit_rules),
        time_intervals={
            interval.name: to_time_intervals(interval.time_intervals)
            for interval in (*model.mute_time_intervals, *model.time_intervals)
        },
        limits=Limits(alerts=UNLIMITED, webhook=UNLIMITED),
        plain_labels=True,
    )


def _route(model: Route, parent: config.Route) -> config.Route:
    route = config.Route(
        receiver=model.receiver or parent.receiver,
        matchers=_matchers(model.match, model.match_re, model.matchers),
        group_by=parent.group_by if model.group_by is None else tuple(model.group_by),
        continues=model.continues,
        timing=to_timing(model, parent.timing),
    )
    return replace(route, routes=tuple(_route(child, route) for child in model.routes))


def _inhibit_rule(model: InhibitRule) -> inhibition.InhibitRule:
    return inhibition.InhibitRule(
        source_matchers=_matchers(model.source_match, model.source_match_re, model.source_matchers),
        target_matchers=_matchers(model.target_match, model.target_match_re, model.target_matchers),
        equal=tuple(model.equal),
    )


def _matchers(
    equal: Mapping[str, str], patterns: Mapping[str, str], texts: Iterable[str]
) -> tuple[Matcher, ...]:
    """Return matchers of all three kinds, in the order in which Alertmanager has them."""
    found = [Matcher(name, "=", value) for name, value in equal.items()]
    # Alertmanager anchors these itself, which shows in the key of a group.
    found += [Matcher(name, "=~", f"^(?:{value})$") for name, value in patterns.items()]
    found += [matcher for text in texts for matcher in parse_matchers(text)]
    return tuple(sorted(found, key=_order))


def _order(matcher: Matcher) -> tuple[str, str, int]:
    return matcher.name, matcher.value, _OPERATORS.index(matcher.operator)
