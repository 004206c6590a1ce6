"""Reads an Alertmanager's configuration file."""

from importlib import import_module
from typing import cast

from tocsin.domain.config import TenantConfig
from tocsin.domain.errors import ConfigurationError


def load_alertmanager(
    text: str, filename: str, tenant: str, version: int
) -> tuple[TenantConfig, list[str]]:
    """Return what a file says, and what to tell of it. Raises ConfigurationError."""
    try:
        module = import_module("tocsin.configuration.alertmanager")
    except ImportError:
        raise ConfigurationError("Alertmanager's configuration cannot be read yet") from None
    config, findings = module.load_alertmanager(text, filename, tenant, version)
    return cast(TenantConfig, config), [str(finding) for finding in findings]
