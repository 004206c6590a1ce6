"""The Slack receiver: an incoming webhook's message of blocks."""

from itertools import accumulate
from typing import Any
from urllib.parse import quote

import msgspec

from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.receivers import enriched
from tocsin.adapters.receivers.posting import Request, Tools, post
from tocsin.domain.alert import Alert
from tocsin.domain.decision import ENRICHED
from tocsin.domain.plaintext import plain_text
from tocsin.ports import Notification

SHOWN_ALERTS = 10
# Slack's limits, in characters: a section's text and a header's.
TEXT_LIMIT = 3000
HEADER_LIMIT = 150
_SUMMARY_LIMIT = 1000
_LINK_LIMIT = 500
_FOUND_LIMIT = 300

_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
_REFUSALS = {
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_blocks",
    "invalid_payload",
    "invalid_token",
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
    # The only header that Slack looks at; it knows no idempotency key.
    headers = {"Content-Type": "application/json"}
    post(receiver, tools, lambda: Request(receiver.url, render(notification), headers), refusal)
    return ""


def render(notification: Notification) -> bytes:
    """Return the message: a title, the first alerts, and how many more there are."""
    alerts = notification.alerts
    title = _title(notification)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": _cut(title, HEADER_LIMIT)}}
    ]
    blocks += [_section(_describe(alert)) for alert in alerts[:SHOWN_ALERTS]]
    if len(alerts) > SHOWN_ALERTS:
        blocks.append(_section(f"and {len(alerts) - SHOWN_ALERTS} more"))
    message: dict[str, Any] = {"text": escape(title, TEXT_LIMIT), "blocks": blocks}
    if notification.receiver.channel:
        message["channel"] = notification.receiver.channel
    return msgspec.json.encode(message)


def refusal(answer: HttpAnswer) -> str:
    """Return the word with which Slack refuses for good."""
    word = answer.body[:100].decode("ascii", "replace").strip()
    return word if word in _REFUSALS else ""


def _title(notification: Notification) -> str:
    alerts = notification.alerts
    firing = sum(alert.status == "firing" for alert in alerts)
    state = f"FIRING:{firing}" if firing else f"RESOLVED:{len(alerts)}"
    if notification.reason == ENRICHED:
        # Nothing happened: who sees it for another page is woken for nothing.
        state += ", more is known"
    names = ", ".join(dict.fromkeys(alert.name for alert in alerts))
    labels = ", ".join(
        f"{name}={value}" for name, value in notification.group.labels if name != "alertname"
    )
    return plain_text(f"[{state}] {names}" + (f" ({labels})" if labels else ""))


def _describe(alert: Alert) -> str:
    annotations = alert.annotations
    summary = annotations.get("summary") or annotations.get("description", "")
    lines = [f"*{escape(alert.name, 200)}* {alert.severity}, {alert.status}"]
    if summary:
        lines.append(escape(summary, _SUMMARY_LIMIT))
    labels = ", ".join(
        f"{name}={value}" for name, value in sorted(alert.labels.items()) if name != "alertname"
    )
    if labels:
        lines.append(escape(labels, _SUMMARY_LIMIT))
    source = _link(alert.url, "source")
    if source:
        lines.append(source)
    return "\n".join(_fitting(lines, [_enriched(each) for each in enriched.lines(alert)]))


def _enriched(line: enriched.Line) -> str:
    """Return a line of what was found, and its link if it has one that Slack takes."""
    about = f"_{escape(line.about, 100)}_ " if line.about else ""
    text = escape(" ".join(line.text.split()), _FOUND_LIMIT)
    return about + (_link(line.url, text) or text)


def _link(url: str, text: str) -> str:
    """Return a link that says `text`, which is escaped; "" if it would be none."""
    if not url.startswith(("http://", "https://")):
        return ""
    # What is left as it is cannot end the link.
    link = quote(url, safe=":/?#[]@!$'()*+,;=%&").replace("&", "&amp;")
    return f"<{link}|{text.replace('|', '/')}>" if len(link) <= _LINK_LIMIT else ""


def _fitting(lines: list[str], more: list[str]) -> list[str]:
    """Add lines as long as all of them fit in a section."""
    length = sum(len(line) + 1 for line in lines)
    for line in more:
        length += len(line) + 1
        if length > TEXT_LIMIT:
            break
        lines.append(line)
    return lines


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def escape(text: str, limit: int) -> str:
    """Return text that Slack shows and never reads as a link or a mention.

    At most `limit` characters after escaping, and never half an escape.
    """
    pieces = [_ESCAPES.get(character, character) for character in plain_text(text[: limit + 1])]
    lengths = list(accumulate(map(len, pieces)))
    if not lengths or lengths[-1] <= limit:
        return "".join(pieces)
    kept = (piece for piece, length in zip(pieces, lengths, strict=True) if length <= limit - 3)
    return "".join(kept) + "..."


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 3] + "..."
