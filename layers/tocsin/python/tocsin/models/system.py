"""How a tenant's alerts are made, told and escalated."""

from typing import Self

from msgspec.structs import replace

from tocsin.domain.config import TenantConfig
from tocsin.models.escalation import EscalationPolicy
from tocsin.models.model import Model
from tocsin.models.notifications import NotificationConfig
from tocsin.models.rules import AlertRule


class AlertSystemConfig(Model):
    """The rules, receivers and policies of a tenant's applied configuration, and its settings.

    Not all of it: routes, keys, mappings and the like are left to `tocsin.yaml`.

    >>> from tocsin.domain.config import Route
    >>> config = TenantConfig(tenant="acme", version=3, route=Route(receiver="a"), receivers={})
    >>> model = AlertSystemConfig.of(config)
    >>> model.version, model.applied_to(config) == config
    (3, True)
    """

    tenant: str
    version: int
    resolve_timeout_s: float = 300.0
    plain_labels: bool = False
    external_url: str = ""
    is_operator: bool = False
    receivers: tuple[NotificationConfig, ...] = ()
    rules: tuple[AlertRule, ...] = ()
    policies: tuple[EscalationPolicy, ...] = ()

    @classmethod
    def of(cls, config: TenantConfig) -> Self:
        """Make the model of a configuration, in its order."""
        return cls(
            tenant=config.tenant,
            version=config.version,
            resolve_timeout_s=config.resolve_timeout_s,
            plain_labels=config.plain_labels,
            external_url=config.external_url,
            is_operator=config.is_operator,
            receivers=tuple(map(NotificationConfig.of, config.receivers.values())),
            rules=tuple(map(AlertRule.of, config.rules)),
            policies=tuple(map(EscalationPolicy.of, config.policies.values())),
        )

    def applied_to(self, config: TenantConfig) -> TenantConfig:
        """Return a configuration with all that the model says."""
        return replace(
            config,
            tenant=self.tenant,
            version=self.version,
            resolve_timeout_s=self.resolve_timeout_s,
            plain_labels=self.plain_labels,
            external_url=self.external_url,
            is_operator=self.is_operator,
            receivers={each.name: each.to_domain() for each in self.receivers},
            rules=tuple(each.to_domain() for each in self.rules),
            policies={each.name: each.to_domain() for each in self.policies},
        )
