"""What enrichment found out about an alert, as the alert carries it.

All texts are plain and capped, and none of them decides where an alert goes: routing, grouping,
severity and identity look at the alert itself. Source: ADR 0013.
"""

from typing import Literal

import msgspec

Outcome = Literal["ok", "skipped", "failed"]

# The most bytes that what was found about one alert takes as JSON.
FOUND_LIMIT_BYTES = 8192


class StageResult(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How one stage ended: `why` it was skipped or failed, and how long it took."""

    stage: str
    outcome: Outcome
    why: str = ""
    took_ms: float = 0.0


class Owner(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """Who owns the service that an alert is about, from the tenant's catalogue."""

    service: str
    team: str = ""
    # How to reach the team: a channel, an address, a page.
    contact: str = ""
    # "1" is what the tenant holds most important.
    tier: str = ""
    description: str = ""


class Link(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Somewhere to look: a runbook, a dashboard, a log search."""

    title: str
    url: str


class RecentChange(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A change that was pushed of the service, shortly before it fired."""

    at_s: float
    service: str
    title: str
    kind: str = ""
    by: str = ""
    url: str = ""


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A page that the alert links to, in a few sentences."""

    url: str
    title: str = ""
    summary: str = ""


class Triage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """A machine's guess; `by` names the model that wrote it, and whoever shows it says so."""

    by: str
    cause: str = ""
    impact: str = ""
    # The first things to look at, three at most.
    checks: tuple[str, ...] = ()
    # Why the model that was asked is not the one that wrote it; "": it is.
    instead_why: str = ""


class Similar(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An alert that says nearly the same of the same thing; `likeness` is 0 to 1."""

    fingerprint: str
    name: str
    likeness: float
    # "template": the texts differ in numbers, times and ids only; "meaning": they mean the same.
    how: Literal["template", "meaning"]
    seen_at_s: float


class Findings(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What the late stages found: those that ask somebody, and so can take long.

    `similar` has the nearest alert first: that is the parent.
    """

    changes: tuple[RecentChange, ...] = ()
    content: tuple[Content, ...] = ()
    triage: Triage | None = None
    similar: tuple[Similar, ...] = ()
    stages: tuple[StageResult, ...] = ()


class Enrichment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What was found out about one firing of an alert.

    `irrelevant` names the kind of news that the alert is ("sports"), if it is nothing that
    anybody runs, and `irrelevant_words` those by which it was known; `is_dropped` says that such
    alerts are told to nobody. `entities` are values by kind: host, service, ip, url, resource,
    place.
    """

    # What stages changed of the alert's texts, in words of ours: "the link was left out".
    mended: tuple[str, ...] = ()
    category: str = ""
    irrelevant: str = ""
    irrelevant_words: tuple[str, ...] = ()
    is_dropped: bool = False
    entities: dict[str, tuple[str, ...]] = {}
    owner: Owner | None = None
    links: tuple[Link, ...] = ()
    # How much it matters, 0 to 100; for people to sort by.
    score: float | None = None
    stages: tuple[StageResult, ...] = ()
    findings: Findings | None = None


NOTHING = Enrichment()


def carried(before: Enrichment | None, now: Enrichment | None) -> Enrichment | None:
    """Return what is known of a firing when it is told once more: late findings stay."""
    if before is None or before.findings is None:
        return before if now is None else now
    if now is None:
        return before
    if now.findings is not None:
        return now
    return msgspec.structs.replace(now, findings=before.findings)
