"""Mappings from YAML, as a tenant writes them."""

from functools import cache

import yaml

from tocsin.configuration import load, to_tenant_config
from tocsin.domain.config import TenantConfig
from tocsin.providers.mapped import mapped_provider
from tocsin.providers.registry import Provider

_TENANT = """
tenants:
  acme:
    receivers: [{name: oncall, webhook: {url: 'https://example.com/hook'}}]
    route: {receiver: oncall}
    mappings: MAPPINGS
"""


def config_of(mappings: str, version: int = 1) -> TenantConfig:
    """Return the configuration of a tenant with these mappings, a YAML list."""
    flow = yaml.safe_dump(
        yaml.safe_load(mappings), default_flow_style=True, sort_keys=False, width=100_000
    )
    document = load(_TENANT.replace("MAPPINGS", flow), "t.yaml", {})
    return to_tenant_config("acme", document.tenants["acme"], version)


@cache
def provider_of(mapping: str) -> Provider:
    """Return the provider of one mapping, YAML without its name."""
    config = config_of(
        yaml.safe_dump([{"name": "backup", **yaml.safe_load(mapping)}], sort_keys=False)
    )
    found = mapped_provider(config, "backup")
    assert found is not None
    return found
