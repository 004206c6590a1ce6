"""How well similar alerts are found, on labelled pairs, and what it costs.

A pair counts as linked if the stage `find_similar`, having seen the one alert, shows it with the
other. What is tuned is tuned on the development half. 1 PE is the CPU time of `orjson.loads` for
one 0.9 KB alert inside a 100-alert webhook, timed in the same run. Run it with
`make bench-semantic`; status 0 only if the floors hold.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from math import inf
from pathlib import Path
from time import process_time
from typing import Literal

import msgspec

from benchmarks.unit import unit_s
from tests.builders import T0
from tocsin.adapters.embedding import THRESHOLD, NoEmbedder
from tocsin.adapters.embedding.static import StaticEmbedder, find_model
from tocsin.adapters.memory import MemoryTemplates
from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.likeness import cosine, pack
from tocsin.domain.enrichment.settings import EnrichmentSettings
from tocsin.domain.enrichment.stage import Draft, Subject
from tocsin.domain.enrichment.template import TEXTS
from tocsin.domain.found import NOTHING
from tocsin.pipeline.enrichment.similar import FindSimilar, stage
from tocsin.ports import Embedder

_DATA = Path(__file__).parent / "semantic_data"

TEMPLATES_ALONE = NoEmbedder("templates alone are measured")

Half = Literal["development", "held-out"]
HALVES: tuple[Half, ...] = ("development", "held-out")
# Precision and recall that template and meaning together have at least, on each half.
FLOORS: dict[Half, tuple[float, float]] = {"development": (0.9, 0.8), "held-out": (0.85, 0.85)}


class Pair(msgspec.Struct, frozen=True):
    """Two alerts by their names, and whether both tell of the same problem."""

    family: str
    kind: str
    same: bool
    a: str
    b: str

    @property
    def half(self) -> Half:
        """The half of the pair's family, by a rule that nobody can bend."""
        return HALVES[sha256(self.family.encode()).digest()[0] % 2]


class _Named(msgspec.Struct):
    alert: str
    name: str
    provider: str
    labels: dict[str, str]
    annotations: dict[str, str]


class Score(msgspec.Struct):
    """How many pairs were linked rightly, wrongly, and not although they are the same."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """The part of what was linked that is right; 1.0 of nothing."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """The part of what is the same that was linked."""
        return self.right / (self.right + self.missed)


@cache
def alerts() -> dict[str, Alert]:
    """Return the labelled alerts by their names."""
    lines = (_DATA / "alerts.jsonl").read_bytes().splitlines()
    return {
        each.alert: Alert(
            name=each.name,
            status="firing",
            provider=each.provider,
            labels=each.labels,
            annotations=each.annotations,
        )
        for each in msgspec.json.Decoder(list[_Named]).decode(b"[" + b",".join(lines) + b"]")
    }


@cache
def pairs() -> tuple[Pair, ...]:
    """Return the labelled pairs."""
    lines = (_DATA / "pairs.jsonl").read_bytes().splitlines()
    return tuple(msgspec.json.decode(line, type=Pair) for line in lines)


def model() -> StaticEmbedder:
    """Return the static model. Ends the run where it is not installed."""
    folder = find_model()
    if folder is None:
        sys.exit("the static model is not installed: run make setup")
    return StaticEmbedder(folder, THRESHOLD)


def score(half: Half, is_linked: Callable[[str, str], bool]) -> Score:
    """Return how well a method links the pairs of one half."""
    total = Score()
    for pair in (each for each in pairs() if each.half == half):
        linked = is_linked(pair.a, pair.b)
        total.right += linked and pair.same
        total.wrong += linked and not pair.same
        total.missed += pair.same and not linked
    return total


def by_stage(embedder: Embedder) -> Callable[[str, str], bool]:
    """Return the method that ships."""

    def is_linked(one: str, other: str) -> bool:
        finder = stage(EnrichmentSettings(), templates=MemoryTemplates(), embedder=embedder)
        look(finder, one)
        return any(each.fingerprint == one for each in look(finder, other).findings.similar)

    return is_linked


def by_plain_cosine(embedder: Embedder) -> Callable[[str, str], bool]:
    """Return the method that compares whole texts and nothing else."""

    @cache
    def vector(name: str) -> bytes:
        alert = alerts()[name]
        said = [alert.name, *(alert.annotations.get(each, "") for each in TEXTS)]
        return pack(embedder.embed([" ".join(said)], lambda: inf)[0])

    return lambda one, other: cosine(vector(one), vector(other)) >= THRESHOLD


def look(finder: FindSimilar, name: str, at_s: float = T0) -> Draft:
    """Return what the stage makes of one alert."""
    draft = Draft(alert=alerts()[name])
    finder.run(Subject(tenant="acme", fingerprint=name, at_s=at_s), draft)
    return draft


def suppressions(embedder: Embedder) -> int:
    """Return how many of all alerts the stage changed in anything but what is similar."""
    finder = stage(EnrichmentSettings(), templates=MemoryTemplates(), embedder=embedder)
    drafts = {name: look(finder, name) for name in alerts()}
    return sum(
        draft.alert is not alerts()[name] or draft.found != NOTHING
        for name, draft in drafts.items()
    )


def costs(embedder: Embedder) -> tuple[float, float]:
    """Return the PE of an alert that is seen first, and of one that comes again.

    All of them are new: an alert whose thing said nothing before costs less.
    """
    finder = stage(EnrichmentSettings(), templates=MemoryTemplates(), embedder=embedder)
    names, unit = sorted(alerts()), unit_s()
    first, *again = list(_rounds(finder, names))
    return first / unit / len(names), min(again) / unit / len(names)


def _rounds(finder: FindSimilar, names: Sequence[str]) -> Iterator[float]:
    for each in range(4):
        began_s = process_time()
        for name in names:
            look(finder, name, T0 + 60.0 * each)
        finder.close()
        yield process_time() - began_s


def _row(title: str, method: Callable[[str, str], bool]) -> dict[Half, Score]:
    found = {half: score(half, method) for half in HALVES}
    text = "; ".join(
        f"{half} precision {each.precision:.2f}, recall {each.recall:.2f} "
        f"({each.right} right, {each.wrong} wrong, {each.missed} missed)"
        for half, each in found.items()
    )
    sys.stdout.write(f"{title}: {text}\n")
    return found


def main() -> None:
    """Measure, print, and fail below the floors."""
    embedder = model()
    _row(f"plain cosine of {THRESHOLD}", by_plain_cosine(embedder))
    _row("template", by_stage(TEMPLATES_ALONE))
    both = _row("template and meaning", by_stage(embedder))
    for title, used in (("templates alone", TEMPLATES_ALONE), ("with meaning", model())):
        first, again = costs(used)
        sys.stdout.write(f"{title}: {first:.0f} PE a new alert, {again:.1f} PE a repeat\n")
    changed = suppressions(embedder)
    sys.stdout.write(f"suppressions and other changes: {changed}\n")
    kept = all(
        each.precision >= FLOORS[half][0] and each.recall >= FLOORS[half][1]
        for half, each in both.items()
    )
    sys.exit(0 if kept and not changed else "below the floors, or something was changed")


if __name__ == "__main__":
    main()
