"""An alert in lines of plain text, for kinds of receivers that have no better words for it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from tocsin.adapters.receivers.enriched import Line
from tocsin.adapters.receivers.message import Message, Shown
from tocsin.domain.plaintext import cut, one_line

_SUMMARY_LIMIT = 1000
_LABELS_LIMIT = 1000
_TEXT_LIMIT = 300
_ABOUT_LIMIT = 100
_URL_LIMIT = 1000


def described(shown: Shown) -> Iterator[Line]:
    """Yield what is known of an alert beside its name, what helps most first; each in one line."""
    if shown.summary:
        yield Line("", cut(one_line(shown.summary), _SUMMARY_LIMIT))
    pairs = ", ".join(f"{name}={value}" for name, value in (*shown.labels, *shown.other_labels))
    if pairs:
        yield Line("labels", cut(one_line(pairs), _LABELS_LIMIT))
    for about, at_s in (("since", shown.since_s), ("until", shown.until_s)):
        if at_s is not None:
            yield Line(about, moment(at_s))
    for title, url in _pages(shown):
        yield Line("", title, url)
    for line in shown.found:
        text = cut(one_line(line.text), _TEXT_LIMIT)
        yield Line(cut(one_line(line.about), _ABOUT_LIMIT), text, link(line.url))


def links(message: Message, most: int) -> list[tuple[str, str]]:
    """Return where to go on, by titles: all of it, then the runbook and source of each alert."""
    whole = link(message.url)
    found = {whole: "tocsin"} if whole else {}
    for shown in message.shown:
        for title, url in _pages(shown):
            found.setdefault(url, f"{title}: {cut(one_line(shown.name), _ABOUT_LIMIT)}")
    return [(title, url) for url, title in list(found.items())[:most]]


def link(url: str) -> str:
    """Return the address of a page, with nothing in it that could end it; "" if it is none."""
    if not url.startswith(("http://", "https://")):
        return ""
    quoted = quote(url, safe=":/?#[]@!$'()*+,;=%&~")
    return quoted if len(quoted) <= _URL_LIMIT else ""


def moment(at_s: float) -> str:
    """Write a time for people. Raises ValueError or OverflowError for one of no year."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _pages(shown: Shown) -> Iterator[tuple[str, str]]:
    for title, url in (("runbook", link(shown.runbook)), ("source", link(shown.source))):
        if url:
            yield title, url


def written_out(line: Line) -> str:
    """Return a line as text alone."""
    text = f"{line.about}: {line.text}" if line.about else line.text
    return f"{text}: {line.url}" if line.url else text
