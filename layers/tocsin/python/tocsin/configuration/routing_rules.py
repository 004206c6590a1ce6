"""What must hold between receivers, routes, inhibition and time intervals of a tenant."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tocsin.configuration.findings import Finding
from tocsin.configuration.models import Tenant
from tocsin.configuration.problems import Location
from tocsin.configuration.route_models import Route
from tocsin.domain.routing import ALL_LABELS

ROUTE_LIMIT = 500
DEPTH_LIMIT = 10

# What an Alertmanager's file says, so that nothing else does.
_SAID_THERE = ("receivers", "receiver_groups", "route", "inhibit_rules", "time_intervals")


class _Names(msgspec.Struct, frozen=True):
    """What routes may name."""

    receivers: set[str]
    intervals: set[str]


def broken_routing(tenant: Tenant) -> Iterator[Finding]:
    """Yield what is wrong, and where."""
    if tenant.alertmanager is not None:
        for name in _SAID_THERE:
            if name in tenant.model_fields_set:
                yield (name,), "stands in the file that `alertmanager` names; leave one of them out"
        return
    if not tenant.receivers and not tenant.receiver_groups:
        is_empty = "receivers" in tenant.model_fields_set
        yield ("receivers",), "must not be empty" if is_empty else "is required"
        return
    yield from _of_receivers(tenant)
    yield from twice("time_intervals", (each.name for each in tenant.time_intervals))
    if tenant.route is None:
        yield ("route",), "is required"
        return
    yield from _of_root(tenant.route)
    if count_routes(tenant.route) > ROUTE_LIMIT:
        yield ("route",), f"more than {ROUTE_LIMIT} routes"
    receivers = {receiver.name for receiver in tenant.receivers}
    receivers |= {told.name for told in tenant.receiver_groups}
    names = _Names(receivers, {interval.name for interval in tenant.time_intervals})
    yield from _of_route(tenant.route, ("route",), names, 1)


def count_routes(route: Route) -> int:
    """Return the number of nodes of a routing tree."""
    return 1 + sum(count_routes(child) for child in route.routes)


def twice(block: str, names: Iterable[str], others: Iterable[str] = ()) -> Iterator[Finding]:
    """Yield each name of a block that stands before it, or among others."""
    seen = set(others)
    for index, name in enumerate(names):
        if name in seen:
            yield (block, index, "name"), f"{name!r} is the name of another one already"
        seen.add(name)


def _of_receivers(tenant: Tenant) -> Iterator[Finding]:
    names = [receiver.name for receiver in tenant.receivers]
    yield from twice("receivers", names)
    yield from twice("receiver_groups", (told.name for told in tenant.receiver_groups), names)
    for index, told in enumerate(tenant.receiver_groups):
        for place, name in enumerate(told.receivers):
            location = ("receiver_groups", index, "receivers", place)
            if name not in names:
                yield location, f"there is no receiver {name!r}"
            if name in told.receivers[:place]:
                yield location, f"{name!r} is there twice"


def _of_root(root: Route) -> Iterator[Finding]:
    if root.receiver is None:
        yield ("route",), "the top route needs a receiver: it takes what no other route takes"
    if root.matchers:
        yield ("route", "matchers"), "the top route takes every alert and can have no matchers"
    if root.continues:
        yield ("route", "continue"), "the top route has no siblings to continue with"
    for name in ("mute_time_intervals", "active_time_intervals"):
        if getattr(root, name):
            yield ("route", name), "the top route cannot keep silent for a time"


def _of_route(route: Route, location: Location, names: _Names, depth: int) -> Iterator[Finding]:
    if depth > DEPTH_LIMIT:
        yield location, f"routes are nested more than {DEPTH_LIMIT} deep"
        return
    if route.receiver is not None and route.receiver not in names.receivers:
        yield (*location, "receiver"), f"there is no receiver {route.receiver!r}"
    for below, message in (*_of_labels(route.group_by or ()), *_of_times(route, names.intervals)):
        yield (*location, *below), message
    for index, child in enumerate(route.routes):
        yield from _of_route(child, (*location, "routes", index), names, depth + 1)


def _of_labels(labels: Sequence[str]) -> Iterator[Finding]:
    if ALL_LABELS in labels and len(labels) > 1:
        yield ("group_by",), "'...' is every label and stands alone"
    for index, label in enumerate(labels):
        if label in labels[:index]:
            yield ("group_by", index), f"{label!r} is there twice"


def _of_times(route: Route, intervals: set[str]) -> Iterator[Finding]:
    for name in ("mute_time_intervals", "active_time_intervals"):
        for index, interval in enumerate(getattr(route, name)):
            if interval not in intervals:
                yield (name, index), f"there is no time interval {interval!r}"
