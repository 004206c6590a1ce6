"""Request bodies as the monitoring tools write them."""

from datetime import UTC, datetime
from typing import Any, Literal

Step = Literal["firing", "resolved"]
Labels = dict[str, str]


def instant(at_s: float) -> str:
    """Write a time as the tools do: RFC 3339, UTC, milliseconds."""
    return datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def alertmanager_webhook(
    alerts: list[tuple[Step, Labels]], starts_at_s: float, ends_at_s: float
) -> dict[str, Any]:
    """Return a webhook body of Alertmanager, version 4."""
    return {
        "version": "4",
        "groupKey": '{}:{alertname="demo"}',
        "truncatedAlerts": 0,
        "status": "firing" if any(step == "firing" for step, _ in alerts) else "resolved",
        "receiver": "tocsin",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager.example:9093",
        "alerts": [
            {
                "status": step,
                "labels": labels,
                "annotations": {"summary": f"{labels['alertname']} on {labels['instance']}"},
                "startsAt": instant(starts_at_s),
                "endsAt": instant(ends_at_s) if step == "resolved" else "0001-01-01T00:00:00Z",
                "generatorURL": "http://prometheus.example:9090/graph",
            }
            for step, labels in alerts
        ],
    }


def prometheus_alerts(
    alerts: list[Labels], starts_at_s: float, holds_until_s: float
) -> list[dict[str, Any]]:
    """Return what Prometheus posts to an Alertmanager."""
    return [
        {
            "labels": labels,
            "annotations": {"summary": f"{labels['alertname']} on {labels['instance']}"},
            "startsAt": instant(starts_at_s),
            "endsAt": instant(holds_until_s),
            "generatorURL": "http://prometheus.example:9090/graph",
        }
        for labels in alerts
    ]


def cloudwatch_alarm(name: str, state: Literal["ALARM", "OK"], at_s: float) -> dict[str, Any]:
    """Return the message that a CloudWatch alarm publishes to its SNS topic."""
    changed_at = datetime.fromtimestamp(at_s, UTC)
    return {
        "AlarmName": name,
        "AlarmDescription": "Messages wait too long",
        "AWSAccountId": "000000000000",
        "AlarmConfigurationUpdatedTimestamp": "2026-01-01T00:00:00.000+0000",
        "NewStateValue": state,
        "NewStateReason": "Threshold Crossed: 1 datapoint was 412.0",
        "StateChangeTime": changed_at.strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{changed_at.microsecond // 1000:03d}+0000",
        "Region": "US East (N. Virginia)",
        "AlarmArn": f"arn:aws:cloudwatch:us-east-1:000000000000:alarm:{name}",
        "OldStateValue": "OK" if state == "ALARM" else "ALARM",
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "Trigger": {
            "MetricName": "ApproximateAgeOfOldestMessage",
            "Namespace": "AWS/SQS",
            "StatisticType": "Statistic",
            "Statistic": "MAXIMUM",
            "Unit": None,
            "Dimensions": [{"name": "QueueName", "value": "orders"}],
            "Period": 60,
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 300.0,
            "TreatMissingData": "missing",
            "EvaluateLowSampleCountPercentile": "",
        },
    }
