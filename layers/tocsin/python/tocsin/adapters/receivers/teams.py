"""Microsoft Teams: an Adaptive Card for each notification, posted to a workflow's webhook.

A workflow cannot change what it posted, so what follows is a card of its own. It answers 202 before
it posts. Texts are `TextRun`s, which know no Markdown, and a mention needs an entity that no card
of ours has. Sources: learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors
(connectors-using: the envelope, limits), learn.microsoft.com/adaptive-cards (TextRun, Action).
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.adapters.http import HttpAnswer
from tocsin.adapters.receivers.described import described, doing, links, notes, pages
from tocsin.adapters.receivers.enriched import Line
from tocsin.adapters.receivers.message import Message, Shown, message_of
from tocsin.adapters.receivers.posting import JSON, Request, Tools, kept_url, post, settings_of
from tocsin.domain.channels import Teams
from tocsin.domain.errors import Permanent, Retryable, Throttled
from tocsin.domain.plaintext import cut, one_line
from tocsin.domain.wording.words import Words
from tocsin.ports import Notification

# 28 KB, counted as Teams was seen to do: in UTF-16, so about 14,000 ASCII characters.
LIMIT_BYTES = 28_000
# How many alerts are shown, how many lines of each, and how many characters of a line; fewer where
# so many do not fit. The last always do: a workflow says 202 to what Teams then refuses.
_SHOWN = ((10, 12, 600), (5, 8, 600), (3, 4, 600), (1, 4, 600), (1, 2, 600), (1, 2, 100))
# Of a text of its own: how many lines at most for each of those lines of an alert.
_TEXT_LINES = 8
_TITLE_LIMIT = 300
_NAME_LIMIT = 200
# What can be done, and then where to go on; Teams shows six at most.
_ACTIONS = 6
_PAGES = 4
_VERSION = "1.4"

# How the connectors before workflows said what Teams did not take, with a status of 200.
_SAID = re.compile(rb"endpoint returned HTTP error ([0-9]{3})")


def send(notification: Notification, tools: Tools) -> str:
    """Post the card; a workflow gives no name to what it takes."""
    receiver = notification.receiver
    settings = settings_of(receiver, Teams)

    def write() -> Request:
        body = render(notification, tools.external_url)
        return Request(kept_url(receiver, tools, settings.url), body, JSON)

    _raise_for(post(receiver, tools, write), receiver.name)
    return ""


def render(notification: Notification, external_url: str) -> bytes:
    """Return the card in its envelope."""
    body = b""
    for alerts, lines, limit in _SHOWN:
        message = message_of(notification, alerts, external_url)
        body = msgspec.json.encode(_envelope(_card(message, lines, limit)))
        if len(body.decode().encode("utf-16-le")) <= LIMIT_BYTES:
            break
    return body


def _raise_for(answer: HttpAnswer, name: str) -> None:
    found = _SAID.search(answer.body)
    if found is None:
        return
    status = int(found[1])
    reason = f"Teams says HTTP {status} to receiver {name}"
    if status == 429:
        raise Throttled(reason)
    raise Retryable(reason) if status >= 500 else Permanent(reason)


def _envelope(card: dict[str, Any]) -> dict[str, Any]:
    content_type = "application/vnd.microsoft.card.adaptive"
    attachment = {"contentType": content_type, "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _card(message: Message, lines: int, limit: int) -> dict[str, Any]:
    title = cut(one_line(message.title), _TITLE_LIMIT)
    blocks = [_text(_run(title, weight="Bolder", size="Medium", color=_color(message)))]
    blocks += [_text(*_said(line, limit)) for line in notes(message)]
    if message.text:
        blocks += _written(message.text, lines * _TEXT_LINES, limit)
    else:
        blocks += _alerts(message, lines, limit)
    actions = [_open(url, title) for title, url in _buttons(message)]
    return {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": _VERSION,
        "msteams": {"width": "Full"},
        "body": blocks,
        **({"actions": actions} if actions else {}),
    }


def _buttons(message: Message) -> list[tuple[str, str]]:
    wanted = doing(message)
    return [*wanted, *links(message, min(_PAGES, _ACTIONS - len(wanted)))]


def _written(text: str, most: int, limit: int) -> Iterator[dict[str, Any]]:
    lines = text.split("\n")
    for line in lines[:most]:
        # A block without a text is none.
        yield {**_text(_run(cut(line, limit) or " ")), "spacing": "None"}
    if len(lines) > most:
        yield _text(_run("…", isSubtle=True))


def _alerts(message: Message, lines: int, limit: int) -> Iterator[dict[str, Any]]:
    for shown in message.shown:
        yield from _alert(shown, message.words, lines, limit)
    if message.more:
        yield _text(_run(message.words.more.format(count=message.more), isSubtle=True))


def _alert(shown: Shown, words: Words, most: int, limit: int) -> Iterator[dict[str, Any]]:
    name = cut(one_line(shown.name), _NAME_LIMIT)
    head = _text(_run(name, weight="Bolder"), _run(f"  {shown.severity_word}, {shown.status_word}"))
    yield {**head, "separator": True}
    # A link without a text is among the actions of the card.
    linked = set(pages(shown, words))
    said = [line for line in described(shown, words) if (line.text, line.url) not in linked]
    for line in said[:most]:
        yield {**_text(*_said(line, limit)), "spacing": "Small"}


def _said(line: Line, limit: int) -> Iterator[dict[str, Any]]:
    if line.about:
        yield _run(f"{line.about}: ", isSubtle=True)
    run = _run(cut(line.text, limit))
    yield {**run, "selectAction": _open(line.url, "open")} if line.url else run


def _text(*runs: dict[str, Any]) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": list(runs)}


def _run(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **more}


def _open(url: str, title: str) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def _color(message: Message) -> str:
    if message.state != "firing":
        return "Good" if message.state == "resolved" else "Accent"
    return {"critical": "Attention", "high": "Attention", "warning": "Warning"}.get(
        message.severity, "Accent"
    )
