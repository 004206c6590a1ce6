"""How Slack shows a message: a header, a section for each alert, and a coloured line below.

https://docs.slack.dev/reference/block-kit/blocks says what a block may hold. Of all blocks
together it says nothing, but Slack refuses too many (msg_blocks_too_long): reports tell of 11,341
characters of texts, and of 13,297 (github.com/slackapi/bolt-js, issues 2867 and 2509).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from tocsin.adapters.receivers.enriched import Line
from tocsin.adapters.receivers.message import Message, Shown
from tocsin.adapters.receivers.slackmarkup import escape, link, moment
from tocsin.adapters.receivers.textmessage import text_of
from tocsin.domain.actionlink import BUTTON, MessageAction
from tocsin.domain.alert import Severity
from tocsin.domain.plaintext import cut
from tocsin.domain.wording.words import Words

SHOWN_ALERTS = 10
# Slack's limits, in characters: a section's text and a header's.
TEXT_LIMIT = 3000
HEADER_LIMIT = 150
_BLOCKS_LIMIT_BYTES = 10_000
# For the line that says how many are not shown, and for buttons.
_KEPT_FREE_BYTES = 1_500
_SUMMARY_LIMIT = 1000
_LABELS_LIMIT = 1000
_FOUND_LIMIT = 300
_TITLE_LIMIT = 75
_BARE_LIMIT = 2000

# What a page looks like from afar: the worse, the warmer.
_COLORS: dict[Severity, str] = {
    "critical": "#d32f2f",
    "high": "#e64a19",
    "warning": "#f9a825",
    "info": "#1976d2",
    "low": "#757575",
}
_RESOLVED_COLOR = "#2e7d32"


def body(message: Message, *, has_buttons: bool = False) -> dict[str, Any]:
    """Return the fields of a message that say what it says.

    Slack shows `text` where it shows no blocks: in notifications, and to screen readers. The
    colour stands beside a line of its own, since Slack folds what is long in an attachment.
    What can be done are buttons, or links where nobody would hear of a press.
    """
    return {
        "text": escape(message.title, TEXT_LIMIT),
        "blocks": [*blocks(message), *doing(message.actions, has_buttons=has_buttons)],
        "attachments": [{"color": _color(message), "blocks": [_context(message)]}],
    }


def bare(message: Message) -> dict[str, Any]:
    """Return the same without blocks, for when Slack does not take those: better plain than not."""
    said = f"{message.title}\n{text_of(message, _BARE_LIMIT)}"
    return {"text": escape(said, TEXT_LIMIT)}


def blocks(message: Message) -> list[dict[str, Any]]:
    """Return the blocks: as many alerts as there is room for, and how many there are besides."""
    found = [_header(message), *_notes(message)]
    left_bytes = _BLOCKS_LIMIT_BYTES - _KEPT_FREE_BYTES - _size_bytes(found)
    if message.text:
        sections = list(_written(message.text))
        shown = _fitting_sections(sections, left_bytes)
        if len(shown) < len(sections):
            shown.append(_section(link(message.url, "…") or "…"))
        return found + shown
    sections = [_section(_text_of(shown, message.words)) for shown in message.shown]
    shown = _fitting_sections(sections, left_bytes)
    missing = message.more + len(message.shown) - len(shown)
    if missing:
        more = escape(message.words.more.format(count=missing), TEXT_LIMIT)
        shown.append(_section(link(message.url, more) or more))
    return found + shown


def _fitting_sections(sections: Iterable[dict[str, Any]], left_bytes: int) -> list[dict[str, Any]]:
    """Return the first sections, as many as there is room for."""
    found = []
    for section in sections:
        left_bytes -= _size_bytes(section)
        if left_bytes < 0:
            break
        found.append(section)
    return found


def doing(
    actions: Sequence[MessageAction], *, has_buttons: bool = False
) -> Iterator[dict[str, Any]]:
    """Yield the block of what can be done, if there is anything.

    https://docs.slack.dev/reference/block-kit/block-elements/button-element: a value has at most
    2,000 characters. A button with a URL is none to use for links: Slack wants its press heard too.
    """
    if not actions:
        return
    if has_buttons:
        yield {"type": "actions", "elements": [_button(each) for each in actions]}
        return
    links = (link(each.url, escape(each.title, _TITLE_LIMIT)) for each in actions)
    if said := " | ".join(filter(None, links)):
        yield _section(said)


def _button(action: MessageAction) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": f"{BUTTON}{action.name}",
        "text": {"type": "plain_text", "text": cut(action.title, _TITLE_LIMIT)},
        "value": action.token,
    }


def _notes(message: Message) -> list[dict[str, Any]]:
    lines = [_found(line) for line in message.notes]
    return [_section("\n".join(_fitting([], lines)))] if lines else []


def _written(text: str) -> Iterator[dict[str, Any]]:
    """Yield a text of a template in sections, cut between lines where it has some."""
    lines: list[str] = []
    for line in map(_line, text.split("\n")):
        if lines and _length("\n".join([*lines, line])) > TEXT_LIMIT:
            yield _section("\n".join(lines))
            lines = []
        # Slack refuses a section without a text, and the whole message with it.
        if lines or line:
            lines.append(line)
    if lines:
        yield _section("\n".join(lines))


def _line(text: str) -> str:
    return escape(text, _SUMMARY_LIMIT)


def _length(text: str) -> int:
    return len(text.encode())


def _header(message: Message) -> dict[str, Any]:
    # It is not said whether what lies beyond the first plane counts once or twice.
    twice = sum(character > "\uffff" for character in message.title[:HEADER_LIMIT])
    title = cut(message.title, HEADER_LIMIT - twice)
    return {"type": "header", "text": {"type": "plain_text", "text": title}}


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _mrkdwn(text)}


def _context(message: Message) -> dict[str, Any]:
    words = message.words
    counts = (
        (message.firing, words.statuses["firing"]),
        (message.resolved, words.statuses["resolved"]),
    )
    said = ", ".join(f"{count} {what}" for count, what in counts if count)
    everything = link(message.url, escape(words.all_alerts, 100))
    return {"type": "context", "elements": [_mrkdwn(f"{said} {everything}".strip())]}


def _mrkdwn(text: str) -> dict[str, Any]:
    # Verbatim: Slack makes no links or mentions of what looks like them.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _color(message: Message) -> str:
    return _RESOLVED_COLOR if message.state == "resolved" else _COLORS[message.severity]


def _text_of(shown: Shown, words: Words) -> str:
    """Return what is said of an alert: first what must be there, then what there is room for."""
    said = f"{shown.severity_word}, {shown.status_word}{_when(shown, words)}"
    lines = [f"*{escape(shown.name, 200)}* {said}"]
    if shown.summary:
        lines.append(escape(shown.summary, _SUMMARY_LIMIT))
    return "\n".join(_fitting(lines, filter(None, _more(shown, words))))


def _when(shown: Shown, words: Words) -> str:
    since, until = ("" if at_s is None else moment(at_s) for at_s in (shown.since_s, shown.until_s))
    if since and until:
        return f", {since} {words.to} {until}"
    return f" {words.since} {since}" if since else until and f" {words.until} {until}"


def _more(shown: Shown, words: Words) -> Iterator[str]:
    yield _pairs(shown.labels)
    yield ", ".join(_found(line) for line in shown.extras)
    runbook = link(shown.runbook, words.runbook)
    if shown.runbook and not runbook:
        yield f"{words.runbook}: {escape(shown.runbook, _FOUND_LIMIT)}"
    yield " ".join(filter(None, (runbook, link(shown.source, words.source))))
    linked = {shown.runbook, shown.source}
    # A mere link that stands there already says nothing new.
    yield from (_found(line) for line in shown.found if line.about or line.url not in linked)
    yield _pairs(shown.other_labels)


def _pairs(labels: Iterable[tuple[str, str]]) -> str:
    return escape(", ".join(f"{name}={value}" for name, value in labels), _LABELS_LIMIT)


def _found(line: Line) -> str:
    """Return a line of what was found, and its link if it has one that Slack takes."""
    about = f"_{escape(line.about, 100)}_ " if line.about else ""
    text = escape(" ".join(line.text.split()), _FOUND_LIMIT)
    return about + (link(line.url, text) or text)


def _fitting(lines: list[str], more: Iterable[str]) -> list[str]:
    """Add lines as long as all of them fit in a section.

    Bytes are counted, which are never fewer than what Slack counts.
    """
    length = sum(len(line.encode()) + 1 for line in lines)
    for line in more:
        length += len(line.encode()) + 1
        if length > TEXT_LIMIT:
            break
        lines.append(line)
    return lines


def _size_bytes(block: Any) -> int:
    return len(msgspec.json.encode(block))
