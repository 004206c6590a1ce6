"""A resolve finds the group of its firing behind any number of changes that move no route."""

from collections.abc import Callable

from msgspec.structs import replace

from tests.builders import config, receiver, route
from tests.integration.payloads import member, resolved, webhook
from tests.pipeline.memory_world import MemoryWorld
from tocsin.adapters.memory import MemoryConfigs
from tocsin.domain.config import TenantConfig
from tocsin.pipeline.former import ROUTES_LIMIT, VERSIONS_LIMIT, FormerRoutes

RECEIVERS = {"oncall": receiver(), "other": receiver("other")}
FORMER = config(receivers=RECEIVERS)
PRESENT = replace(FORMER, route=route("other"))
HOST = "a.prod.example:9100"


def fired_and_resolved_after(
    versions: int, version: Callable[[int], TenantConfig]
) -> dict[str, str]:
    world = MemoryWorld(FORMER)
    world.send(webhook(member("a")))
    world.drain()
    for number in range(2, versions + 2):
        world.configs.apply(replace(version(number), version=number), "", world.now_s)
    world.now_s += 60
    world.send(webhook(resolved("a")))
    world.drain()
    world.settle()
    return world.view()


def test_versions_that_change_no_route_do_not_count() -> None:
    view = fired_and_resolved_after(
        VERSIONS_LIMIT - 1, lambda number: replace(PRESENT, resolve_timeout_s=300.0 + number)
    )
    assert view == {HOST: "resolved"}


def test_each_way_of_routing_counts_once() -> None:
    ways = [PRESENT, replace(PRESENT, route=route("other", group_by=("host",)))]
    view = fired_and_resolved_after(VERSIONS_LIMIT - 1, lambda number: ways[number % 2])
    assert view == {HOST: "resolved"}


class Counted(MemoryConfigs):
    reads = 0

    def version(self, tenant: str, version: int) -> TenantConfig | None:
        self.reads += 1
        return super().version(tenant, version)


def applied(count: int, version: Callable[[int], TenantConfig]) -> tuple[Counted, TenantConfig]:
    configs = Counted()
    for number in range(1, count + 1):
        configs.apply(replace(version(number), version=number), "", 0.0)
    current = configs.current("acme")
    assert current is not None
    return configs, current


def test_how_far_back_it_looks_is_bounded() -> None:
    configs, current = applied(VERSIONS_LIMIT + 50, lambda _: PRESENT)
    assert FormerRoutes(configs).before(current) == []
    assert configs.reads == VERSIONS_LIMIT


def test_how_many_ways_of_routing_it_returns_is_bounded() -> None:
    configs, current = applied(
        ROUTES_LIMIT + 10, lambda number: replace(FORMER, route=route(group_by=(f"l{number}",)))
    )
    former = FormerRoutes(configs).before(current)
    assert [each.version for each in former] == list(
        range(current.version - 1, current.version - 1 - ROUTES_LIMIT, -1)
    )


def test_one_version_is_looked_behind_once() -> None:
    configs, current = applied(30, lambda number: (FORMER, PRESENT)[number % 2])
    routes = FormerRoutes(configs)
    first = routes.before(current)
    reads = configs.reads
    assert routes.before(current) == first
    assert configs.reads == reads
    configs.apply(replace(FORMER, version=31, route=route("oncall", group_by=("a",))), "", 0.0)
    latest = configs.current("acme")
    assert latest is not None
    assert [each.version for each in routes.before(latest)] == [30, 29]


def test_tenants_do_not_see_each_others() -> None:
    configs, current = applied(2, lambda number: (FORMER, PRESENT)[number - 1])
    routes = FormerRoutes(configs)
    assert len(routes.before(current)) == 1
    assert routes.before(replace(current, tenant="other")) == []
