"""A Slack message as a page: a drawing of its blocks, by nobody whom Slack knows.

Of Block Kit and mrkdwn, what receivers write is drawn: docs.slack.dev/reference/block-kit/blocks
and docs.slack.dev/messaging/formatting-message-text. Times are UTC, as no reader is known.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from html import escape, unescape
from typing import Any

Block = Mapping[str, Any]

_STYLE = """
body{margin:0;padding:16px 20px;background:#fff;color:#1d1c1d;font:15px/1.47 Lato,"Noto Sans",\
"DejaVu Sans",Arial,sans-serif}
.message{display:flex;gap:8px;max-width:660px}
.icon{flex:none;width:36px;height:36px;border-radius:6px;background:#4a154b;color:#fff;\
font-weight:700;line-height:36px;text-align:center}
.said{flex:1;min-width:0;overflow-wrap:anywhere}
.who b{font-weight:900}
.app{background:#e8e8e8;color:#616061;border-radius:2px;font-size:10px;font-weight:700;\
margin-left:5px;padding:1px 3px}
h1{font-size:18px;line-height:1.33;margin:8px 0 4px}
.section{margin:8px 0;white-space:pre-wrap}
.fields{display:grid;gap:8px;grid-template-columns:1fr 1fr}
.context{color:#616061;font-size:13px}
.bar{border-left:4px solid;border-radius:2px;margin:8px 0;padding:2px 0 2px 12px}
a{color:#1264a3;text-decoration:none}
code{background:#f2f2f2;border:1px solid #ddd;border-radius:3px;color:#c01343;font-size:12px;\
padding:2px 3px}
.mention{background:#f2c744;border-radius:3px;padding:0 2px}
button{background:#fff;border:1px solid #bbb;border-radius:4px;color:inherit;font:700 13px/28px \
inherit;margin:0 8px 0 0;padding:0 12px}
hr{border:0;border-top:1px solid #ddd}
"""
# What is between < and >: a link, a time, or a mention.
_SPECIAL = re.compile(r"<([^<>]*)>")
_DATE = re.compile(r"!date\^(-?\d{1,12})\^([^^|]*)(?:\^[^|]*)?\|(.*)", re.DOTALL)
# A mark counts where a word could begin and end.
_MARKS = tuple(
    (re.compile(rf"(?<![\w{mark}]){mark}(?=\S)([^{mark}\n]+?)(?<=\S){mark}(?![\w{mark}])"), tag)
    for mark, tag in ((r"\*", "b"), ("_", "i"), ("~", "s"), ("`", "code"))
)
_TIMES = {
    "{date_short_pretty}": "%b %-d, %Y",
    "{time}": "%H:%M",
}


def page(message: Mapping[str, Any]) -> str:
    """Return a page of the blocks and attachments of a message."""
    drawn = "\n".join(_drawn(message))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        "<title>A Slack message, drawn from its blocks</title>"
        f"<style>{_STYLE}</style></head>\n<body>"
        '<div class="message"><div class="icon">t</div><div class="said">'
        '<div class="who"><b>tocsin</b><span class="app">APP</span></div>\n'
        f"{drawn}\n</div></div></body></html>\n"
    )


def _drawn(message: Mapping[str, Any]) -> Iterator[str]:
    yield from map(_block, message.get("blocks", ()))
    for each in message.get("attachments", ()):
        inner = "".join(map(_block, each.get("blocks", ())))
        color = escape(str(each.get("color", "#ddd")))
        yield f'<div class="bar" style="border-color:{color}">{inner}</div>'


def _block(block: Block) -> str:
    return _BLOCKS.get(block["type"], _unknown)(block)


def _unknown(block: Block) -> str:
    return f'<div class="section"><code>{escape(block["type"])}</code></div>'


def _header(block: Block) -> str:
    return f"<h1>{_text(block['text'])}</h1>"


def _section(block: Block) -> str:
    text = _text(block["text"]) if "text" in block else ""
    fields = "".join(f"<div>{_text(each)}</div>" for each in block.get("fields", ()))
    grid = f'<div class="fields">{fields}</div>' if fields else ""
    return f'<div class="section">{text}{grid}</div>'


def _context(block: Block) -> str:
    elements = " ".join(map(_text, block["elements"]))
    return f'<div class="section context">{elements}</div>'


def _actions(block: Block) -> str:
    buttons = (f"<button>{_text(each['text'])}</button>" for each in block["elements"])
    return f'<div class="section">{"".join(buttons)}</div>'


_BLOCKS: dict[str, Callable[[Block], str]] = {
    "header": _header,
    "section": _section,
    "context": _context,
    "actions": _actions,
    "divider": lambda _: "<hr>",
}


def _text(text: Block) -> str:
    said = str(text["text"])
    return _mrkdwn(said) if text["type"] == "mrkdwn" else escape(said)


def _mrkdwn(text: str) -> str:
    """Return mrkdwn as HTML: only its own links and marks do anything."""
    pieces = _SPECIAL.split(text)
    # What was between the signs stands at every second place.
    return "".join(
        _special(piece) if place % 2 else _marked(piece) for place, piece in enumerate(pieces)
    )


def _marked(text: str) -> str:
    said = escape(unescape(text))
    for pattern, tag in _MARKS:
        said = pattern.sub(rf"<{tag}>\1</{tag}>", said)
    return said


def _special(inner: str) -> str:
    date = _DATE.fullmatch(inner)
    if date is not None:
        return escape(_moment(int(date[1]), date[2], unescape(date[3])))
    target, _, text = inner.partition("|")
    if target.startswith(("http://", "https://")):
        return f'<a href="{escape(unescape(target))}">{escape(unescape(text or target))}</a>'
    return f'<span class="mention">{escape(unescape(text or target))}</span>'


def _moment(at_s: int, form: str, fallback: str) -> str:
    at = datetime.fromtimestamp(at_s, UTC)
    for name, directive in _TIMES.items():
        form = form.replace(name, at.strftime(directive))
    return fallback if "{" in form else form
