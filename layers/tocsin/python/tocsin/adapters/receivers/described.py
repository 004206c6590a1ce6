"""An alert in lines of plain text, for kinds of receivers that have no better words for it."""

from collections.abc import Iterator
from urllib.parse import quote

from tocsin.adapters.receivers.enriched import Line
from tocsin.adapters.receivers.message import Message, Shown
from tocsin.domain.plaintext import cut, one_line
from tocsin.domain.wording.words import Words

_SUMMARY_LIMIT = 1000
_LABELS_LIMIT = 1000
_TEXT_LIMIT = 300
_ABOUT_LIMIT = 100
_URL_LIMIT = 1000
_NAME_LIMIT = 200


def described(shown: Shown, words: Words) -> Iterator[Line]:
    """Yield what is known of an alert beside its name, what helps most first; each in one line."""
    if shown.summary:
        yield Line("", cut(one_line(shown.summary), _SUMMARY_LIMIT))
    for fact in shown.facts:
        yield Line(fact.about, cut(one_line(fact.text), _LABELS_LIMIT))
    pairs = ", ".join(f"{name}={value}" for name, value in shown.other_labels)
    if pairs:
        yield Line(words.also, cut(one_line(pairs), _LABELS_LIMIT))
    for title, url in pages(shown, words):
        yield Line("", title, url)
    for line in shown.found:
        text = cut(one_line(line.text), _TEXT_LIMIT)
        yield Line(cut(one_line(line.about), _ABOUT_LIMIT), text, link(line.url))


def links(message: Message, most: int) -> list[tuple[str, str]]:
    """Return where to go on, by titles: all of it, then the runbook and source of each alert."""
    whole = link(message.url)
    found = {whole: "tocsin"} if whole else {}
    for shown in message.shown:
        for title, url in pages(shown, message.words):
            found.setdefault(url, f"{title}: {cut(one_line(shown.name), _ABOUT_LIMIT)}")
    return [(title, url) for url, title in list(found.items())[:most]]


def doing(message: Message) -> list[tuple[str, str]]:
    """Return what can be done about it, by titles; to open one of these changes nothing."""
    found = ((cut(one_line(each.title), _ABOUT_LIMIT), link(each.url)) for each in message.actions)
    return [(title, url) for title, url in found if url]


def link(url: str) -> str:
    """Return the address of a page, with nothing in it that could end it; "" if it is none."""
    if not url.startswith(("http://", "https://")):
        return ""
    quoted = quote(url, safe=":/?#[]@!$'()*+,;=%&~")
    return quoted if len(quoted) <= _URL_LIMIT else ""


def pages(shown: Shown, words: Words) -> Iterator[tuple[str, str]]:
    """Yield the titles and the addresses of the pages that an alert itself names."""
    named = ((words.runbook, link(shown.runbook)), (words.source, link(shown.source)))
    return ((title, url) for title, url in named if url)


def notes(message: Message) -> Iterator[Line]:
    """Yield what is said of all of it, each in one line."""
    for line in message.notes:
        yield Line(line.about, cut(one_line(line.text), _SUMMARY_LIMIT))


def head(shown: Shown) -> str:
    """Return what an alert is called, and how bad it is."""
    name = cut(one_line(shown.name), _NAME_LIMIT)
    return f"{name}: {shown.severity_word}, {shown.status_word}"


def written_out(line: Line) -> str:
    """Return a line as text alone."""
    text = f"{line.about}: {line.text}" if line.about else line.text
    return f"{text}: {line.url}" if line.url else text
