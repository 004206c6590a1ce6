"""Validation of the output: what was found fits into a message, and is safe to show.

Whatever the stages found, texts are plain, of one line and capped, links are http or https, and
numbers are numbers. What is too much in all is left out, the least useful first; so what both runs
found and how all thirteen stages ended fit into `FOUND_LIMIT_BYTES`.
"""

from collections.abc import Callable, Iterable
from math import isfinite
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from tocsin.domain.enrichment.caps import (
    CHANGES,
    CONTENTS,
    MENDED,
    NAME,
    SENTENCE,
    SIMILAR,
    WORD,
    change_within,
    content_within,
    entities_within,
    links_within,
    owner_within,
    similar_within,
    text_within,
    texts_within,
    triage_within,
)
from tocsin.domain.enrichment.order import LATE
from tocsin.domain.found import FOUND_LIMIT_BYTES, Enrichment, Findings
from tocsin.domain.plaintext import cut

# The most that either run finds, as JSON without the results of its stages.
EARLY_BYTES = 4096
LATE_BYTES = 4096
# What is kept free for the results of the late stages and of `score`.
_RESULTS_BYTES = 250 * (len(LATE) + 1)

_T = TypeVar("_T", Enrichment, Findings)


def fit(found: Enrichment) -> Enrichment:
    """Return what the early stages found within its caps; `findings` and `stages` stay."""
    score = found.score
    kept = replace(
        found,
        mended=found.mended and texts_within(found.mended, MENDED, SENTENCE),
        category=text_within(found.category, WORD),
        irrelevant=found.irrelevant and text_within(found.irrelevant, WORD),
        entities=entities_within(found.entities),
        owner=None if found.owner is None else owner_within(found.owner),
        links=links_within(found.links),
        score=None if score is None or not isfinite(score) else min(max(score, 0.0), 100.0),
        findings=None,
        stages=(),
    )
    kept = _shortened(kept, EARLY_BYTES, _FEWER_FOUND)
    if found.findings is None and not found.stages:
        return kept
    return replace(kept, findings=found.findings, stages=found.stages)


def fit_findings(findings: Findings, beside: Enrichment) -> Findings:
    """Return what the late stages found within its caps; `stages` stay.

    `beside` is what the early stages found, with their results: what they left free is there.
    """
    taken_bytes = len(msgspec.json.encode(replace(beside, findings=None))) + _RESULTS_BYTES
    limit_bytes = min(LATE_BYTES, FOUND_LIMIT_BYTES - taken_bytes)
    kept = replace(
        findings,
        changes=tuple(
            change_within(each) for each in findings.changes[:CHANGES] if isfinite(each.at_s)
        ),
        content=tuple(map(content_within, findings.content[:CONTENTS])),
        triage=None if findings.triage is None else triage_within(findings.triage),
        similar=tuple(
            similar_within(each)
            for each in findings.similar[:SIMILAR]
            if isfinite(each.seen_at_s) and isfinite(each.likeness)
        ),
        stages=(),
    )
    return replace(_shortened(kept, limit_bytes, _FEWER_FINDINGS), stages=findings.stages)


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
    cause, impact = cut(triage.cause, NAME), cut(triage.impact, NAME)
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
    lambda all_: replace(all_, triage=None),
)
