"""The configuration of a run: who hears of what."""

from random import Random

import msgspec

from tests.builders import config, receiver, route
from tests.simulation.modes import Mode
from tocsin.domain.alert import Severity
from tocsin.domain.config import TenantConfig
from tocsin.domain.fingerprint_rules import FingerprintRule
from tocsin.domain.masks import Mask
from tocsin.domain.retry import RetryPolicy

# Each names every alert otherwise, and none makes one of two.
RULES = (
    (),
    (FingerprintRule(exclude=("team",)),),
    (FingerprintRule(exclude=("team", "job")),),
    (FingerprintRule(include=("instance",)),),
    (FingerprintRule(provider="generic", add=("name",)),),
    (FingerprintRule(masks=(Mask(fields=("instance",), pattern="manager|generic"),)),),
)


class Landscape(msgspec.Struct, frozen=True, kw_only=True):
    """The receivers, in the few words that the oracle needs, and the same as configuration."""

    configs: tuple[TenantConfig, ...]
    # Whether each receiver takes resolves.
    takes_resolves: dict[str, bool]

    @property
    def tenants(self) -> tuple[str, ...]:
        """The tenants of the run."""
        return tuple(each.tenant for each in self.configs)

    def hears(self, name: str, severity: Severity) -> bool:
        """Say whether a receiver hears of firings of this severity."""
        if name == "audit" or "pager" not in self.takes_resolves:
            return True
        return (name == "pager") == (severity == "critical")


def draw(random: Random, mode: Mode) -> Landscape:
    """Return the configuration of a run; every tenant has the same."""
    group_by = random.choice([(), ("alertname",), ("instance",)])
    takes_resolves = random.random() < 0.85 or mode.plan == "steady"
    # Where dead letters would make the oracle forgiving, they are to come of refusals only.
    retry = RetryPolicy(attempts=3 if mode.refuses or mode.has_outage else 10)
    receivers = {
        "oncall": receiver(
            max_alerts=random.choice([1, 2, 1000]), send_resolved=takes_resolves, retry=retry
        )
    }
    children = []
    if random.random() < 0.3:
        receivers["audit"] = receiver("audit", retry=retry)
        children.append(route("audit", 'alertname=~".*"', continues=True))
    if mode.moves_severity:
        receivers["pager"] = receiver("pager", retry=retry)
        children.append(route("pager", 'severity="critical"', group_by=group_by))
    if children:
        children.append(route("oncall", group_by=group_by))
    tree = route("oncall", group_by=group_by, routes=tuple(children))
    return Landscape(
        configs=tuple(
            config(tenant, route=tree, receivers=dict(receivers)) for tenant in mode.tenants
        ),
        takes_resolves={name: each.send_resolved for name, each in receivers.items()},
    )
