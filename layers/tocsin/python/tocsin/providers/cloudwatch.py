"""CloudWatch alarms: through SNS (in its envelope or raw), and as EventBridge events.

All forms of one alarm give the same labels, so they are one alert.
Source: sns/latest/dg/sns-message-and-json-formats; the other two files say theirs.
"""

from collections.abc import Callable
from typing import Any

import orjson

from tocsin.domain.alert import Alert, Status
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.cloudwatch_change import Change, from_event, from_notification
from tocsin.providers.label_set import check_annotations, check_labels
from tocsin.providers.members import Entry
from tocsin.providers.reading import kind, number, quoted

PROVIDER = "cloudwatch"

_HANDSHAKES = ("SubscriptionConfirmation", "UnsubscribeConfirmation")
_STATE_CHANGES = ("CloudWatch Alarm State Change", "CloudWatch Alarm Contributor State Change")
_CONFIGURATION_CHANGE = "CloudWatch Alarm Configuration Change"


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one change of state of one alarm.

    Understood, and without an alert, are the handshakes of SNS, changes of an alarm's
    configuration, and a lack of data in an alarm that was not firing.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"cloudwatch: expected an object, got {kind(payload)}")
    if payload.get("Type") in _HANDSHAKES:
        return []
    message, path = _unwrapped(payload)
    if message.get("detail-type") == _CONFIGURATION_CHANGE:
        return []
    read = _reader(message, payload.get("TopicArn"))
    try:
        change = read()
        return [_alert(change)] if _is_news(change) else []
    except InvalidAlert as error:
        error.path = path + error.path
        return [error.with_traceback(None)]


def subscription(payload: Any) -> str | None:
    """Return the ARN of the topic that asks for its subscription to be confirmed, if one does."""
    if type(payload) is not dict or payload.get("Type") != "SubscriptionConfirmation":
        return None
    topic = payload.get("TopicArn")
    if type(topic) is not str or not topic.startswith("arn:") or not topic.isprintable():
        return None
    return topic if len(topic) <= 512 else None


def _unwrapped(payload: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return what SNS carried, and the path to it; without an envelope the payload itself."""
    if "Message" not in payload:
        return payload, ""
    message = payload["Message"]
    if type(message) is str:
        try:
            message = orjson.loads(message)
        except orjson.JSONDecodeError:
            message = None
    if type(message) is not dict:
        raise InvalidPayload("cloudwatch: Message: expected the JSON of an alarm", "Message")
    return message, "Message."


def _reader(message: dict[str, Any], topic: Any) -> Callable[[], Change]:
    if "AlarmName" in message:
        return lambda: from_notification(message, topic)
    if message.get("detail-type") in _STATE_CHANGES:
        return lambda: from_event(message)
    raise InvalidPayload(
        "cloudwatch: expected a notification with AlarmName, or an event with the detail-type "
        f"{_STATE_CHANGES[0]!r}"
    )


def confirmation_link(payload: Any) -> str | None:
    """Return the link that confirms this subscription, if it leads to SNS and nowhere else."""
    if subscription(payload) is None:
        return None
    link = payload.get("SubscribeURL")
    if type(link) is not str or len(link) > 2048 or not link.isprintable():
        return None
    host = link.removeprefix("https://").partition("/")[0]
    labels = host.removesuffix(".cn").split(".")
    is_sns = len(labels) == 4 and labels[0] == "sns" and labels[2:] == ["amazonaws", "com"]
    is_region = labels[1:2] != [] and labels[1].replace("-", "").isalnum() and host.isascii()
    return link if link.startswith("https://") and is_sns and is_region else None


def _is_news(change: Change) -> bool:
    # CloudWatch does not know: that is no reason to close an alarm, so one that fired goes on
    # firing, and none to open one, since the ALARM after it would pass for a repeat and page
    # nobody.
    return change.state != "INSUFFICIENT_DATA" or change.previous == "ALARM"


def _alert(change: Change) -> Alert:
    status = _status(change)
    said = {"summary": change.reason, "description": change.description, "state": change.state}
    return Alert(
        name=change.name,
        status=status,
        severity=change.severity,
        labels=check_labels(change.labels),
        annotations=check_annotations({name: text for name, text in said.items() if text}),
        # The time of INSUFFICIENT_DATA is not that at which the problem began.
        starts_at_s=change.at_s if change.state == "ALARM" else None,
        ends_at_s=change.at_s if status == "resolved" else None,
        observed_at_s=change.at_s,
        provider=PROVIDER,
        url=change.url,
        value=_value(change.reason),
    )


def _status(change: Change) -> Status:
    if change.state == "OK":
        return "resolved"
    if change.state in ("ALARM", "INSUFFICIENT_DATA"):
        return "firing"
    message = f"expected OK, ALARM or INSUFFICIENT_DATA, got {quoted(change.state)}"
    raise InvalidAlert(message, change.state_path)


def _value(reason: str) -> float | None:
    """Return the latest datapoint: "… 2 datapoints [99.5 (02/10/19 16:59:00), 80.0 (…)] …"."""
    _, bracket, rest = reason.partition("[")
    datapoint, parenthesis, _ = rest[:64].partition(" (")
    return number(datapoint) if bracket and parenthesis else None
