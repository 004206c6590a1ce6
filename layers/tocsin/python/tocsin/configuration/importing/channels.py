"""Receivers that are more than an address, as blocks of `tocsin.yaml`, and their secrets by name.

What the library apprise is told by is one secret that is made of several; what it is to hold is
said in the library's words (appriseit.com/services).
"""

import re
from collections.abc import Callable
from typing import Any

from tocsin.configuration.channels import KINDS
from tocsin.configuration.importing.names import Secrets, literal
from tocsin.domain import channels
from tocsin.domain.config import Receiver

_SCHEMA = re.compile(r"[a-z]+")
# What of a URL is secret, or is in a file that nobody read, and the word that stands for it.
_FORMS = {
    "discord": (r"//[^?]*", "//WEBHOOK_ID/WEBHOOK_TOKEN"),
    "mmost": (r"[^/?]+(?=\?|$)", "KEY_OF_THE_WEBHOOK"),
    "mmosts": (r"[^/?]+(?=\?|$)", "KEY_OF_THE_WEBHOOK"),
    "pover": (r"//[^/?]*", "//USER_KEY@TOKEN"),
    "rocket": (r"//[^@]*", "//TOKEN_ID:TOKEN"),
    "rockets": (r"//[^@]*", "//TOKEN_ID:TOKEN"),
    "tgram": (r"//[^/?]*", "//BOT_TOKEN"),
    "wechat": (r"//[^@]*", "//CORP_ID:SECRET"),
    "webex": (r"//[^/?]*", "//TOKEN_OF_THE_BOT"),
}
_UNREAD_PART = re.compile(r"https%3A%2F%2Funread\.invalid%2F[^/?]*")


def channel_block(name: str, receiver: Receiver, secrets: Secrets) -> dict[str, Any]:
    """Return the block of a receiver's kind, without `send_resolved`."""
    settings = receiver.settings
    made = _OF_SETTINGS[type(settings)](name, settings, secrets)
    shown = KINDS[receiver.kind].shown(receiver)
    # What is shown of an address lacks all that may be secret.
    if isinstance(settings, channels.PagerDuty | channels.Opsgenie) and "url" in shown:
        shown["url"] = settings.url
    elif isinstance(settings, channels.Teams):
        del shown["url"]
    block: dict[str, Any] = _literal(shown) | made
    return block


def form_of(url: str) -> str:
    """Return what a URL of the library is made of, with a word for each part that is secret."""
    schema = _SCHEMA.match(url)
    secret, word = _FORMS[schema[0] if schema else ""]
    return _UNREAD_PART.sub("CHAT_ID", re.sub(secret, word, url, count=1))


def _slack_app(name: str, app: channels.SlackApp, secrets: Secrets) -> dict[str, Any]:
    return {"token": secrets.of(app.token.value, f"{name}-token", f"the bot token of {_of(name)}")}


def _email(name: str, email: channels.Email, secrets: Secrets) -> dict[str, Any]:
    smtp = email.smtp
    assert smtp is not None, "Alertmanager knows no other way"
    block = {"host": literal(smtp.host), "port": smtp.port, "tls": smtp.tls}
    if smtp.username:
        meaning = f"the password of {_of(name)} at {smtp.host}"
        password = secrets.of(smtp.password.value, f"{name}-password", meaning)
        block |= {"username": literal(smtp.username), "password": password}
    return {"smtp": block}


def _pagerduty(name: str, settings: channels.PagerDuty, secrets: Secrets) -> dict[str, Any]:
    meaning = f"the routing key of {_of(name)}"
    key = secrets.of(settings.routing_key.value, f"{name}-routing-key", meaning)
    return {"routing_key": key}


def _opsgenie(name: str, settings: channels.Opsgenie, secrets: Secrets) -> dict[str, Any]:
    meaning = f"the API key of {_of(name)}"
    key = secrets.of(settings.api_key.value, f"{name}-api-key", meaning)
    return {"api_key": key}


def _teams(name: str, settings: channels.Teams, secrets: Secrets) -> dict[str, Any]:
    meaning = f"the address of {_of(name)}"
    return {"url_from": secrets.of(settings.url.value, f"{name}-url", meaning)}


def _apprise(name: str, settings: channels.Apprise, secrets: Secrets) -> dict[str, Any]:
    url = settings.url.value
    meaning = f"the URL of {_of(name)}, {form_of(url)}"
    return {"url": secrets.of(url, f"{name}-url", meaning)}


def _target(_name: str, _settings: channels.AwsTarget, _secrets: Secrets) -> dict[str, Any]:
    return {}


def _of(name: str) -> str:
    return f"receiver {name}"


def _literal(value: Any) -> Any:
    """Return a block whose texts all mean themselves."""
    if isinstance(value, dict):
        return {name: _literal(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_literal(each) for each in value]
    return literal(value) if isinstance(value, str) else value


_OF_SETTINGS: dict[type, Callable[[str, Any, Secrets], dict[str, Any]]] = {
    channels.SlackApp: _slack_app,
    channels.Email: _email,
    channels.PagerDuty: _pagerduty,
    channels.Opsgenie: _opsgenie,
    channels.Teams: _teams,
    channels.Apprise: _apprise,
    channels.AwsTarget: _target,
}
