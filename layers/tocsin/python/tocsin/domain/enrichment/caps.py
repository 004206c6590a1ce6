"""The caps of each part of what was found: plain text, of one line, and not too much of it.

All limits are in characters and counts; `output` holds what all parts come to.
"""

from functools import lru_cache

from msgspec.structs import replace

from tocsin.domain.enrichment.entities_values import KINDS
from tocsin.domain.enrichment.validation import is_web_link
from tocsin.domain.found import Content, Link, Owner, RecentChange, Similar, Triage
from tocsin.domain.plaintext import cut, one_line

# Characters: a word, a name, a sentence, a paragraph, and a link, which is never cut.
WORD, NAME, SENTENCE, _PARAGRAPH, _URL = 32, 100, 200, 600, 2048
MENDED, _KINDS, _VALUES, _LINKS, CHANGES, CONTENTS, _CHECKS, SIMILAR = 5, 10, 10, 10, 5, 3, 3, 5
_ENTITIES = frozenset(KINDS)


def text_within(text: str, limit: int) -> str:
    """Return plain text of one line and at most `limit` characters."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    # Enough to fill the limit, whatever is hidden between.
    return one_line(cut(one_line(text[: 8 * limit]), limit))


def texts_within(texts: tuple[str, ...], count: int, limit: int) -> tuple[str, ...]:
    """Return the first `count` texts that show anything, each within its limit."""
    return tuple([kept for text in texts[:count] if (kept := text_within(text, limit))])


def _url(url: str) -> str:
    return url if len(url) <= _URL and is_web_link(url) else ""


def links_within(links: tuple[Link, ...]) -> tuple[Link, ...]:
    """Return the first links that are web links, with a title each."""
    return tuple([kept for link in links if (kept := _link_within(link)) is not None][:_LINKS])


# Alerts of one rule share their links.
@lru_cache(maxsize=512)
def _link_within(link: Link) -> Link | None:
    if not _url(link.url):
        return None
    return Link(title=text_within(link.title, NAME) or "link", url=link.url)


def entities_within(entities: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Return the first kinds and values; the same object if there is nothing to leave out."""
    if _are_within(entities):
        return entities
    kept = {}
    for kind, values in list(entities.items())[:_KINDS]:
        name, texts = text_within(kind, WORD), texts_within(values, _VALUES, SENTENCE)
        if name and texts:
            kept[name] = texts
    return kept


def _are_within(entities: dict[str, tuple[str, ...]]) -> bool:
    """Tell whether all are few, short and plain ASCII, as nearly always, at one look."""
    if not entities or not _ENTITIES.issuperset(entities):
        return not entities
    counts = [len(values) for values in entities.values()]
    texts = [text for values in entities.values() for text in values]
    if min(counts) == 0 or max(counts) > _VALUES or "" in texts:
        return False
    said = "".join(texts)
    return said.isascii() and said.isprintable() and max(map(len, texts)) <= SENTENCE


# It is among the few of a catalogue.
@lru_cache(maxsize=512)
def owner_within(owner: Owner) -> Owner:
    """Return the owner with all texts within their limits."""
    return replace(
        owner,
        service=text_within(owner.service, NAME),
        team=text_within(owner.team, NAME),
        contact=text_within(owner.contact, SENTENCE),
        tier=text_within(owner.tier, WORD),
        description=text_within(owner.description, SENTENCE),
    )


def change_within(change: RecentChange) -> RecentChange:
    """Return the change with all texts within their limits, and no link but a web link."""
    return replace(
        change,
        service=text_within(change.service, NAME),
        title=text_within(change.title, SENTENCE),
        kind=text_within(change.kind, WORD),
        by=text_within(change.by, NAME),
        url=_url(change.url),
    )


def content_within(content: Content) -> Content:
    """Return the page with all texts within their limits, and no link but a web link."""
    return replace(
        content,
        url=_url(content.url),
        title=text_within(content.title, NAME),
        summary=text_within(content.summary, _PARAGRAPH),
    )


def triage_within(triage: Triage) -> Triage:
    """Return the guess with all texts within their limits, and the first checks."""
    return replace(
        triage,
        by=text_within(triage.by, NAME),
        cause=text_within(triage.cause, 2 * SENTENCE),
        impact=text_within(triage.impact, 2 * SENTENCE),
        checks=texts_within(triage.checks, _CHECKS, SENTENCE),
    )


def similar_within(similar: Similar) -> Similar:
    """Return the similar alert with texts within their limits, and a likeness from 0 to 1."""
    return replace(
        similar,
        fingerprint=text_within(similar.fingerprint, 2 * WORD),
        name=text_within(similar.name, SENTENCE),
        likeness=min(max(similar.likeness, 0.0), 1.0),
    )
