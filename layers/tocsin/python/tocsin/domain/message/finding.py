"""What was found out about an alert, in lines for people to read."""

from collections.abc import Iterator
from datetime import UTC, datetime

from tocsin.domain.alert import Alert
from tocsin.domain.found import Enrichment, Findings, Owner, RecentChange, Similar
from tocsin.domain.message.message import Line
from tocsin.domain.wording.words import Words

_SHOWN_CHANGES = 3
_SHOWN_SIMILAR = 3
_SHOWN_LINKS = 4


def found_lines(alert: Alert, words: Words) -> Iterator[Line]:
    """Yield what helps whoever is paged, what helps most first."""
    found = alert.enrichment
    if found is None:
        return
    yield from _known(found, words)
    if found.findings is not None:
        yield from _found_late(found.findings, words)


def owner_text(owner: Owner, words: Words) -> str:
    """Return who owns the service of an alert, and how to reach them."""
    tier = f", {words.tier} {owner.tier}" if owner.tier else ""
    contact = f" ({owner.contact})" if owner.contact else ""
    return f"{owner.team or words.nobody}{contact}: {owner.service}{tier}"


def _known(found: Enrichment, words: Words) -> Iterator[Line]:
    if found.irrelevant:
        yield Line(words.looks_like, words.news.format(kind=found.irrelevant))
    if found.owner is not None:
        yield Line(words.owner, owner_text(found.owner, words))
    for link in found.links[:_SHOWN_LINKS]:
        yield Line("", link.title, link.url)


def _found_late(found: Findings, words: Words) -> Iterator[Line]:
    for change in found.changes[:_SHOWN_CHANGES]:
        yield Line(words.changed, _change(change, words), change.url)
    for content in found.content:
        yield Line(words.page, f"{content.title}: {content.summary}".strip(": "), content.url)
    triage = found.triage
    if triage is not None:
        # A guess must never be taken for what somebody knows.
        about = words.machine.format(by=triage.by)
        said = ((triage.cause, words.cause), (triage.impact, words.impact))
        checks = ((check, words.check) for check in triage.checks)
        for text, what in (*said, *checks):
            if text:
                yield Line(about, f"{what}: {text}")
    if found.similar:
        yield Line(words.similar, _similar(found.similar, words))


def _change(change: RecentChange, words: Words) -> str:
    kind = f"{change.kind} " if change.kind else ""
    return words.change.format(
        time=datetime.fromtimestamp(change.at_s, UTC).strftime("%H:%M UTC"),
        what=f"{kind}{change.title}",
        by=words.change_by.format(who=change.by) if change.by else "",
        service=change.service,
    )


def _similar(similar: tuple[Similar, ...], words: Words) -> str:
    named = ", ".join(f"{each.name} ({each.likeness:.2f})" for each in similar[:_SHOWN_SIMILAR])
    more = len(similar) - _SHOWN_SIMILAR
    return f"{named} {words.more.format(count=more)}" if more > 0 else named
