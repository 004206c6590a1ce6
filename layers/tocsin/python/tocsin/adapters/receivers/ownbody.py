"""The webhook body of tocsin's own format; docs/notification.schema.json is `json_schema()`."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from tocsin.adapters.receivers.message import Message, message_of
from tocsin.domain.alert import Alert, Severity, Status
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.found import Enrichment
from tocsin.domain.wire import Time, rfc3339
from tocsin.ports import Notification


class BodyAlert(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """One alert of a notification."""

    fingerprint: Annotated[
        str, Meta(pattern="^[0-9a-f]{16}$", description="Alertmanager's, by which actions find it.")
    ]
    is_new: Annotated[
        bool, Meta(description="Whether it is why this is sent; the others are shown beside it.")
    ]
    name: Annotated[str, Meta(description="What is wrong.")]
    status: Annotated[Status, Meta(description="Whether it is wrong now.")]
    severity: Annotated[Severity, Meta(description="How bad it is, mapped to five words.")]
    labels: Annotated[dict[str, str], Meta(description="Its identity.")]
    annotations: Annotated[dict[str, str], Meta(description="Texts for people.")]
    starts_at: Annotated[Time | None, Meta(description="When it began, if its sender says.")]
    ends_at: Annotated[
        Time | None, Meta(description="When it ended, if it is resolved and its sender says.")
    ]
    provider: Annotated[str, Meta(description="The monitoring system it is from.")]
    url: Annotated[str, Meta(description="Where to look at it, or empty.")]
    value: Annotated[float | None, Meta(description="The measured value, if the sender says.")]
    enrichment: Annotated[
        Enrichment | None, Meta(description="What tocsin found out about it; see enrichment.md.")
    ]


class BodyGroup(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What the alerts of a notification have in common."""

    key: Annotated[str, Meta(description="As Alertmanager writes a groupKey.")]
    labels: Annotated[dict[str, str], Meta(description="The labels that alerts are grouped by.")]


class BodyThread(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The notification that opened what is said now."""

    id: Annotated[str, Meta(description="The `id` of that notification.")]
    receipt: Annotated[str, Meta(description="What its receiver called it, or empty.")]


class Body(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A notification: the alerts of one group, and why they are told."""

    version: Annotated[Literal["1"], Meta(description="Of this format.")] = "1"
    type: Annotated[
        Literal["notification.firing", "notification.resolved", "notification.update"],
        Meta(description="`update`: nothing happened, but more is known."),
    ]
    id: Annotated[str, Meta(description="The same in every try; also the header `webhook-id`.")]
    tenant: Annotated[str, Meta(description="Whose alerts they are.")]
    receiver: Annotated[str, Meta(description="The name of the receiver in tocsin.yaml.")]
    reason: Annotated[str, Meta(description="Why it is sent, such as `first notification`.")]
    group: BodyGroup
    thread: Annotated[
        BodyThread | None,
        Meta(description="What was said first of what still fires; null in what opens it."),
    ]
    title: Annotated[str, Meta(description="One line for people.")]
    text: Annotated[
        str, Meta(description="What the receiver's own template says to people, or empty.")
    ]
    severity: Annotated[
        Severity, Meta(description="The worst of those that fire, or of those that ended.")
    ]
    firing: Annotated[int, Meta(ge=0, description="How many of the alerts fire.")]
    resolved: Annotated[int, Meta(ge=0, description="How many of them are over.")]
    not_shown: Annotated[int, Meta(ge=0, description="How many alerts found no room here.")]
    url: Annotated[str, Meta(description="Where all of it is, or empty.")]
    alerts: Annotated[tuple[BodyAlert, ...], Meta(description="News first.")]


def render(notification: Notification, external_url: str) -> bytes:
    """Return the body; all that the notification holds, since that counts as told."""
    message = message_of(notification, 0, external_url)
    group, thread = notification.group, notification.thread
    body = Body(
        type=_type(message),
        id=notification.key,
        tenant=group.tenant,
        receiver=notification.receiver.shown_as or notification.receiver.name,
        reason=notification.reason,
        group=BodyGroup(key=str(group), labels=dict(group.labels)),
        thread=None if thread is None else BodyThread(id=thread.key, receipt=thread.receipt),
        title=message.title,
        text=message.text,
        severity=message.severity,
        firing=message.firing,
        resolved=message.resolved,
        not_shown=notification.truncated,
        url=message.url,
        alerts=tuple(
            _alert(alert, is_new=place < notification.new)
            for place, alert in enumerate(notification.alerts)
        ),
    )
    return msgspec.json.encode(body)


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the body."""
    schema = msgspec.json.schema(Body)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Notification",
        **schema,
    }


def _type(
    message: Message,
) -> Literal["notification.firing", "notification.resolved", "notification.update"]:
    if message.state == "update":
        return "notification.update"
    return "notification.resolved" if message.is_over else "notification.firing"


def _alert(alert: Alert, *, is_new: bool) -> BodyAlert:
    is_over = alert.status == "resolved"
    return BodyAlert(
        fingerprint=alertmanager_fingerprint(alert.labels),
        is_new=is_new,
        name=alert.name,
        status=alert.status,
        severity=alert.severity,
        labels=alert.labels,
        annotations=alert.annotations,
        starts_at=_time(alert.starts_at_s),
        ends_at=_time(alert.ends_at_s) if is_over else None,
        provider=alert.provider,
        url=alert.url,
        value=alert.value,
        enrichment=alert.enrichment,
    )


def _time(at_s: float | None) -> str | None:
    return None if at_s is None else rfc3339(at_s)
