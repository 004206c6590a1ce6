"""Routes, inhibition and time intervals that are applied, in the words of `tocsin.yaml`."""

from typing import Any

from tocsin.domain.config import Route, TenantConfig
from tocsin.domain.duration import format_duration
from tocsin.domain.inhibition import InhibitRule
from tocsin.domain.matchers import Matcher
from tocsin.domain.time_words import written


def displayed_routing(config: TenantConfig) -> dict[str, Any]:
    """Return the blocks that decide who is told, and when.

    Inherited values are written out, so that each route says by itself what it does.
    """
    shown: dict[str, Any] = {}
    if config.integrations:
        shown["receiver_groups"] = [
            {"name": name, "receivers": list(receivers)}
            for name, receivers in config.integrations.items()
        ]
    shown["route"] = _route(config.route, has_policies=bool(config.policies))
    if config.inhibit_rules:
        shown["inhibit_rules"] = [_inhibit_rule(rule) for rule in config.inhibit_rules]
    if config.time_intervals:
        shown["time_intervals"] = [
            {"name": name, "time_intervals": [written(each) for each in intervals]}
            for name, intervals in config.time_intervals.items()
        ]
    return shown


def _route(route: Route, *, has_policies: bool) -> dict[str, Any]:
    shown: dict[str, Any] = {"receiver": route.receiver, "group_by": list(route.group_by)}
    if route.matchers:
        shown["matchers"] = _texts(route.matchers)
    if route.continues:
        shown["continue"] = True
    timing = route.timing
    shown["group_wait"] = format_duration(timing.group_wait_s)
    shown["group_interval"] = format_duration(timing.group_interval_s)
    # What was applied by an earlier release never repeats.
    if timing.repeat_interval_s is not None:
        shown["repeat_interval"] = format_duration(timing.repeat_interval_s)
    for name, intervals in (("mute", timing.mute), ("active", timing.active)):
        if intervals:
            shown[f"{name}_time_intervals"] = list(intervals)
    if has_policies:
        shown["policy"] = route.policy
    if route.routes:
        shown["routes"] = [_route(child, has_policies=has_policies) for child in route.routes]
    return shown


def _inhibit_rule(rule: InhibitRule) -> dict[str, Any]:
    return {
        "source_matchers": _texts(rule.source_matchers),
        "target_matchers": _texts(rule.target_matchers),
        "equal": list(rule.equal),
    }


def _texts(matchers: tuple[Matcher, ...]) -> list[str]:
    return [str(matcher) for matcher in matchers]
