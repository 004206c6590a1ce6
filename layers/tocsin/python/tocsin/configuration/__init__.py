"""`tocsin.yaml`: read, checked and turned into what the pipeline uses."""

from tocsin.configuration.conversion import to_tenant_config
from tocsin.configuration.document import load
from tocsin.configuration.models import Document, Tenant
from tocsin.configuration.problems import ConfigurationErrors, Problem

__all__ = [
    "ConfigurationErrors",
    "Document",
    "Problem",
    "Tenant",
    "load",
    "to_tenant_config",
]
