"""What each kind of receiver would be sent, as files that a person can look at."""

import json
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from msgspec.structs import replace

from cli.preview import slackpage
from tocsin.adapters.receivers import email, opsgenie, ownbody, pagerduty, slack, teams, webhook
from tocsin.adapters.receivers.message import message_of
from tocsin.adapters.receivers.textmessage import text_of
from tocsin.domain import channels
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret
from tocsin.ports import Notification

# What stands where a secret would.
_KEY = "***"
_SHOWN_ALERTS = 20
_TEXT_LIMIT = 4000
_STAND_INS: Mapping[str, channels.Channel] = {
    "email": channels.Email(to=("oncall@example.com",), sender="tocsin@example.com"),
    "opsgenie": channels.Opsgenie(api_key=Secret(value=_KEY), url="https://api.opsgenie.com"),
    "pagerduty": channels.PagerDuty(
        routing_key=Secret(value=_KEY), url="https://events.pagerduty.com/v2/enqueue"
    ),
}


def stand_in(kind: str) -> Receiver:
    """Return a receiver of a kind that has what its messages are made of, and nothing else."""
    receiver = Receiver(name="preview", kind=kind)  # type: ignore[arg-type]
    return replace(receiver, settings=_STAND_INS.get(kind))


def previewed(notification: Notification, now_s: float) -> dict[str, str]:
    """Return what would be sent, by the kind of file that it is: `json`, `txt` or `html`."""
    return CHANNELS[notification.receiver.kind](notification, now_s)


def _email(notification: Notification, now_s: float) -> dict[str, str]:
    content = email.render(notification, "", now_s)
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage), "that policy makes no other"
    plain, page = (
        str(message.get_body((subtype,)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]
        for subtype in ("plain", "html")
    )
    return {"txt": f"Subject: {message['Subject']}\n\n{plain}", "html": page}


def _slack(notification: Notification, _now_s: float) -> dict[str, str]:
    body = slack.render(notification)
    return {**_json(body), "html": slackpage.page(json.loads(body))}


def _text(notification: Notification, _now_s: float) -> dict[str, str]:
    message = message_of(notification, _SHOWN_ALERTS)
    return {"txt": f"{message.title}\n\n{text_of(message, _TEXT_LIMIT)}\n"}


def _webhook(notification: Notification, _now_s: float) -> dict[str, str]:
    settings = notification.receiver.settings
    is_own = isinstance(settings, channels.Webhook) and settings.body == "tocsin"
    return _json((ownbody if is_own else webhook).render(notification, ""))


def _opsgenie(notification: Notification, _now_s: float) -> dict[str, str]:
    path, body = opsgenie.render(notification, "")
    return _json({"path": path, "body": json.loads(body)})


def _json(body: bytes | Any) -> dict[str, str]:
    value = json.loads(body) if isinstance(body, bytes) else body
    return {"json": json.dumps(value, indent=2, ensure_ascii=False) + "\n"}


CHANNELS: Mapping[str, Callable[[Notification, float], dict[str, str]]] = {
    "slack": _slack,
    "email": _email,
    "pagerduty": lambda notification, _: _json(pagerduty.render(notification, _KEY, "")),
    "opsgenie": _opsgenie,
    "teams": lambda notification, _: _json(teams.render(notification, "")),
    "webhook": _webhook,
    "apprise": _text,
    "sns": _text,
}
