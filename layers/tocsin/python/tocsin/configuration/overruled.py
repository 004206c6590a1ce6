"""Escalation policies that do not count, since an earlier route leads to the same receiver."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import msgspec

from tocsin.configuration.models import Document
from tocsin.configuration.problems import Location, Problem, path_of
from tocsin.configuration.routing_conversion import to_routing
from tocsin.configuration.yamltree import read
from tocsin.domain.config import Route, TenantConfig
from tocsin.domain.routing import integrations_of


class _Way(msgspec.Struct, frozen=True):
    """The routes from the top down to one, and which child each is."""

    routes: tuple[Route, ...]
    indices: tuple[int, ...] = ()

    @property
    def end(self) -> Route:
        return self.routes[-1]

    @property
    def location(self) -> Location:
        return ("route", *(part for index in self.indices for part in ("routes", index)))


def overruled_policies(
    document: Document, text: str, filename: str, environ: Mapping[str, str]
) -> list[Problem]:
    """Return which routes name a policy in vain, for some of their alerts; nothing is wrong.

    Of two routes that lead an alert to one receiver under the same group labels the first
    counts, and so does its policy. `text` and `environ` are what the document was loaded from.
    """
    tree = read(text, filename, environ)
    return [
        Problem(filename, tree.line(location), path_of(location), message)
        for name, tenant in document.tenants.items()
        if tenant.policies and tenant.alertmanager is None
        for below, message in _of_tenant(to_routing(name, tenant))
        for location in [("tenants", name, *below)]
    ]


def _of_tenant(config: TenantConfig) -> Iterator[tuple[Location, str]]:
    warned: set[Location] = set()
    for first, second in combinations(_ways(_Way((config.route,))), 2):
        policy, told = second.end.policy, _told_by_both(config, first.end, second.end)
        if not policy or policy == first.end.policy or not told or not _may_meet(first, second):
            continue
        if second.location not in warned:
            warned.add(second.location)
            counts = f"policy {first.end.policy!r}" if first.end.policy else "lack of a policy"
            yield (
                second.location,
                f"an alert that {path_of(first.location)} takes as well does not climb {policy!r}: "
                f"both lead to {told}, and of the two the first counts with its {counts}",
            )


def _ways(way: _Way) -> Iterator[_Way]:
    """Yield the routes that may take alerts, in the order in which routing comes to them."""
    if all(child.matchers for child in way.end.routes):
        yield way
    for index, child in enumerate(way.end.routes):
        yield from _ways(_Way((*way.routes, child), (*way.indices, index)))


def _told_by_both(config: TenantConfig, first: Route, second: Route) -> str:
    if set(first.group_by) != set(second.group_by):
        return ""
    of_second = integrations_of(config, second.receiver)
    both = (name for name in integrations_of(config, first.receiver) if name in of_second)
    return next(both, "")


def _may_meet(first: _Way, second: _Way) -> bool:
    """Tell whether one alert may be taken by both, as far as that can be seen."""
    pairs = enumerate(zip(first.indices, second.indices, strict=False))
    parted = next((at for at, (one, other) in pairs if one != other), None)
    # A route takes only what none of those below it does.
    if parted is None or not first.routes[parted + 1].continues:
        return False
    return not _are_disjoint(_matchers(first.routes), _matchers(second.routes))


def _matchers(routes: Sequence[Route]) -> dict[str, set[str]]:
    """Return the values that labels must have."""
    found: dict[str, set[str]] = {}
    for matcher in (each for route in routes for each in route.matchers):
        if matcher.operator == "=":
            found.setdefault(matcher.name, set()).add(matcher.value)
    return found


def _are_disjoint(first: dict[str, set[str]], second: dict[str, set[str]]) -> bool:
    return any(first[name] != second[name] for name in first.keys() & second.keys())
