"""What was found out about an alert, in lines of plain text for people to read."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.found import Enrichment, Findings, RecentChange, Similar

_SHOWN_CHANGES = 3
_SHOWN_SIMILAR = 3
_SHOWN_LINKS = 4


class Line(msgspec.Struct, frozen=True):
    """A line: what it is about, its text, and where it leads; "" where it leads nowhere."""

    about: str
    text: str
    url: str = ""


def lines(alert: Alert) -> Iterator[Line]:
    """Yield what helps whoever is paged, what helps most first."""
    found = alert.enrichment
    if found is None:
        return
    yield from _known(found)
    if found.findings is not None:
        yield from _found_late(found.findings)


def _known(found: Enrichment) -> Iterator[Line]:
    if found.irrelevant:
        yield Line("looks like", f"news ({found.irrelevant})")
    owner = found.owner
    if owner is not None:
        tier = f", tier {owner.tier}" if owner.tier else ""
        contact = f" ({owner.contact})" if owner.contact else ""
        yield Line("owner", f"{owner.team or 'nobody'}{contact}: {owner.service}{tier}")
    for link in found.links[:_SHOWN_LINKS]:
        yield Line("", link.title, link.url)


def _found_late(found: Findings) -> Iterator[Line]:
    for change in found.changes[:_SHOWN_CHANGES]:
        yield Line("changed", _change(change), change.url)
    for content in found.content:
        yield Line("page", f"{content.title}: {content.summary}".strip(": "), content.url)
    triage = found.triage
    if triage is not None:
        # A guess must never be taken for what somebody knows.
        about = f"written by a machine ({triage.by})"
        said = ((triage.cause, "likely cause"), (triage.impact, "impact"))
        checks = ((check, "check") for check in triage.checks)
        for text, what in (*said, *checks):
            if text:
                yield Line(about, f"{what}: {text}")
    if found.similar:
        yield Line("similar", _similar(found.similar))


def _change(change: RecentChange) -> str:
    at = datetime.fromtimestamp(change.at_s, UTC).strftime("%H:%M UTC")
    by = f" by {change.by}" if change.by else ""
    kind = f"{change.kind} " if change.kind else ""
    return f"{at} {kind}{change.title}{by} ({change.service})"


def _similar(similar: tuple[Similar, ...]) -> str:
    named = ", ".join(f"{each.name} ({each.likeness:.2f})" for each in similar[:_SHOWN_SIMILAR])
    more = len(similar) - _SHOWN_SIMILAR
    return f"{named} and {more} more" if more > 0 else named
