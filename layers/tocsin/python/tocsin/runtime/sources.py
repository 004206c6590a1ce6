"""Whose payload a request carries: a provider's, or one that the tenant's mapping describes."""

from tocsin.ports import Configs
from tocsin.providers.registry import NAMES, Provider, provider, unknown


def source_of(name: str, tenant: str, configs: Configs) -> Provider:
    """Return the provider of this name; "" is the tenant's default mapping, or generic JSON.

    The tenant's configuration is read only where the name is not that of a provider. Raises
    InvalidInput with status 404 for a name that nobody has.
    """
    if name in NAMES:
        return provider(name)
    from tocsin.providers.mapped import default_mapping, mapped_provider

    config = configs.current(tenant)
    wanted = name or (default_mapping(config) if config else None)
    if not wanted:
        return provider("generic")
    found = mapped_provider(config, wanted) if config else None
    if found is None:
        raise unknown(wanted, [mapping.name for mapping in config.mappings] if config else [])
    return found
