"""From an alert's labels to the groups that it belongs to."""

from collections.abc import Iterable, Iterator

import msgspec

from tocsin.domain.alert import SEVERITIES, Alert, routing_labels
from tocsin.domain.config import Receiver, Route, TenantConfig, Timing
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.matchers import OPERATORS, Matcher, match_all

ALL_LABELS = "..."

# Of how many alerts of a group it is asked which route leads to it now.
_ASKED = 100


class Placed(msgspec.Struct, frozen=True):
    """A route and its place in the tree: the matchers from the top down to it."""

    path: str
    route: Route


def routes_for(route: Route, labels: dict[str, str], above: str = "") -> list[Placed]:
    """Return the routes that take an alert, as Alertmanager walks its tree.

    Depth first; the first child that matches ends the search unless it continues; a node
    none of whose children match takes the alert itself.
    """
    if not match_all(route.matchers, labels):
        return []
    path = path_of(route, above)
    found: list[Placed] = []
    for child in route.routes:
        below = routes_for(child, labels, path)
        found.extend(below)
        if below and not child.continues:
            break
    return found or [Placed(path, route)]


def path_of(route: Route, above: str = "") -> str:
    """Return the place of a route in the tree, as Alertmanager writes it: `{}/{team="db"}`.

    Source: Alertmanager, dispatch/route.go, Route.Key.
    """
    own = ",".join(str(matcher) for matcher in sorted(route.matchers, key=_by_name))
    return f"{above}/{{{own}}}" if above else f"{{{own}}}"


def all_routes(route: Route, above: str = "") -> Iterator[Placed]:
    """Yield every route of a tree, the parents before their children."""
    path = path_of(route, above)
    yield Placed(path, route)
    for child in route.routes:
        yield from all_routes(child, path)


def timing_now(config: TenantConfig, group: Group) -> Timing | None:
    """Return the timing of the route that would lead to a group if it began now.

    It is for a group that outlives its route. It does not wait: an end must be told before the
    alert fires anew in another group. None if its alerts go elsewhere by now.
    """
    key = _key_now(config, group)
    timing = None if key is None else timing_of(config, key)
    if timing is None:
        return None
    return msgspec.structs.replace(timing, group_wait_s=0.0, group_interval_s=0.0)


def policy_now(config: TenantConfig, group: Group) -> str | None:
    """Return the policy of the route that would lead to a group if it began now, "" for none.

    It is for a group that outlives its route. None if its alerts go elsewhere by now.
    """
    key = _key_now(config, group)
    return None if key is None else policy_of(config, key)


def _key_now(config: TenantConfig, group: Group) -> GroupKey | None:
    members = sorted(group.members.values(), key=lambda each: each.status)
    alerts = [each.alert for each in members if each.alert.labels][:_ASKED]
    now = (key for alert in alerts for key in groups_for(config, alert))
    return next((each for each in now if each.receiver == group.key.receiver), None)


def timing_of(config: TenantConfig, key: GroupKey) -> Timing | None:
    """Return the timing of the route that leads to a group; None if there is none.

    Of a route that had another receiver when the group began the timing counts, too.
    """
    route = _route_to(config, key)
    return None if route is None else route.timing


def policy_of(config: TenantConfig, key: GroupKey) -> str | None:
    """Return the policy of a group's route, "" for none; None if no such route is there (any more).

    A route that has another receiver by now does not count.
    """
    route = _route_to(config, key)
    if route is None or key.receiver not in integrations_of(config, route.receiver):
        return None
    return route.policy


def _route_to(config: TenantConfig, key: GroupKey) -> Route | None:
    """Return the route at a group's place in the tree.

    Several routes may have the same place, with timers and policies of their own: it is the
    first that leads to the group's receiver and groups by the labels that the group has.
    """
    names = {name for name, _ in key.labels}

    def fit(route: Route) -> tuple[bool, bool, bool]:
        is_to_it = key.receiver in integrations_of(config, route.receiver)
        wanted = set(route.group_by)
        # An alert need not have all of the labels.
        return is_to_it, names == wanted, ALL_LABELS in wanted or names <= wanted

    found = (placed.route for placed in all_routes(config.route) if placed.path == key.route)
    return max(found, key=fit, default=None)


def without_timing(route: Route) -> Route:
    """Return a tree that leads to the same groups, and says nothing of when they speak.

    Nor does it say how they escalate.
    """
    below = tuple(without_timing(child) for child in route.routes)
    return msgspec.structs.replace(route, timing=Timing(), policy="", routes=below)


def _by_name(matcher: Matcher) -> tuple[str, str, int]:
    return (matcher.name, matcher.value, OPERATORS.index(matcher.operator))


def group_labels(route: Route, alert: Alert, labels: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Return the labels that name the group: those in `group_by` that the alert has."""
    if ALL_LABELS in route.group_by:
        return tuple(sorted(pair for pair in alert.labels.items() if pair[1]))
    return tuple((name, labels[name]) for name in sorted(route.group_by) if labels.get(name))


def groups_for(config: TenantConfig, alert: Alert) -> Iterator[GroupKey]:
    """Yield the groups that must hear of an alert, each once.

    Of two routes to one receiver under the same group labels the first counts, so that nobody
    is told the same thing twice.
    """
    labels = routing_labels(alert, plain=config.plain_labels)
    seen: set[GroupKey] = set()
    for placed in routes_for(config.route, labels):
        names = group_labels(placed.route, alert, labels)
        for receiver in integrations_of(config, placed.route.receiver):
            whom = GroupKey(config.tenant, receiver, names)
            if whom not in seen:
                seen.add(whom)
                yield msgspec.structs.replace(whom, route=placed.path)


def integrations_of(config: TenantConfig, receiver: str) -> tuple[str, ...]:
    """Return the receivers that stand behind the name that a route gives, at least one.

    Where there are none it is the name itself: what nobody is told of is still known.
    """
    return config.integrations.get(receiver) or (receiver,)


def receiver_of(config: TenantConfig, name: str) -> Receiver | None:
    """Return a receiver by the name that groups have; None if the configuration has none."""
    if config.integrations.get(name) == ():
        return Receiver(name=name, kind="nobody", url="")
    return config.receivers.get(name)


def groups_that_may_know(configs: Iterable[TenantConfig], alert: Alert) -> set[GroupKey]:
    """Return the groups in which the firing of a resolved alert may stand.

    Many senders leave the severity out when they resolve, and the routes may have changed
    since the alert fired. So the resolve must look wherever the firing can have gone.
    """
    # A label of that name is what matchers see, whatever the severity is.
    severities = (alert.severity,) if "severity" in alert.labels else SEVERITIES
    variants = [msgspec.structs.replace(alert, severity=severity) for severity in severities]
    return {key for config in configs for each in variants for key in groups_for(config, each)}
