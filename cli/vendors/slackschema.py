"""What Slack's documentation asks of a message, and how people read one.

docs.slack.dev/reference/block-kit/blocks, .../reference/methods/chat.postMessage and
.../messaging/sending-messages-using-incoming-webhooks; of what blocks can be, only what is used
is known here, so that nothing else can slip in.
"""

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

WEBHOOK_FIELDS = {"text", "blocks", "attachments", "channel"}
_MOST_BLOCKS = 50
# Of all texts together the documentation says nothing; the least that is known to be refused is
# 11,341 characters (github.com/slackapi/bolt-js/issues/2867).
_MOST_CHARACTERS = 11_000
_TEXT = 40_000


def message(body: bytes) -> dict[str, Any]:
    """Return the message of a body; empty if it holds none."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.DecodeError:
        return {}


def text(message: dict[str, Any]) -> str:
    """Return what can be read in a message."""
    # Without blocks the text is what is shown, and with them it is not.
    return "\n".join(each["text"] for each in _texts(blocks(message))) or message["text"]


def mrkdwn(message: dict[str, Any]) -> Iterator[str]:
    """Return the texts in which Slack's markup works."""
    yield message.get("text", "")
    for each in _texts(blocks(message)):
        if each["type"] == "mrkdwn":
            yield each["text"]


def parsed(message: dict[str, Any]) -> Iterator[str]:
    """Return the texts in which Slack makes links and mentions of what looks like them.

    docs.slack.dev/reference/block-kit/composition-objects/text-object, "verbatim".
    """
    for each in _texts(blocks(message)):
        if each["type"] == "mrkdwn" and not each.get("verbatim"):
            yield each["text"]


def is_over(message: dict[str, Any]) -> bool:
    """Tell whether a message says that all is resolved."""
    return "RESOLVED" in text(message).split("\n")[0]


def blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the blocks of a message and of its attachments."""
    found = list(message.get("blocks", []))
    for attachment in message.get("attachments", []):
        found += attachment["blocks"]
    return found


def faults(message: dict[str, Any], fields: set[str]) -> Iterator[str]:
    """Return what Slack would refuse, or cut off without a word."""
    yield from (f"unknown field {name}" for name in message.keys() - fields)
    if not 0 < len(message.get("text", "")) <= _TEXT:
        yield "text"
    found = blocks(message)
    has_blocks = "blocks" in message or "attachments" in message
    if len(found) > _MOST_BLOCKS or (has_blocks and not found):
        yield f"{len(found)} blocks"
    if sum(len(each["text"]) for each in _texts(found)) > _MOST_CHARACTERS:
        yield "msg_blocks_too_long"
    for each in message.get("attachments", []):
        yield from _unknown(each, {"color", "blocks", "fallback"})
    for block in found:
        yield from _KNOWN.get(block.get("type", ""), _no_such)(block)


def refused_for(message: dict[str, Any], fields: set[str]) -> tuple[str, ...]:
    """Return the faults of what a stranger sent, be it shaped like a message or not."""
    try:
        return tuple(faults(message, fields))
    except (AttributeError, IndexError, KeyError, TypeError):
        return ("no message",)


def _texts(found: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for block in found:
        if "text" in block:
            yield block["text"]
        yield from block.get("fields", [])
        yield from (each for each in block.get("elements", []) if each["type"] != "button")


def _text(holder: Any, kinds: set[str], most: int) -> Iterator[str]:
    if not isinstance(holder, dict) or holder.get("type") not in kinds:
        yield f"no text: {holder!r}"
        return
    yield from _unknown(holder, {"type", "text", "verbatim", "emoji"})
    # Counted as JavaScript counts, since it is not said how Slack does.
    length = len(holder["text"].encode("utf-16-le")) // 2
    if not 1 <= length <= most:
        yield f"{length} characters of {most}"


def _header(block: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(block, {"type", "text", "block_id"})
    yield from _text(block.get("text"), {"plain_text"}, 150)


def _section(block: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(block, {"type", "text", "fields", "block_id", "expand"})
    if "text" not in block and "fields" not in block:
        yield "an empty section"
    if "text" in block:
        yield from _text(block["text"], {"plain_text", "mrkdwn"}, 3000)
    fields = block.get("fields", [])
    if len(fields) > 10:
        yield f"{len(fields)} fields"
    for each in fields:
        yield from _text(each, {"plain_text", "mrkdwn"}, 2000)


def _context(block: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(block, {"type", "elements", "block_id"})
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 10:
        yield f"{len(elements)} elements"
    for each in elements:
        yield from _text(each, {"plain_text", "mrkdwn"}, 3000)


def _actions(block: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(block, {"type", "elements", "block_id"})
    elements = block.get("elements", [])
    if not 1 <= len(elements) <= 25:
        yield f"{len(elements)} elements"
    for each in elements:
        yield from _button(each)


def _button(element: dict[str, Any]) -> Iterator[str]:
    known = {"type", "text", "action_id", "url", "value", "style", "confirm"}
    yield from _unknown(element, known)
    yield from _text(element.get("text"), {"plain_text"}, 75)
    if len(element.get("url", "")) > 3000 or len(element.get("value", "")) > 2000:
        yield "a button that is too long"


def _divider(block: dict[str, Any]) -> Iterator[str]:
    yield from _unknown(block, {"type", "block_id"})


def _no_such(block: dict[str, Any]) -> Iterator[str]:
    yield f"no block: {block!r}"


def _unknown(holder: dict[str, Any], known: set[str]) -> Iterator[str]:
    yield from (f"unknown field {name}" for name in holder.keys() - known)


_KNOWN: dict[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
}
