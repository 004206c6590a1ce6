"""Validation of the output: what was found fits into a message, and is safe to show.

Whatever the stages found, texts are plain, of one line and capped, links are http or https, and
numbers are numbers. What is too much in all is left out, the least useful first; so the results
of all thirteen stages still fit beside it into `FOUND_LIMIT_BYTES`.
"""

from collections.abc import Callable, Iterable
from math import isfinite
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from tocsin.domain.enrichment.validation import is_web_link
from tocsin.domain.found import (
    Content,
    Enrichment,
    Findings,
    Link,
    Owner,
    RecentChange,
    Similar,
    Triage,
)
from tocsin.domain.plaintext import cut, one_line

# The most that the early and the late stages find, as JSON without the results of stages.
EARLY_BYTES = 2300
LATE_BYTES = 2600

# Characters: a word, a name, a sentence, a paragraph, and a link, which is never cut.
_WORD, _NAME, _SENTENCE, _PARAGRAPH, _URL = 32, 100, 200, 600, 500
_MENDED, _KINDS, _VALUES, _LINKS, _CHANGES, _CONTENTS, _CHECKS, _SIMILAR = 5, 10, 10, 10, 5, 3, 3, 5

_T = TypeVar("_T", Enrichment, Findings)


def fit(found: Enrichment) -> Enrichment:
    """Return what the early stages found within its caps; `findings` and `stages` stay."""
    score = found.score
    kept = replace(
        found,
        mended=_texts(found.mended, _MENDED, _SENTENCE),
        category=_text(found.category, _WORD),
        irrelevant=_text(found.irrelevant, _WORD),
        entities=_entities(found.entities),
        owner=None if found.owner is None else _owner(found.owner),
        links=_links(found.links),
        score=None if score is None or not isfinite(score) else min(max(score, 0.0), 100.0),
        findings=None,
        stages=(),
    )
    kept = _shortened(kept, EARLY_BYTES, _FEWER_FOUND)
    return replace(kept, findings=found.findings, stages=found.stages)


def fit_findings(findings: Findings) -> Findings:
    """Return what the late stages found within its caps; `stages` stay."""
    kept = Findings(
        changes=tuple(_change(each) for each in findings.changes[:_CHANGES] if isfinite(each.at_s)),
        content=tuple(map(_content, findings.content[:_CONTENTS])),
        triage=None if findings.triage is None else _triage(findings.triage),
        similar=tuple(
            _similar(each)
            for each in findings.similar[:_SIMILAR]
            if isfinite(each.seen_at_s) and isfinite(each.likeness)
        ),
    )
    return replace(_shortened(kept, LATE_BYTES, _FEWER_FINDINGS), stages=findings.stages)


def _text(text: str, limit: int) -> str:
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text
    # Enough to fill the limit, whatever is hidden between.
    return one_line(cut(one_line(text[: 8 * limit]), limit))


def _texts(texts: tuple[str, ...], count: int, limit: int) -> tuple[str, ...]:
    return tuple([kept for text in texts[:count] if (kept := _text(text, limit))])


def _url(url: str) -> str:
    return url if len(url) <= _URL and is_web_link(url) else ""


def _links(links: tuple[Link, ...]) -> tuple[Link, ...]:
    safe = [link for link in links if _url(link.url)][:_LINKS]
    return tuple([Link(title=_text(each.title, _NAME) or "link", url=each.url) for each in safe])


def _entities(entities: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    kept = {}
    for kind, values in list(entities.items())[:_KINDS]:
        name, texts = _text(kind, _WORD), _texts(values, _VALUES, _SENTENCE)
        if name and texts:
            kept[name] = texts
    return kept


def _owner(owner: Owner) -> Owner:
    return Owner(
        service=_text(owner.service, _NAME),
        team=_text(owner.team, _NAME),
        contact=_text(owner.contact, _SENTENCE),
        tier=_text(owner.tier, _WORD),
        description=_text(owner.description, _SENTENCE),
    )


def _change(change: RecentChange) -> RecentChange:
    return RecentChange(
        at_s=change.at_s,
        service=_text(change.service, _NAME),
        title=_text(change.title, _SENTENCE),
        kind=_text(change.kind, _WORD),
        by=_text(change.by, _NAME),
        url=_url(change.url),
    )


def _content(content: Content) -> Content:
    return Content(
        url=_url(content.url),
        title=_text(content.title, _NAME),
        summary=_text(content.summary, _PARAGRAPH),
    )


def _triage(triage: Triage) -> Triage:
    return Triage(
        by=_text(triage.by, _NAME),
        cause=_text(triage.cause, 2 * _SENTENCE),
        impact=_text(triage.impact, 2 * _SENTENCE),
        checks=_texts(triage.checks, _CHECKS, _SENTENCE),
    )


def _similar(similar: Similar) -> Similar:
    return replace(
        similar,
        fingerprint=_text(similar.fingerprint, 2 * _WORD),
        name=_text(similar.name, _SENTENCE),
        likeness=min(max(similar.likeness, 0.0), 1.0),
    )


def _shortened(found: _T, limit_bytes: int, steps: Iterable[Callable[[_T], _T]]) -> _T:
    """Apply each step as long as it leaves something out and there is still too much."""
    if len(msgspec.json.encode(found)) <= limit_bytes:
        return found
    for step in steps:
        while len(msgspec.json.encode(found)) > limit_bytes and (fewer := step(found)) != found:
            found = fewer
    return found


def _fewer_entities(found: Enrichment) -> Enrichment:
    """Leave out the last value of the kind that has most of them."""
    if not found.entities:
        return found
    most = max(found.entities, key=lambda kind: len(found.entities[kind]))
    entities = {**found.entities, most: found.entities[most][:-1]}
    return replace(found, entities={kind: values for kind, values in entities.items() if values})


def _without_description(found: Enrichment) -> Enrichment:
    return (
        found if found.owner is None else replace(found, owner=replace(found.owner, description=""))
    )


def _terse(findings: Findings) -> Findings:
    triage = findings.triage
    if triage is None:
        return findings
    cause, impact = cut(triage.cause, _NAME), cut(triage.impact, _NAME)
    return replace(findings, triage=replace(triage, cause=cause, impact=impact, checks=()))


_FEWER_FOUND: tuple[Callable[[Enrichment], Enrichment], ...] = (
    _fewer_entities,
    lambda found: replace(found, links=found.links[:-1] if len(found.links) > 1 else found.links),
    _without_description,
    lambda found: replace(found, mended=found.mended[:-1]),
    lambda found: replace(found, links=()),
)
# One of each kind stays as long as that is possible: the nearest, the first, the latest.
_FEWER_FINDINGS: tuple[Callable[[Findings], Findings], ...] = (
    lambda all_: replace(
        all_, similar=all_.similar[:-1] if len(all_.similar) > 1 else all_.similar
    ),
    lambda all_: replace(
        all_, content=all_.content[:-1] if len(all_.content) > 1 else all_.content
    ),
    lambda all_: replace(
        all_, changes=all_.changes[:-1] if len(all_.changes) > 1 else all_.changes
    ),
    lambda all_: replace(all_, similar=()),
    lambda all_: replace(all_, content=()),
    lambda all_: replace(all_, changes=()),
    _terse,
)
