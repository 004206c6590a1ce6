"""Chats and push services of an Alertmanager's file that are told through the library apprise.

Each becomes a URL in the words of the library, all of which is a secret. Sources: Alertmanager,
notify/*/config.go; appriseit.com/services.
"""

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from tocsin.configuration.alertmanager.fields import plain
from tocsin.configuration.alertmanager.integration_models import HttpIntegration
from tocsin.configuration.alertmanager.making import Entry, Given, Making, is_known
from tocsin.configuration.alertmanager.service_models import (
    Discord,
    Mattermost,
    RocketChat,
    Telegram,
    Webex,
)
from tocsin.domain import channels
from tocsin.domain.config import Receiver
from tocsin.domain.secret import Secret

# discord.com/developers/docs/resources/webhook; a thread is a parameter of the address.
_DISCORD = re.compile(
    r"https://(?:(?:ptb|canary)\.)?discord(?:app)?\.com/api(?:/v\d+)?/webhooks/"
    r"(?P<id>\d+)/(?P<token>[\w-]+)/?(?:\?thread_id=(?P<thread>\d+))?"
)
# core.telegram.org/bots/api#authorizing-your-bot
_TELEGRAM_TOKEN = re.compile(r"\d+:[\w-]+")
_TELEGRAM_API = "https://api.telegram.org"
_CHAT = re.compile(r"-?\d{1,32}")
_WEBEX_API = "https://webexapis.com/v1/messages"
_BEARER = "Bearer "
_MATTERMOST_PATH = re.compile(r"(?P<path>(?:/[\w.~-]+)*)/hooks/(?P<key>\w+)/?")
# What the library takes for a channel, a person and the id of a room.
_ROCKET_CHANNEL = re.compile(r"#[A-Za-z0-9_-]+|@[A-Za-z0-9._-]+|[A-Za-z0-9]+")
_MATTERMOST_CHANNEL = re.compile(r"#?[A-Za-z0-9_-]+")


def discord(making: Making, entry: Entry, model: Discord) -> Receiver | None:
    """Return what an entry of discord_configs is here."""
    given = making.given(entry, model, "webhook_url")
    url = making.address(given) if given else ""
    found = _DISCORD.fullmatch(url)
    if is_known(url) and found is None:
        making.undelivered(entry, "its address is none of a webhook of Discord")
        return None
    thread = {"thread": found["thread"]} if found and found["thread"] else {}
    parts = (found["id"], found["token"]) if found else (url,)
    return told(making, entry, model, url_of("discord", parts, thread), whom="Discord")


def mattermost(making: Making, entry: Entry, model: Mattermost) -> Receiver | None:
    """Return what an entry of mattermost_configs is here."""
    given = making.given(entry, model, "webhook_url", "mattermost_webhook_url")
    if given is None:
        making.wrong.append((entry.at, "needs webhook_url, or mattermost_webhook_url in global"))
        return None
    url = making.address(given)
    parts = urlsplit(url)
    found = _MATTERMOST_PATH.fullmatch(parts.path)
    if is_known(url) and (found is None or parts.username is not None or parts.query):
        making.undelivered(entry, "its address is none of an incoming webhook of Mattermost")
        return None
    schema = "mmost" if parts.scheme == "http" else "mmosts"
    place = (
        f"{parts.netloc}{found['path']}/{found['key']}" if found else f"HOST/{quote(url, safe='')}"
    )
    channel = _channel(making, entry, model.channel)
    written = f"{schema}://{place}{_parameters({'channel': channel} if channel else {})}"
    return told(making, entry, model, written, whom="Mattermost")


def _channel(making: Making, entry: Entry, channel: str) -> str:
    if not channel or _MATTERMOST_CHANNEL.fullmatch(channel):
        return channel.lstrip("#")
    reason = "it is the name of no channel; messages go to the channel of the webhook"
    making.not_taken(entry, "channel", reason)
    return ""


