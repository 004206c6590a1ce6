"""How well the content filter does on labelled texts, in two halves by a fixed rule.

The rule: of the BLAKE2b digest of name and texts, an even first byte is the development half, on
which words and weights may be tuned; an odd one the held-out half, on which they may not.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from hashlib import blake2b
from itertools import product
from pathlib import Path

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.relevance import may_be_dropped, texts_of, verdict_on
from tocsin.domain.enrichment.relevance_verdict import judge

_DATA = Path(__file__).parent / "data"
TEXTS = _DATA / "filter.jsonl"
COMBINATIONS = _DATA / "filter-combinations.json"
OPERATIONAL = "operational"


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """An alert, and what it is: "operational" or a kind of news.

    `group` divides the operational ones: "plain", "hard" (of those who run sports, media, betting
    and shops, and news that matters to those who run things) and "news" (other news, which
    nobody can call irrelevant for all).
    """

    kind: str
    group: str = ""
    provider: str
    name: str
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def alert(self) -> Alert:
        """Return it as a firing alert."""
        labels = {"alertname": self.name, **self.labels}
        return Alert(
            name=self.name,
            status="firing",
            labels=labels,
            annotations=self.annotations,
            provider=self.provider,
        )

    @property
    def is_held_out(self) -> bool:
        """Whether it is of the half that nothing is tuned on."""
        said = "\0".join((self.name, *self.annotations.values()))
        return blake2b(said.encode(), digest_size=1).digest()[0] % 2 == 1


class Figures(msgspec.Struct, frozen=True):
    """Counts over some texts: `told[kind, said]` is how often a text of a kind was said to be."""

    told: Counter[tuple[str, str]]
    wrong: tuple[Labelled, ...]

    @property
    def marked_precision(self) -> float:
        """The share of what was marked that is news of some kind."""
        marked = sum(count for (_, said), count in self.told.items() if said)
        false = sum(n for (kind, said), n in self.told.items() if said and kind == OPERATIONAL)
        return (marked - false) / marked if marked else 1.0

    @property
    def marked_recall(self) -> float:
        """The share of news that was marked, as whatever kind."""
        news = sum(count for (kind, _), count in self.told.items() if kind != OPERATIONAL)
        hit = sum(n for (kind, said), n in self.told.items() if said and kind != OPERATIONAL)
        return hit / news if news else 1.0

    def of(self, kind: str) -> tuple[float, float, int]:
        """Return precision and recall of one kind, and of how many texts."""
        right = self.told[kind, kind]
        said = sum(count for (_, each), count in self.told.items() if each == kind)
        are = sum(count for (each, _), count in self.told.items() if each == kind)
        return right / said if said else 1.0, right / are if are else 1.0, are


def labelled(held_out: bool) -> list[Labelled]:
    """Return one half of the labelled texts."""
    lines = TEXTS.read_bytes().splitlines()
    return [
        each
        for each in (msgspec.json.decode(line, type=Labelled) for line in lines)
        if each.is_held_out == held_out
    ]


def by_all(each: Labelled) -> str:
    """Say the kind as the stage does: by sender, labels and words."""
    return verdict_on(each.alert).kind


def by_words(each: Labelled) -> str:
    """Say the kind by the words alone, as of an unknown sender without labels."""
    return judge(each.name, texts_of(each.alert)).kind


def by_certainty(each: Labelled) -> str:
    """Say the kind of what would be dropped, by the words alone."""
    verdict = judge(each.name, texts_of(each.alert))
    return verdict.kind if may_be_dropped(each.alert, verdict) else ""


def measured(texts: Iterable[Labelled], say: Callable[[Labelled], str]) -> Figures:
    """Count what is said of texts against what they are."""
    told: Counter[tuple[str, str]] = Counter()
    wrong = []
    for each in texts:
        said = say(each)
        told[each.kind, said] += 1
        if said != (each.kind if each.kind != OPERATIONAL else ""):
            wrong.append(each)
    return Figures(told, tuple(wrong))


class Combinations(msgspec.Struct, frozen=True, kw_only=True):
    """Parts of alerts of those who run sports, media, betting and shops, to be put together.

    Each subject with each predicate is a name; a context or prose is its text. None holds a word
    that only those who run things use, if it can be helped. Words were tuned on the first three
    lists; those that are called later were written after that, and are measured only.
    """

    subjects: tuple[str, ...]
    predicates: tuple[str, ...]
    context: tuple[str, ...]
    prose: tuple[str, ...]
    later_subjects: tuple[str, ...]
    later_predicates: tuple[str, ...]
    later_prose: tuple[str, ...]


def wrongly(
    subjects: Iterable[str], predicates: Iterable[str], texts: Iterable[str]
) -> tuple[int, int, int]:
    """Return how many alerts can be put together, how many are marked, and how many dropped."""
    verdicts = [
        judge(f"{subject} {predicate}", text)
        for subject, predicate, text in product(subjects, predicates, texts)
    ]
    marked = [each for each in verdicts if each.kind]
    return len(verdicts), len(marked), sum(each.is_sure for each in marked)
