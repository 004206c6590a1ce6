"""The webhook receiver: a body of one of two formats, and the headers of Standard Webhooks.

The formats are Alertmanager's, version 4, and tocsin's own. Source of the headers and signatures:
github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md. Source of Alertmanager's
body: github.com/prometheus/alertmanager, template/template.go and notify/webhook/webhook.go, 0.34.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from tocsin.adapters.receivers.posting import Request, Tools, kept_url, post
from tocsin.domain.alert import Alert, Status, place
from tocsin.domain.channels import Webhook
from tocsin.domain.errors import ConfigurationError, Unsendable
from tocsin.domain.fingerprint import alertmanager_fingerprint
from tocsin.domain.signatures.standard import HEADER, sign
from tocsin.ports import Notification

# How Go writes a time that is not set.
_NO_TIME = "0001-01-01T00:00:00Z"
# They belong to the connection, and the wrong ones would make two requests of one.
_NOT_CONFIGURABLE = {"connection", "content-length", "host", "transfer-encoding"}
# What `regexp.QuoteMeta` of Go escapes, through which Alertmanager sends the name of a receiver.
_QUOTED = str.maketrans({each: f"\\{each}" for each in "\\.+*?()|[]{}^$"})


def send(notification: Notification, tools: Tools) -> str:
    """Post the body; a webhook gives no name to what it takes."""
    receiver = notification.receiver

    settings = receiver.settings if isinstance(receiver.settings, Webhook) else Webhook()

    def write() -> Request:
        url = kept_url(receiver, tools, settings.url) if settings.url else receiver.url
        body = _render(settings, notification, tools.external_url)
        sent = headers(notification, tools.clock())
        if settings.secrets:
            sent[HEADER] = _signature(
                notification, tools, settings, sent["webhook-timestamp"], body
            )
        return Request(url, body, sent)

    post(receiver, tools, write)
    return ""


def render(notification: Notification, external_url: str) -> bytes:
    """Return the body as Alertmanager would send it."""
    return msgspec.json.encode(fields(notification, external_url))


def fields(notification: Notification, external_url: str) -> dict[str, Any]:
    """Return the fields of the body, also for whoever sends them in another way."""
    # All that the notification holds, whatever `max_alerts` is by now: it counts as told.
    alerts = sorted(notification.alerts, key=place)
    return {
        "version": "4",
        "groupKey": str(notification.group),
        "truncatedAlerts": notification.truncated,
        "status": status(alerts),
        "receiver": _quoted(notification.receiver.shown_as or notification.receiver.name),
        "groupLabels": dict(notification.group.labels),
        "commonLabels": _common(_labels(alert) for alert in alerts),
        "commonAnnotations": _common(alert.annotations for alert in alerts),
        # Routes have no labels here.
        "routeLabels": {},
        "externalURL": notification.external_url or external_url,
        "notification_reason": notification.reason,
        "alerts": [_alert(alert) for alert in alerts],
    }


def headers(notification: Notification, at_s: float) -> dict[str, str]:
    """Return the configured headers and tocsin's own, of which only the time is new each try."""
    own = {
        "Content-Type": "application/json",
        "Idempotency-Key": notification.key,
        "webhook-id": notification.key,
        "webhook-timestamp": str(int(at_s)),
    }
    taken = {name.lower() for name in own} | {HEADER} | _NOT_CONFIGURABLE
    configured = notification.receiver.headers.items()
    return {name: value for name, value in configured if name.lower() not in taken} | own


def _render(settings: Webhook, notification: Notification, external_url: str) -> bytes:
    if settings.body == "alertmanager":
        return render(notification, external_url)
    # Imported here: most webhooks have the other one.
    from tocsin.adapters.receivers import ownbody

    return ownbody.render(notification, external_url)


def _signature(
    notification: Notification, tools: Tools, settings: Webhook, sent_at: str, body: bytes
) -> str:
    """Sign with every secret, so that whoever checks can replace one."""
    secrets = [tools.secret(secret).encode() for secret in settings.secrets]
    try:
        return sign(secrets, notification.key, sent_at, body)
    except ConfigurationError as error:
        raise Unsendable(f"receiver {notification.receiver.name}: {error}") from None


def _quoted(name: str) -> str:
    return name.translate(_QUOTED)


def status(alerts: Iterable[Alert]) -> Status:
    """Return what is said of all alerts together: one that fires says it of all."""
    return "firing" if any(alert.status == "firing" for alert in alerts) else "resolved"


def _alert(alert: Alert) -> dict[str, Any]:
    # A field of tocsin's own; whoever reads Alertmanager's bodies passes over it.
    found = {} if alert.enrichment is None else {"enrichment": alert.enrichment}
    return {
        "status": alert.status,
        "labels": _labels(alert),
        "annotations": alert.annotations,
        "startsAt": _time(alert.starts_at_s),
        "endsAt": _NO_TIME if alert.status == "firing" else _time(_end(alert)),
        "generatorURL": alert.url,
        "fingerprint": alertmanager_fingerprint(alert.labels),
        **found,
    }


def _labels(alert: Alert) -> dict[str, str]:
    """Return the labels that say something: one without a value is one that is not there."""
    return {name: value for name, value in alert.labels.items() if value}


def _end(alert: Alert) -> float | None:
    """Return when a resolved alert ended, as well as its sender said."""
    for at_s in (alert.ends_at_s, alert.observed_at_s):
        if at_s is not None:
            return at_s
    return alert.starts_at_s


def _time(at_s: float | None) -> str:
    if at_s is None:
        return _NO_TIME
    at = datetime.fromtimestamp(at_s, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _common(each: Iterable[dict[str, str]]) -> dict[str, str]:
    """Return the pairs that all have."""
    pairs = [values.items() for values in each]
    if not pairs:
        return {}
    first, *others = pairs
    return {name: value for name, value in first if all((name, value) in o for o in others)}
