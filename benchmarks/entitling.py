"""How well entities are extracted from labelled alerts, in two halves by a fixed rule.

The rule is that of `benchmarks.filtering`: BLAKE2b of name and texts, even for the development
half and odd for the held-out half.
"""

from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.entities import entities_of

ALERTS = Path(__file__).parent / "data" / "entities.jsonl"


class Labelled(msgspec.Struct, frozen=True, kw_only=True):
    """An alert, and the entities that a person finds in it."""

    provider: str
    name: str
    labels: dict[str, str]
    annotations: dict[str, str]
    entities: dict[str, tuple[str, ...]]

    @property
    def alert(self) -> Alert:
        """Return it as a firing alert."""
        return Alert(
            name=self.name,
            status="firing",
            labels={"alertname": self.name, **self.labels},
            annotations=self.annotations,
            provider=self.provider,
        )

    @property
    def is_held_out(self) -> bool:
        """Whether it is of the half that nothing is tuned on."""
        said = "\0".join((self.name, *self.labels.values(), *self.annotations.values()))
        return blake2b(said.encode(), digest_size=1).digest()[0] % 2 == 1


class Figures(msgspec.Struct, frozen=True):
    """Counts of values by kind, and the values that are wrong: "+" too much, "-" missed."""

    right: Counter[str]
    said: Counter[str]
    are: Counter[str]
    wrong: tuple[str, ...]

    def of(self, kind: str) -> tuple[float, float, int]:
        """Return precision and recall of a kind, and of how many values; "" for all kinds."""
        counts = [
            counter[kind] if kind else counter.total()
            for counter in (self.right, self.said, self.are)
        ]
        right, said, are = counts
        return right / said if said else 1.0, right / are if are else 1.0, are


def labelled(held_out: bool) -> list[Labelled]:
    """Return one half of the labelled alerts."""
    lines = ALERTS.read_bytes().splitlines()
    every = [msgspec.json.decode(line, type=Labelled) for line in lines]
    return [each for each in every if each.is_held_out == held_out]


def measured(alerts: Iterable[Labelled]) -> Figures:
    """Compare what is extracted with what there is."""
    right: Counter[str] = Counter()
    said: Counter[str] = Counter()
    are: Counter[str] = Counter()
    wrong = []
    for each in alerts:
        found = entities_of(each.alert)
        for kind in {*found, *each.entities}:
            has, should = set(found.get(kind, ())), set(each.entities.get(kind, ()))
            right[kind] += len(has & should)
            said[kind] += len(has)
            are[kind] += len(should)
            wrong += [f"+{kind} {value} ({each.name})" for value in sorted(has - should)]
            wrong += [f"-{kind} {value} ({each.name})" for value in sorted(should - has)]
    return Figures(right, said, are, tuple(wrong))