def rocketchat(making: Making, entry: Entry, model: RocketChat) -> Receiver | None:
    """Return what an entry of rocketchat_configs is here: who writes with a token of the API."""
    keys = {
        name: making.given(entry, model, name, f"rocketchat_{name}")
        for name in ("token_id", "token")
    }
    for name, given in keys.items():
        if given is None:
            making.wrong.append((entry.at, f"needs {name}, or rocketchat_{name} in global"))
    token_id, token = (
        quote(making.secret(each), safe="") if each else "" for each in keys.values()
    )
    parts = urlsplit(plain(model.api_url or making.defaults.rocketchat_api_url))
    reason = ""
    if parts.path.strip("/") or parts.query or parts.username is not None:
        reason = "tocsin reaches no Rocket.Chat below a path"
    elif _ROCKET_CHANNEL.fullmatch(model.channel) is None:
        reason = "channel is not one channel (#ops), person (@ann) or room"
    if reason:
        making.undelivered(entry, reason)
        return None
    schema = "rocket" if parts.scheme == "http" else "rockets"
    where = f"{token_id}:{token}@{parts.netloc}/{quote(model.channel, safe='')}"
    written = f"{schema}://{where}{_parameters({'mode': 'token', 'avatar': 'no'})}"
    return told(making, entry, model, written, whom="Rocket.Chat")


def telegram(making: Making, entry: Entry, model: Telegram) -> Receiver | None:
    """Return what an entry of telegram_configs is here."""
    given = making.given(entry, model, "bot_token", "telegram_bot_token")
    if given is None:
        making.wrong.append((entry.at, "needs bot_token, or telegram_bot_token in global"))
        return None
    api_url = plain(model.api_url or making.defaults.telegram_api_url).rstrip("/")
    token, chat = making.secret(given), _chat(making, entry, model)
    reason = ""
    if api_url != _TELEGRAM_API:
        reason = f"tocsin asks {_TELEGRAM_API} alone"
    elif is_known(token) and _TELEGRAM_TOKEN.fullmatch(token) is None:
        reason = "its bot_token is none of a bot of Telegram"
    if reason:
        making.undelivered(entry, reason)
        return None
    thread = {"topic": str(model.message_thread_id)} if model.message_thread_id else {}
    silent = {"silent": "yes"} if model.disable_notifications else {}
    # The library wants the colon of a token as it is.
    written = f"tgram://{quote(token, safe=':')}/{chat}{_parameters(thread | silent)}"
    return told(making, entry, model, written, whom="Telegram")


def _chat(making: Making, entry: Entry, model: Telegram) -> str:
    if not model.chat_id_file:
        return str(model.chat_id)
    place = (*entry.at, "chat_id_file")
    chat = making.secret(Given("", model.chat_id_file, place))
    if is_known(chat) and chat and _CHAT.fullmatch(chat) is None:
        making.wrong.append((place, "the file holds no number of a chat"))
    return quote(chat, safe="")


def webex(making: Making, entry: Entry, model: Webex) -> Receiver | None:
    """Return what an entry of webex_configs is here: a bot that writes to a room."""
    call = making.call(model.http_config, entry.at)
    authorization = call.headers.get("Authorization", "")
    reason = call.undeliverable
    if plain(model.api_url or making.defaults.webex_api_url) != _WEBEX_API:
        reason = reason or f"tocsin asks {_WEBEX_API} alone"
    elif not authorization.startswith(_BEARER):
        reason = reason or "it has no token of the type Bearer"
    elif "{{" in model.room_id:
        reason = reason or "its room is a template"
    if reason:
        making.undelivered(entry, reason)
        return None
    token = authorization.removeprefix(_BEARER)
    if not is_known(token):
        place = (*entry.at, "http_config", "authorization", "credentials")
        making.secret(Given(token, "", place))
    parts = (token, model.room_id)
    return _receiver(making, entry, model, url_of("webex", parts, {"mode": "bot"}))


def told(
    making: Making, entry: Entry, model: HttpIntegration, url: str, *, whom: str
) -> Receiver | None:
    """Return the receiver of a URL of the library; None if http_config does not let it be told."""
    if not making.can_call(entry, model, whom=whom):
        return None
    return _receiver(making, entry, model, url)


def _receiver(making: Making, entry: Entry, model: HttpIntegration, url: str) -> Receiver:
    settings = channels.Apprise(url=Secret(value=url))
    return making.receiver(entry, model, "apprise", settings=settings)


def url_of(schema: str, parts: tuple[str, ...], parameters: Mapping[str, str]) -> str:
    """Return a URL of the library whose host and path are such parts."""
    path = "/".join(quote(part, safe="") for part in parts)
    return f"{schema}://{path}{_parameters(parameters)}"


def _parameters(parameters: Mapping[str, str]) -> str:
    return f"?{urlencode(parameters)}" if parameters else ""
