"""The Slack receiver: an incoming webhook, or an app with a bot token."""

from typing import Any

import msgspec
from msgspec.structs import replace

from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.receivers import slackapp, slackblocks
from tocsin.adapters.receivers.message import message_of
from tocsin.adapters.receivers.posting import JSON, Request, Tools, kept_url, post
from tocsin.adapters.receivers.slackwords import FORM
from tocsin.domain.channels import SlackApp, SlackWebhook
from tocsin.domain.errors import Permanent
from tocsin.ports import Notification

# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
_REFUSALS = {
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_attachments",
    "invalid_blocks",
    "invalid_payload",
    "invalid_token",
    "msg_blocks_too_long",
    "msg_too_long",
    "no_active_hooks",
    "no_service",
    "no_service_id",
    "no_team",
    "no_text",
    "posting_to_general_channel_denied",
    "team_disabled",
    "too_many_attachments",
    "user_not_found",
}


def send(notification: Notification, tools: Tools) -> str:
    """Post the message; an incoming webhook gives no name to what it takes."""
    receiver = notification.receiver
    settings = receiver.settings
    if isinstance(settings, SlackApp):
        return slackapp.send(notification, settings, tools)

    def write(body: bytes) -> Request:
        url = receiver.url
        if isinstance(settings, SlackWebhook):
            url = kept_url(receiver, tools, settings.url)
        # The only header that Slack looks at; it knows no idempotency key.
        return Request(url, body, JSON)

    words: list[str] = []

    def said(answer: HttpAnswer) -> str:
        words.append(refusal(answer))
        return words[-1]

    began_s = tools.clock()
    try:
        post(receiver, tools, lambda: write(render(notification, tools.external_url)), said)
    except Permanent:
        left_s = began_s + receiver.timeout_s - tools.clock()
        if not FORM.intersection(words) or left_s <= 0.0:
            raise
        hurried = replace(receiver, timeout_s=left_s)
        post(hurried, tools, lambda: write(render_bare(notification, tools.external_url)), refusal)
    return ""


def render(notification: Notification, external_url: str = "") -> bytes:
    """Return an incoming webhook's message: a title, the first alerts, how many more there are."""
    message = message_of(notification, slackblocks.SHOWN_ALERTS, external_url)
    return _encoded(notification, slackblocks.body(message))


def render_bare(notification: Notification, external_url: str = "") -> bytes:
    """Return the same as plain text, for when Slack does not take it as it should look."""
    message = message_of(notification, slackblocks.SHOWN_ALERTS, external_url)
    return _encoded(notification, slackblocks.bare(message))


def _encoded(notification: Notification, body: dict[str, Any]) -> bytes:
    if notification.receiver.channel:
        body["channel"] = notification.receiver.channel
    return msgspec.json.encode(body)


def refusal(answer: HttpAnswer) -> str:
    """Return the word with which Slack refuses for good."""
    word = answer.body[:100].decode("ascii", "replace").strip()
    return word if word in _REFUSALS else ""
