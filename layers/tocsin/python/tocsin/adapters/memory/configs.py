"""Applied configurations in memory."""

from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import Conflict


class MemoryConfigs:
    """All versions of all tenants."""

    def __init__(self) -> None:
        self.versions: dict[str, list[TenantConfig]] = {}

    def current(self, tenant: str) -> TenantConfig | None:
        """Return the newest applied version."""
        versions = self.versions.get(tenant)
        return versions[-1] if versions else None

    def version(self, tenant: str, version: int) -> TenantConfig | None:
        """Return one applied version."""
        versions = self.versions.get(tenant, [])
        return versions[version - 1] if 0 < version <= len(versions) else None

    def apply(self, config: TenantConfig, source: str, at_s: float) -> None:
        """Store `config`. Raises Conflict if its version is not the next."""
        versions = self.versions.setdefault(config.tenant, [])
        if config.version != len(versions) + 1:
            raise Conflict(f"version {config.version} is not the next one")
        versions.append(config)

    def tenants(self) -> list[str]:
        """Return the names of all tenants that ever had a configuration, sorted."""
        return sorted(tenant for tenant, versions in self.versions.items() if versions)

    def rules(self) -> dict[str, int]:
        """Return how many rules each tenant has."""
        return {tenant: len(self.versions[tenant][-1].rules) for tenant in self.tenants()}
