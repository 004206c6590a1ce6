"""Counts of alerts, and whether the system is well."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import Field

from tocsin.domain.balance import Balance
from tocsin.domain.breaker import Breaker
from tocsin.domain.rule import Rule
from tocsin.domain.rulestate import RuleState
from tocsin.models.alert import Alert
from tocsin.models.model import Model, to_struct
from tocsin.models.words import AlertCategory, AlertSeverity, AlertStatus, EpochSeconds

Count = Annotated[int, Field(ge=0)]


class ProviderMetrics(Model):
    """How many alerts of one provider were accepted, and how many of them said nothing new."""

    accepted: Count
    duplicate: Count


class AlertMetrics(Model):
    """What became of every accepted alert; each is in exactly one of the other counts.

    >>> metrics = AlertMetrics(accepted=10, delivered=2, duplicate=8, suppressed={},
    ...                        dead_lettered=0, pending=0)
    >>> metrics.duplicate_rate, metrics.to_domain().is_settled
    (0.8, True)
    """

    accepted: Count
    delivered: Count
    duplicate: Count
    suppressed: dict[str, Count] = Field(description="By why it was not told.")
    dead_lettered: Count
    pending: Count
    providers: dict[str, ProviderMetrics] = Field(default={})

    @property
    def duplicate_rate(self) -> float:
        """Return the share of the accepted alerts that said nothing new; 0 of none."""
        return self.duplicate / self.accepted if self.accepted else 0.0

    @classmethod
    def of(cls, value: Balance) -> Self:
        """Make the model of the books."""
        return cls.from_fields(value)

    def to_domain(self) -> Balance:
        """Return the books."""
        return to_struct(self.to_fields(), Balance)


class AlertSummary(Model):
    """How many alerts there are, by what they are at one time; what is over counts as resolved.

    >>> AlertSummary.of([], now_s=0.0).total
    0
    """

    at_s: EpochSeconds
    total: Count
    by_status: dict[AlertStatus, Count]
    by_severity: dict[AlertSeverity, Count] = Field(description="Of those that are not over.")
    by_category: dict[AlertCategory, Count] = Field(description="Of those that are not over.")

    @classmethod
    def of(cls, alerts: Iterable[Alert], now_s: float, rules: Iterable[Rule] = ()) -> Self:
        """Count alerts; `rules` are those of their tenant."""
        known = [(alert.status_at(now_s), alert) for alert in alerts]
        open_ = [alert for status, alert in known if status != AlertStatus.RESOLVED]
        made_by = tuple(rules)
        return cls(
            at_s=now_s,
            total=len(known),
            by_status=dict(Counter(status for status, _ in known)),
            by_severity=dict(Counter(alert.severity for alert in open_)),
            by_category=dict(Counter(alert.category(made_by) for alert in open_)),
        )


class AlertSystemHealth(Model):
    """Whether the system does its work for a tenant, and what is in its way.

    >>> AlertSystemHealth(at_s=0.0).is_well
    True
    """

    at_s: EpochSeconds
    pending: Count = Field(default=0, description="Accepted alerts that are on their way.")
    dead_lettered: Count = Field(default=0, description="Alerts that were given up.")
    open_breakers: tuple[str, ...] = Field(
        default=(), description="Keys of the endpoints that are left alone now."
    )
    failing_rules: dict[str, str] = Field(
        default={}, description="Why each rule that cannot be evaluated cannot."
    )

    @property
    def is_well(self) -> bool:
        """Whether nothing was given up, no endpoint is down and every rule is evaluated."""
        return not (self.dead_lettered or self.open_breakers or self.failing_rules)

    @classmethod
    def of(
        cls,
        balance: Balance,
        breakers: Iterable[Breaker],
        states: Iterable[RuleState],
        now_s: float,
    ) -> Self:
        """Read it off the books, the breakers and what is remembered of the rules."""
        return cls(
            at_s=now_s,
            pending=balance.pending,
            dead_lettered=balance.dead_lettered,
            open_breakers=tuple(sorted(each.key for each in breakers if each.state != "CLOSED")),
            failing_rules={each.rule: each.failure for each in states if each.failure},
        )
