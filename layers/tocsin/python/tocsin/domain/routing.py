"""From an alert's labels to the groups that it belongs to."""

from collections.abc import Iterable, Iterator

import msgspec

from tocsin.domain.alert import SEVERITIES, Alert, routing_labels
from tocsin.domain.config import Route, TenantConfig
from tocsin.domain.group import GroupKey
from tocsin.domain.matchers import match_all

ALL_LABELS = "..."


def routes_for(route: Route, labels: dict[str, str]) -> list[Route]:
    """Return the routes that take an alert, as Alertmanager walks its tree.

    Depth first; the first child that matches ends the search unless it continues; a node
    none of whose children match takes the alert itself.
    """
    if not match_all(route.matchers, labels):
        return []
    found: list[Route] = []
    for child in route.routes:
        below = routes_for(child, labels)
        found.extend(below)
        if below and not child.continues:
            break
    return found or [route]


def group_labels(route: Route, alert: Alert, labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the labels that name the group: those in `group_by` that the alert has."""
    if ALL_LABELS in route.group_by:
        return tuple(sorted(alert.labels.items()))
    return tuple((name, labels[name]) for name in sorted(route.group_by) if labels.get(name))


def groups_for(config: TenantConfig, alert: Alert) -> Iterator[GroupKey]:
    """Yield the groups that must hear of an alert, each once.

    Two routes to one receiver under the same group labels are one group, so that nobody is
    told the same thing twice.
    """
    labels = routing_labels(alert)
    seen: set[GroupKey] = set()
    for route in routes_for(config.route, labels):
        key = GroupKey(config.tenant, route.receiver, group_labels(route, alert, labels))
        if key not in seen:
            seen.add(key)
            yield key


def groups_that_may_know(configs: Iterable[TenantConfig], alert: Alert) -> set[GroupKey]:
    """Return the groups in which the firing of a resolved alert may stand.

    Many senders leave the severity out when they resolve, and the routes may have changed
    since the alert fired. So the resolve must look wherever the firing can have gone.
    """
    # A label of that name is what matchers see, whatever the severity is.
    severities = (alert.severity,) if "severity" in alert.labels else SEVERITIES
    variants = [msgspec.structs.replace(alert, severity=severity) for severity in severities]
    return {key for config in configs for each in variants for key in groups_for(config, each)}
