"""Triage by the embedded summariser: out of what was found already, what to look at first."""

import re

from tocsin.domain.enrichment.extract import STEP, Told, telling, told
from tocsin.domain.enrichment.prompt import CHECKS, ChangeData, Material
from tocsin.domain.enrichment.sentences import sentences
from tocsin.domain.found import Triage

NAME = "extract"
# A sentence of the alert itself tells more about it than one of a page.
_OWN = 0.5
_CAUSE = re.compile(
    r"because|caused by|due to|root cause|usually means|as a result of|\bafter\b|\bsince\b",
    re.IGNORECASE,
)
_IMPACT = re.compile(
    r"\b(?:affect|cannot|client|customer|data loss|degrad|impact|order|payment|request|slo\b|sla\b"
    r"|stale|unavailab|user|visitor)",
    re.IGNORECASE,
)
# Labels and annotations that say nothing but where to look.
_ADDRESS = re.compile(r"\w{2,20}:/{2}\S*\Z")


def extracted(about: Material) -> Triage:
    """Return the sentence that tells most of the cause, one of the impact, and what to look at."""
    said = _told(about)
    cause = max(said, key=lambda each: each.score + bool(_CAUSE.search(each.text)), default=None)
    hit = [each for each in said if each is not cause and _IMPACT.search(each.text)]
    impact = max(hit, key=lambda each: each.score, default=None)
    return Triage(
        by=NAME,
        cause=cause.text if cause else "",
        impact=impact.text if impact else _owned(about),
        checks=_checks(about),
    )


def _told(about: Material) -> list[Told]:
    """Return the sentences to choose from, those of the alert itself first."""
    own = "\n".join(text for text in about.annotations.values() if not _ADDRESS.match(text))
    pages = "\n".join(page.summary for page in about.pages)
    found = [Told(each.text, each.place, each.score + _OWN, each.words) for each in told(own)]
    # A step says what to do, and not why.
    found += [each for each in told(pages) if telling(each.text)]
    return [each for each in found if not STEP.match(each.text)]


def _owned(about: Material) -> str:
    owner = about.owner
    if owner is None or not owner.service:
        return ""
    tier = f" (tier {owner.tier})" if owner.tier else ""
    team = f", owned by {owner.team}" if owner.team else ""
    return f"Service {owner.service}{tier}{team}."


def _checks(about: Material) -> tuple[str, ...]:
    """Return what changed last, then the steps of the pages, then where else to look."""
    changes = [_change(each) for each in about.recent_changes]
    steps = [
        sentence
        for page in about.pages
        for sentence in sentences(page.summary)
        if STEP.match(sentence)
    ]
    links = [f"Look at {title}." for title in about.links if title]
    found = [*changes[:1], *steps, *changes[1:], *links]
    return tuple(dict.fromkeys(found))[:CHECKS]


def _change(change: ChangeData) -> str:
    what = f"{change.kind} " if change.kind else ""
    minutes = max(0, change.minutes_before)
    return f"Look at the {what}of {change.service} {minutes} min before: {change.title}"
