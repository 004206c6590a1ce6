"""Former ways of routing a tenant's alerts: where the firing of what is resolved now may stand."""

from tocsin.domain.config import Route, TenantConfig
from tocsin.domain.routing import without_timing
from tocsin.ports import Configs

# Every apply makes a version, most of which route as the one before; so versions bound only the
# reads of a worker that knows none yet, and ways of routing the groups that a resolve looks in.
VERSIONS_LIMIT = 100
ROUTES_LIMIT = 20
_TENANTS_LIMIT = 1_000

_Way = tuple[Route, dict[str, tuple[str, ...]], bool]


class FormerRoutes:
    """Configurations that route otherwise; one object a worker, since it remembers them."""

    def __init__(self, configs: Configs) -> None:
        self._configs = configs
        self._found: dict[str, tuple[int, list[TenantConfig]]] = {}

    def before(self, config: TenantConfig) -> list[TenantConfig]:
        """Return former configurations, the newest first, each other way of routing once.

        At most ROUTES_LIMIT of the last VERSIONS_LIMIT versions. Raises Retryable where one
        cannot be read.
        """
        version, found = self._found.get(config.tenant, (0, []))
        if version == config.version:
            return found
        found = self._read(config)
        if len(self._found) >= _TENANTS_LIMIT:
            self._found.clear()
        self._found[config.tenant] = (config.version, found)
        return found

    def _read(self, config: TenantConfig) -> list[TenantConfig]:
        oldest = max(1, config.version - VERSIONS_LIMIT)
        others: list[TenantConfig] = []
        ways = [_way(config)]
        for version in range(config.version - 1, oldest - 1, -1):
            former = self._configs.version(config.tenant, version)
            way = None if former is None else _way(former)
            if former is not None and way is not None and way not in ways:
                others.append(former)
                ways.append(way)
            if len(others) == ROUTES_LIMIT:
                break
        return others


def _way(config: TenantConfig) -> _Way:
    """Return all of a configuration that decides to which groups an alert goes."""
    return without_timing(config.route), config.integrations, config.plain_labels
