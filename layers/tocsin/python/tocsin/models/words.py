"""The words of the models. Each is a word that the pipeline itself uses; the tests compare."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field

from tocsin.domain.alert import Alert, severity_of
from tocsin.domain.rule import OWN, MetricRule, Rule
from tocsin.domain.rulefailure import NAME as RULE_FAILED


class AlertSeverity(StrEnum):
    """How bad an alert is, the worst first.

    >>> AlertSeverity.of("medium")
    <AlertSeverity.WARNING: 'warning'>
    >>> AlertSeverity.of("P1").rank < AlertSeverity.of("minor").rank
    True
    """

    CRITICAL = "critical"
    HIGH = "high"
    WARNING = "warning"
    LOW = "low"
    INFO = "info"

    @classmethod
    def of(cls, word: object) -> Self:
        """Return the severity that a sender's own word stands for."""
        return cls(severity_of(word))

    @property
    def rank(self) -> int:
        """Return the place among the severities: 0 is the worst."""
        return list(type(self)).index(self)


class AlertStatus(StrEnum):
    """What an alert is to people, of all that may hold at the same time the first."""

    RESOLVED = "resolved"
    SNOOZED = "snoozed"
    ACKNOWLEDGED = "acknowledged"
    SILENCED = "silenced"
    INHIBITED = "inhibited"
    FIRING = "firing"


class AlertCategory(StrEnum):
    """What an alert was made of: of a sender's report, of numbers, or of other alerts."""

    REPORTED = "reported"
    METRIC = "metric"
    COUNT = "count"
    ABSENT = "absent"
    CORRELATION = "correlation"
    FLAPPING = "flapping"
    # A rule that could not be evaluated, or one that made it and is not there any more.
    RULE_FAILED = "rule-failed"
    RULE_GONE = "rule-gone"


RULE_CATEGORIES = (
    AlertCategory.METRIC,
    AlertCategory.COUNT,
    AlertCategory.ABSENT,
    AlertCategory.CORRELATION,
    AlertCategory.FLAPPING,
)


class MetricType(StrEnum):
    """How the points of a metric are to be read, as in OTLP: a sum counts up and may restart."""

    GAUGE = "gauge"
    SUM = "sum"


class ComparisonOperator(StrEnum):
    """How a value is compared with a threshold.

    `absent` and `present` ask whether there is a value at all.
    """

    GT = "gt"
    GTE = "gte"
    LT = "lt"
    LTE = "lte"
    EQ = "eq"
    NE = "ne"
    ABSENT = "absent"
    PRESENT = "present"


class NotificationChannel(StrEnum):
    """How a receiver is told; `nobody` is for alerts that are only to be seen."""

    WEBHOOK = "webhook"
    SLACK = "slack"
    EMAIL = "email"
    PAGERDUTY = "pagerduty"
    TEAMS = "teams"
    OPSGENIE = "opsgenie"
    SNS = "sns"
    SQS = "sqs"
    EVENTBRIDGE = "eventbridge"
    LAMBDA = "lambda"
    APPRISE = "apprise"
    NOBODY = "nobody"


class EscalationAction(StrEnum):
    """What became of a step of an escalation policy."""

    STEP = "step"
    DEFERRED = "deferred"
    STOPPED = "stopped"
    RESUMED = "resumed"


def category_of(alert: Alert, rules: Iterable[Rule] = ()) -> AlertCategory:
    """Return what an alert was made of; `rules` are those of its tenant."""
    if alert.provider != OWN:
        return AlertCategory.REPORTED
    if alert.name == RULE_FAILED:
        return AlertCategory.RULE_FAILED
    # A rule may give its alerts another `alertname` than its own name.
    found = next(
        (rule for rule in rules if rule.labels.get("alertname", rule.name) == alert.name), None
    )
    return AlertCategory.RULE_GONE if found is None else rule_category(found)


def rule_category(rule: Rule) -> AlertCategory:
    """Return what the alerts of a rule are made of."""
    return AlertCategory("metric" if isinstance(rule, MetricRule) else rule.kind)


def _severity(word: Any) -> Any:
    return AlertSeverity.of(word) if isinstance(word, str) else word


# A sender's own word is taken, too.
SeverityWord = Annotated[AlertSeverity, BeforeValidator(_severity)]
Comparison = Annotated[ComparisonOperator, Field(strict=False)]
Channel = Annotated[NotificationChannel, Field(strict=False)]
StepAction = Annotated[EscalationAction, Field(strict=False)]
EpochSeconds = Annotated[float, Field(description="Epoch seconds, UTC.")]
Labels = dict[str, str]
