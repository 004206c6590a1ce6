"""The HTML part of a mail: tables and inline styles, which is what mail clients agree on.

It has one column that shrinks with the screen, and no background but that of the bar, so that a
client may show it light or dark. It loads nothing, and so tells nobody that it was read.
"""

from collections.abc import Iterator, Sequence
from html import escape

from tocsin.adapters.receivers.email.entries import Entry, Link, doing
from tocsin.adapters.receivers.enriched import Line
from tocsin.adapters.receivers.message import Message

# Gmail cuts off a message above 102 KB; this is what its HTML may have, in bytes.
PAGE_LIMIT_BYTES = 90_000
# Of the bar, under white: a contrast of 5:1 or more (WCAG 2.2, 1.4.3 asks for 4.5:1).
COLOURS = {
    "critical": "#b3261e",
    "high": "#c2410c",
    "warning": "#8a5a00",
    "info": "#1f5fb8",
    "low": "#57606a",
    "resolved": "#1a7f37",
}
# Of small print and of links: 4:1 or more on white and on near-black.
QUIET = "#6e7781"
LINK = "#1f6feb"

_FONT = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
_BEGIN = (
    '<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    '<meta name="color-scheme" content="light dark">\n'
    '<meta name="supported-color-schemes" content="light dark">\n'
    "<title>{title}</title>\n</head>\n"
    '<body style="margin:0;padding:0">\n'
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
    '<tr><td align="center" style="padding:8px">\n'
    # Outlook on Windows knows no greatest width.
    '<!--[if mso]><table role="presentation" width="640"><tr><td><![endif]-->\n'
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" '
    f'style="max-width:640px;{_FONT};font-size:16px;line-height:1.45;text-align:left">\n'
)
_END = (
    "</table>\n<!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n"
)


def render_page(message: Message, title: str, rows: Sequence[str], more: str, foot: str) -> str:
    """Return the whole page; `rows` are what `note`, `row` or `written_row` returned."""
    begin = _BEGIN.format(title=escape(title), language=message.words.language)
    end = _ending(more, message.url) + _doing(doing(message)) + _foot(foot)
    return begin + _head(message, title) + "".join(rows) + end


def row(entry: Entry) -> str:
    """Return one alert."""
    return _row("".join(_blocks(entry)), f"padding:14px 12px;border-bottom:1px solid {QUIET}")


def note(line: Line) -> str:
    """Return a line that is about all of it."""
    return _row(_found(line), f"padding:6px 12px 0;color:{QUIET}")


def written_row(text: str) -> str:
    """Return a text of a template."""
    lines = escape(text).replace("\n", "<br>")
    return _row(lines, "padding:14px 12px;word-break:break-word")


def _head(message: Message, title: str) -> str:
    colour = COLOURS["resolved" if message.state == "resolved" else message.severity]
    bar = f"padding:10px 12px;background-color:{colour};color:#ffffff;font-weight:bold"
    words = message.words
    state = words.update_tag if message.state == "update" else words.statuses[message.state]
    said = escape(f"{state.upper()} - {words.severities[message.severity]}")
    size = "padding:14px 12px 0;font-size:20px;font-weight:bold;word-break:break-word"
    return f'<tr><td bgcolor="{colour}" style="{bar}">{said}</td></tr>\n' + _row(
        escape(title), size
    )


def _blocks(entry: Entry) -> Iterator[str]:
    quiet = f'<span style="font-weight:normal;color:{QUIET}">{escape(entry.state)}</span>'
    yield _block(f"{escape(entry.name)} {quiet}", "font-size:17px;font-weight:bold")
    if entry.summary:
        yield _block(escape(entry.summary).replace("\n", "<br>"), "padding-top:4px")
    for name, value in entry.facts:
        yield _block(f'<span style="color:{QUIET}">{escape(name)}</span> {escape(value)}')
    if entry.links:
        yield _block(" &nbsp; ".join(map(_link, entry.links)), "padding:6px 0")
    yield from (_block(_found(line)) for line in entry.found)


def _found(line: Line) -> str:
    about = f'<span style="color:{QUIET}">{escape(line.about)}</span> ' if line.about else ""
    return about + (_link(Link(line.text, line.url)) if line.url else escape(line.text))


def _ending(more: str, url: str) -> str:
    said = [escape(more)] if more else []
    if url:
        said.append(_link(Link(url, url)))
    return _row("<br>".join(said), "padding:14px 12px 0;word-break:break-word") if said else ""


def _doing(links: Sequence[Link]) -> str:
    return _row(" &nbsp; ".join(map(_link, links)), "padding:14px 12px 0") if links else ""


def _foot(foot: str) -> str:
    return _row(escape(foot), f"padding:14px 12px;font-size:13px;color:{QUIET}") + _END


def _row(inner: str, style: str) -> str:
    return f'<tr><td dir="auto" style="{style}">{inner}</td></tr>\n'


def _block(inner: str, style: str = "") -> str:
    return f'<div dir="auto" style="word-break:break-word;{style}">{inner}</div>\n'


def _link(link: Link) -> str:
    return f'<a href="{escape(link.url)}" style="color:{LINK}">{escape(link.title)}</a>'
