"""Typed and validated models of alerts, rules, notifications and escalation, for programs.

They say in JSON what the pipeline's own values say, and decide nothing themselves.
"""

from tocsin.models.alert import Alert, AlertRun
from tocsin.models.escalation import EscalationEvent, EscalationPolicy, EscalationStep
from tocsin.models.event import AlertEvent
from tocsin.models.figures import AlertMetrics, AlertSummary, AlertSystemHealth
from tocsin.models.notifications import (
    NotificationConfig,
    NotificationDelivery,
    NotificationTemplate,
)
from tocsin.models.responses import (
    AlertListResponse,
    AlertRuleListResponse,
    NotificationConfigListResponse,
)
from tocsin.models.rules import AlertRule, Query, ThresholdCondition
from tocsin.models.silence import Silence
from tocsin.models.system import AlertSystemConfig
from tocsin.models.words import (
    AlertCategory,
    AlertSeverity,
    AlertStatus,
    ComparisonOperator,
    EscalationAction,
    MetricType,
    NotificationChannel,
)

__all__ = [
    "Alert",
    "AlertCategory",
    "AlertEvent",
    "AlertListResponse",
    "AlertMetrics",
    "AlertRule",
    "AlertRuleListResponse",
    "AlertRun",
    "AlertSeverity",
    "AlertStatus",
    "AlertSummary",
    "AlertSystemConfig",
    "AlertSystemHealth",
    "ComparisonOperator",
    "EscalationAction",
    "EscalationEvent",
    "EscalationPolicy",
    "EscalationStep",
    "MetricType",
    "NotificationChannel",
    "NotificationConfig",
    "NotificationConfigListResponse",
    "NotificationDelivery",
    "NotificationTemplate",
    "Query",
    "Silence",
    "ThresholdCondition",
]
