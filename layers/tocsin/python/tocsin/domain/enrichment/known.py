"""What is remembered of an alert so that later ones can be compared with it."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from tocsin.domain.enrichment.gist import Gist
from tocsin.domain.enrichment.likeness import cosine, is_one_wording, veto
from tocsin.domain.enrichment.thing import is_same
from tocsin.domain.found import Similar

# The most that one alert shows, and that is remembered of one block.
SIMILAR_LIMIT = 5
KNOWN_LIMIT = 32


class Known(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An alert as it was last seen: what it said, of what, and when.

    `model` wrote `vector`, the packed embedding of the gist; both are empty until one is needed.
    """

    fingerprint: str
    name: str
    seen_at_s: float
    digest: str
    template: str
    labels: dict[str, str]
    gist: Gist
    model: str = ""
    vector: bytes = b""


def by_template(mine: Known, others: Iterable[Known]) -> list[Similar]:
    """Return the other alerts that say the same of the same thing, but for what is masked."""
    return [
        _similar(other, 1.0, "template")
        for other in others
        if other.digest == mine.digest and _is_other(mine, other)
    ]


def comparable(mine: Known, others: Iterable[Known]) -> list[Known]:
    """Return the alerts that say something else of the same thing, and that no word rules out."""
    return [
        other
        for other in others
        if other.digest != mine.digest
        and _is_other(mine, other)
        and not veto(mine.gist, other.gist)
        and not is_one_wording(mine.template, other.template)
    ]


def by_meaning(mine: Known, others: Iterable[Known], threshold: float) -> list[Similar]:
    """Return those of the comparable alerts that are near: `threshold` is the least cosine."""
    near = [(cosine(mine.vector, other.vector), other) for other in others]
    return [_similar(other, each, "meaning") for each, other in near if each >= threshold]


def nearest(found: Iterable[Similar]) -> tuple[Similar, ...]:
    """Return the few that are nearest, the nearest first: templates, then by likeness and time."""
    ordered = sorted(
        found,
        key=lambda each: (
            each.how != "template",
            -each.likeness,
            -each.seen_at_s,
            each.fingerprint,
        ),
    )
    return tuple(ordered[:SIMILAR_LIMIT])


def latest(known: Sequence[Known]) -> tuple[Known, ...]:
    """Return those that were seen last, the last one first: as many as are remembered."""
    ordered = sorted(known, key=lambda each: (-each.seen_at_s, each.fingerprint))
    return tuple(ordered[:KNOWN_LIMIT])


def _is_other(mine: Known, other: Known) -> bool:
    return mine.fingerprint != other.fingerprint and is_same(mine.labels, other.labels)


def _similar(other: Known, likeness: float, how: Literal["template", "meaning"]) -> Similar:
    return Similar(
        fingerprint=other.fingerprint,
        name=other.name,
        likeness=round(likeness, 3),
        how=how,
        seen_at_s=other.seen_at_s,
    )
