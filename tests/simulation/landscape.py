"""The configuration of a run: who hears of what."""

from random import Random
from typing import Any

import msgspec

from tests.builders import config, receiver, route
from tests.simulation.modes import Mode
from tocsin.domain.alert import Severity
from tocsin.domain.config import TenantConfig, Timing
from tocsin.domain.escalation import EscalationPolicy, EscalationStep
from tocsin.domain.fingerprint_rules import FingerprintRule
from tocsin.domain.masks import Mask
from tocsin.domain.oncall import Schedule
from tocsin.domain.pace import PacePolicy
from tocsin.domain.retry import RetryPolicy

# Who is told by the steps of a policy alone.
_CLIMBED = ("first", "second")
_EMPTY = "empty"

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
    # Whether each receiver of a route takes resolves.
    takes_resolves: dict[str, bool]
    # What alerts climb, at every route.
    policy: EscalationPolicy | None = None
    # How many messages receivers get.
    pace: PacePolicy | None = None
    # How often what fires is told again; None: never.
    repeats_s: float | None = None

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
    group_by = (
        ("instance",) if mode.is_paced else random.choice([(), ("alertname",), ("instance",)])
    )
    paced = pace(random) if mode.is_paced else None
    # The fields that an incident is kept with are the vendors', whom nobody calls here.
    kind = "pagerduty" if mode.keeps_incidents else "webhook"
    takes_ends = random.random() < 0.85 or mode.plan == "steady"
    # Where dead letters would make the oracle forgiving, they are to come of refusals only.
    retry = RetryPolicy(attempts=3 if mode.refuses or mode.has_outage else 10)
    climbed = policy(random) if mode.escalates else None
    name = "" if climbed is None else climbed.name
    repeats_s = random.choice([None, None, 1200.0]) if mode.acts else None
    timing = Timing(repeat_interval_s=repeats_s)
    receivers = {
        "oncall": receiver(
            kind=kind,
            max_alerts=random.choice([1, 2, 1000]),
            send_resolved=takes_ends,
            retry=retry,
            pace=paced,
        )
    }
    children = []
    # What two routes share they would share no more while one of them knows the new policy.
    if random.random() < 0.3 and not mode.changes_policies:
        receivers["audit"] = receiver("audit", retry=retry, pace=paced)
        children.append(
            route("audit", 'alertname=~".*"', continues=True, policy=name, timing=timing)
        )
    if mode.moves_severity:
        receivers["pager"] = receiver("pager", retry=retry)
        children.append(route("pager", 'severity="critical"', group_by=group_by, policy=name))
    takes_resolves = {each: known.send_resolved for each, known in receivers.items()}
    if children:
        children.append(route("oncall", group_by=group_by, policy=name, timing=timing))
    fields: dict[str, Any] = {
        "route": route(
            "oncall", group_by=group_by, policy=name, routes=tuple(children), timing=timing
        ),
        "receivers": receivers,
    }
    if climbed is not None:
        fields["receivers"] |= {each: receiver(each, retry=retry, kind=kind) for each in _CLIMBED}
        fields["policies"] = {climbed.name: climbed}
        fields["schedules"] = {_EMPTY: Schedule(name=_EMPTY, time_zone="UTC")}
    return Landscape(
        configs=tuple(config(tenant, **fields) for tenant in mode.tenants),
        takes_resolves=takes_resolves,
        policy=climbed,
        pace=paced,
        repeats_s=repeats_s,
    )


def pace(random: Random) -> PacePolicy:
    """Return a pace at which two groups are a storm already."""
    return PacePolicy(
        limit=random.choice([4, 8]),
        window_s=300.0,
        storm=random.choice([2, 3]),
        storm_s=60.0,
        every_s=random.choice([5.0, 60.0]),
    )


def policy(random: Random) -> EscalationPolicy:
    """Return a policy of some steps, of which some may reach nobody."""
    return EscalationPolicy(
        name="pages",
        steps=tuple(_step(random) for _ in range(random.randint(1, 3))),
        repeat=random.randint(0, 2),
        repeat_after_s=random.choice([60.0, 200.0]),
    )


def with_policy(old: TenantConfig, climbed: EscalationPolicy | None) -> TenantConfig:
    """Return the next version of a configuration, with a policy for all of its routes."""
    name = "" if climbed is None else climbed.name
    children = tuple(msgspec.structs.replace(each, policy=name) for each in old.route.routes)
    return msgspec.structs.replace(
        old,
        version=old.version + 1,
        route=msgspec.structs.replace(old.route, policy=name, routes=children),
        policies={} if climbed is None else {climbed.name: climbed},
    )


def _step(random: Random) -> EscalationStep:
    whom = random.choice([_CLIMBED[:1], _CLIMBED[1:], _CLIMBED, ()])
    return EscalationStep(
        after_s=random.choice([0.0, 30.0, 120.0, 300.0]),
        receivers=whom,
        # Nobody is on call in it: the step reaches nobody.
        schedules=() if whom else (_EMPTY,),
    )
