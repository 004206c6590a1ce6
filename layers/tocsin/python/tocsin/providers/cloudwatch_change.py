"""One change of state of a CloudWatch alarm, from either form that AWS sends it in.

Source: AmazonCloudWatch/latest/monitoring: cloudwatch-and-eventbridge, Acting_Alarm_Changes,
alarm-tags-in-notifications.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from tocsin.domain.alert import Severity, severity_of
from tocsin.providers.cloudwatch_metric import configuration_labels, pairs, trigger_labels
from tocsin.providers.reading import expected, rfc3339, text

_CONSOLES = {"aws-cn": "console.amazonaws.cn", "aws-us-gov": "console.amazonaws-us-gov.com"}


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm's new state and the one before, and `labels` that are the same in each state."""

    name: str
    state: str
    state_path: str
    previous: str
    reason: str
    description: str
    at_s: float | None
    severity: Severity
    labels: dict[str, str]
    url: str


def from_notification(alarm: dict[str, Any], topic: Any) -> Change:
    """Read the message that an alarm sends to SNS; `topic` is the ARN it came through, or None."""
    name = _name(alarm.get("AlarmName"), "AlarmName")
    # `Region` is a name for people ("EU (Ireland)"), so the code is taken from an ARN. An alarm
    # can only notify topics of its own region.
    arn = _arn(alarm.get("AlarmArn") or topic)
    account = text(alarm.get("AWSAccountId")) or arn.account
    region = arn.region or text(alarm.get("Region"))
    description = text(alarm.get("AlarmDescription"))
    return Change(
        name=name,
        # CloudWatch always names the state. An alarm without one was written by hand, and
        # whoever sends an alarm by hand means it.
        state=text(alarm.get("NewStateValue", "ALARM")),
        state_path="NewStateValue",
        previous=text(alarm.get("OldStateValue")),
        reason=text(alarm.get("NewStateReason")),
        description=description,
        at_s=rfc3339(alarm.get("StateChangeTime"), "StateChangeTime"),
        severity=_severity(alarm.get("AlarmTags"), description),
        labels={
            **trigger_labels(alarm.get("Trigger", alarm)),
            **pairs(alarm.get("AlarmContributorAttributes")),
            "alertname": name, "account": account, "region": region,
        },
        url=_console_link(arn.partition, arn.region, name),
    )  # fmt: skip


def from_event(event: dict[str, Any]) -> Change:
    """Read an EventBridge event about an alarm or about one contributor to it."""
    detail = _object(event.get("detail"), "detail")
    state = _object(detail.get("state"), "detail.state")
    configuration = _mapping(detail.get("configuration"))
    name = _name(detail.get("alarmName"), "detail.alarmName")
    resources = event.get("resources")
    arn = _arn(resources[0] if type(resources) is list and resources else None)
    region = text(event.get("region")) or arn.region
    description = text(configuration.get("description"))
    return Change(
        name=name,
        state=text(state.get("value")),
        state_path="detail.state.value",
        previous=text(_mapping(detail.get("previousState")).get("value")),
        reason=text(state.get("reason")),
        description=description,
        at_s=rfc3339(state.get("timestamp"), "detail.state.timestamp"),
        severity=_severity(detail.get("alarmTags"), description),
        labels={
            **configuration_labels(configuration),
            **pairs(_mapping(detail.get("alarmContributor")).get("attributes")),
            "alertname": name, "account": text(event.get("account")) or arn.account,
            "region": region,
        },
        url=_console_link(arn.partition, region, name),
    )  # fmt: skip


class _Arn(msgspec.Struct, frozen=True):
    partition: str = ""
    region: str = ""
    account: str = ""


def _arn(value: Any) -> _Arn:
    parts = text(value).split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return _Arn()
    return _Arn(partition=parts[1], region=parts[3], account=parts[4])


def _name(value: Any, path: str) -> str:
    if type(value) is not str or not value:
        raise expected("the name of an alarm", value, path)
    return value


def _object(value: Any, path: str) -> dict[str, Any]:
    if type(value) is not dict:
        raise expected("an object", value, path)
    return value


def _mapping(value: Any) -> dict[str, Any]:
    return value if type(value) is dict else {}


def _severity(tags: Any, description: str) -> Severity:
    """Return what the tag `severity` says, or the description; CloudWatch itself has none.

    Neither changes with the state, so an alarm and its OK take the same route.
    """
    for name, value in pairs(tags).items():
        if name.lower() == "severity":
            return severity_of(value)
    return severity_of(_word_after_severity(description))


def _word_after_severity(description: str) -> str:
    """Return the word in "… severity: critical …" or "… severity=critical …", or ""."""
    _, found, rest = description.lower().partition("severity")
    rest = rest.lstrip(' "')
    if not found or rest[:1] not in (":", "="):
        return ""
    words = rest[1:65].replace('"', " ").replace(",", " ").replace(".", " ").split()
    return words[0] if words else ""


def _console_link(partition: str, region: str, name: str) -> str:
    if not region.isascii() or not region.replace("-", "").isalnum():
        return ""
    console = _CONSOLES.get(partition, "console.aws.amazon.com")
    alarm = f"#alarmsV2:alarm/{quote(name, safe='')}"
    return f"https://{region}.{console}/cloudwatch/home?region={region}{alarm}"
