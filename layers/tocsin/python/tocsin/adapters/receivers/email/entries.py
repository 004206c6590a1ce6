"""The alerts of a message in short pieces of text, for both the plain and the HTML part."""

from collections.abc import Iterator
from urllib.parse import quote

import msgspec

from tocsin.adapters.receivers.enriched import Line
from tocsin.adapters.receivers.message import Message, Shown
from tocsin.domain.plaintext import cut, one_line, plain_text
from tocsin.domain.wording.words import Words

# In characters. All pieces of one alert are together well below what a whole message may have.
NAME_LIMIT = 200
SUMMARY_LIMIT = 1000
VALUE_LIMIT = 300
OTHERS_LIMIT = 1000
FOUND_LIMIT = 10
LINK_LIMIT = 1000


class Link(msgspec.Struct, frozen=True):
    """What can be opened, and the words that say what it is."""

    title: str
    url: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One alert: plain text in lines, but for `summary`, which may have several."""

    name: str
    state: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    # What was found out: what it is about, the text, and a URL or "".
    found: tuple[Line, ...]
    links: tuple[Link, ...]


def notes(message: Message) -> tuple[Line, ...]:
    """Return what is said of all of it."""
    return tuple(map(_found, message.notes))


def entries(message: Message) -> tuple[Entry, ...]:
    """Return the alerts that a message shows, each in pieces of limited length."""
    return tuple(_entry(shown, message.words) for shown in message.shown)


def link(url: str) -> str:
    """Return a URL that can be opened and is only a URL, or ""."""
    if not url.lower().startswith(("http://", "https://")):
        return ""
    found = quote(plain_text(url), safe=":/?#[]@!$&'()*+,;=%~")
    return found if len(found) <= LINK_LIMIT else ""


def doing(message: Message) -> tuple[Link, ...]:
    """Return what can be done about a message; to open one of these changes nothing."""
    found = (Link(_line(each.title, NAME_LIMIT), link(each.url)) for each in message.actions)
    return tuple(each for each in found if each.url)


def _entry(shown: Shown, words: Words) -> Entry:
    return Entry(
        name=_line(shown.name, NAME_LIMIT),
        state=f"{shown.severity_word}, {shown.status_word}",
        summary=cut(plain_text(shown.summary), SUMMARY_LIMIT),
        facts=tuple(_facts(shown, words)),
        found=tuple(map(_found, shown.found[:FOUND_LIMIT])),
        links=tuple(_links(shown, words)),
    )


def _facts(shown: Shown, words: Words) -> Iterator[tuple[str, str]]:
    for fact in shown.facts:
        yield fact.about, _line(fact.text, OTHERS_LIMIT)
    others = ", ".join(f"{name}={value}" for name, value in shown.other_labels)
    if others:
        yield words.also, _line(others, OTHERS_LIMIT)
    if shown.runbook and not link(shown.runbook):
        yield words.runbook, _line(shown.runbook, VALUE_LIMIT)


def _links(shown: Shown, words: Words) -> Iterator[Link]:
    named = ((words.runbook, link(shown.runbook)), (words.source, link(shown.source)))
    for title, url in named:
        if url:
            yield Link(title, url)


def _found(line: Line) -> Line:
    return Line(_line(line.about, NAME_LIMIT), _line(line.text, VALUE_LIMIT), link(line.url))


def _line(text: str, limit: int) -> str:
    return cut(one_line(text), limit)
