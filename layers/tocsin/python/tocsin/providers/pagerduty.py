"""What tools send to PagerDuty (Events API v2), and what PagerDuty sends (webhooks v3).

Source: developer.pagerduty.com/docs: events-api-v2/trigger-events, and for the webhooks see
`pagerduty_webhook`.
"""

from functools import partial
from hashlib import blake2b
from typing import Any

from tocsin.domain.alert import Alert, severity_of
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers import pagerduty_webhook
from tocsin.providers.fields import mapping, optional_text, unnamed, wanted_object, wanted_text
from tocsin.providers.kept import annotations
from tocsin.providers.label_set import check_labels
from tocsin.providers.limits import LABEL_NAME_CHARACTERS
from tocsin.providers.members import Entry, read_one
from tocsin.providers.reading import expected, kind, quoted, rfc3339, text, web_link
from tocsin.providers.unending import holds_until

PROVIDER = "pagerduty"

# Without a key these say which problem of which thing is meant.
_IDENTITY = ("source", "component", "group", "class")
_ACTIONS = "trigger, acknowledge or resolve"


def parse(payload: Any, received_at_s: float) -> list[Entry]:
    """Read one event of the Events API v2, or one webhook of version 3.

    Understood, and without an alert, are acknowledgements: somebody works on a problem that is
    neither new nor over.
    """
    if type(payload) is not dict:
        raise InvalidPayload(f"pagerduty: expected an object, got {kind(payload)}")
    if "event" in payload:
        return pagerduty_webhook.parse(payload["event"])
    action = payload.get("event_action")
    if action is None:
        raise InvalidPayload(
            f"pagerduty: event_action: expected {_ACTIONS}, or a webhook with an object event",
            "event_action",
        )
    if action == "acknowledge":
        return []
    return read_one(payload, partial(_read, received_at_s, action))


def _read(received_at_s: float, action: Any, body: dict[str, Any]) -> Alert:
    if type(action) is not str:
        raise expected(_ACTIONS, action, "event_action")
    key = optional_text(body.get("dedup_key"), "dedup_key")
    if action == "trigger":
        return _trigger(received_at_s, key, body)
    if action == "resolve":
        return _resolve(wanted_text(key, "dedup_key"), body)
    raise InvalidAlert(f"expected {_ACTIONS}, got {quoted(action)}", "event_action")


def _trigger(received_at_s: float, key: str, body: dict[str, Any]) -> Alert:
    details = wanted_object(body.get("payload"), "payload")
    summary = wanted_text(details.get("summary"), "payload.summary")
    return Alert(
        name=summary[:LABEL_NAME_CHARACTERS],
        status="firing",
        severity=severity_of(text(details.get("severity"))),
        labels=_labels(key, body) if key else _labels_without_key(summary, details, body),
        annotations=_annotations(body, details),
        starts_at_s=rfc3339(details.get("timestamp"), "payload.timestamp"),
        # A trigger without a key is an alert that nothing can ever resolve.
        holds_until_s=None if key else holds_until(received_at_s),
        provider=PROVIDER,
        url=_link(body),
    )


def _resolve(key: str, body: dict[str, Any]) -> Alert:
    details = mapping(body.get("payload"))
    return Alert(
        name=(text(details.get("summary")) or key)[:LABEL_NAME_CHARACTERS],
        status="resolved",
        severity=severity_of(text(details.get("severity"))),
        labels=_labels(key, body),
        annotations=_annotations(body, details),
        provider=PROVIDER,
        url=_link(body),
    )


def _labels(key: str, body: dict[str, Any]) -> dict[str, str]:
    # A resolve has nothing but the key, so nothing else can be identity.
    return unnamed({"dedup_key": key, "integration": _integration(body)})


def _labels_without_key(
    summary: str, details: dict[str, Any], body: dict[str, Any]
) -> dict[str, str]:
    told = {
        name: optional_text(details.get(name), f"payload.{name}")
        for name in _IDENTITY
    }  # fmt: skip
    return check_labels({"alertname": summary, **told, "integration": _integration(body)})


def _integration(body: dict[str, Any]) -> str:
    """Return a name for the routing key: equal keys of two integrations are two alerts.

    The key itself lets whoever has it send events, so it stays out of labels.
    """
    key = optional_text(body.get("routing_key"), "routing_key")
    return blake2b(key.encode(), digest_size=6).hexdigest() if key else ""


def _annotations(body: dict[str, Any], details: dict[str, Any]) -> dict[str, str]:
    said = {"summary": details.get("summary"), "client": body.get("client")}
    return annotations(said, details, details.get("custom_details"), without=("timestamp",))


def _link(body: dict[str, Any]) -> str:
    links = body.get("links")
    first = links[0] if type(links) is list and links else None
    return web_link(body.get("client_url")) or web_link(mapping(first).get("href"))
