"""How well the stage `categorise` knows what alerts are about.

The labelled alerts were written before the words, with names of well-known rule sets and
monitoring tools, and are split by a hash of the name. Words are chosen with one half in view; the
other half is held out, and its figures are those that count. Run it with `make bench`; with
`--misses` it lists what it got wrong of the first half.
"""

import sys
from hashlib import blake2b
from pathlib import Path

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.enrichment.categories import category_of
from tocsin.domain.enrichment.category_words import CATEGORIES

FILE = Path(__file__).parent / "data" / "categories.tsv"
LEAST_PRECISION = 0.85


class Labelled(msgspec.Struct, frozen=True):
    """An alert and the category that a person gave it."""

    category: str
    alert: Alert

    @property
    def is_held_out(self) -> bool:
        return blake2b(self.alert.name.encode(), digest_size=1).digest()[0] % 2 == 1


def labelled() -> list[Labelled]:
    """Return the labelled alerts. Raises ValueError for a category that there is not."""
    found = []
    for line in FILE.read_text().splitlines():
        category, name, labels, summary = line.split("\t")
        if category not in CATEGORIES:
            raise ValueError(f"no such category: {category}")
        pairs = dict(pair.split("=", 1) for pair in labels.split(",") if pair)
        alert = Alert(
            name=name,
            status="firing",
            provider="prometheus",
            labels={"alertname": name, **pairs},
            annotations={"summary": summary} if summary else {},
        )
        found.append(Labelled(category, alert))
    return found


def misses(alerts: list[Labelled]) -> list[tuple[Labelled, str]]:
    """Return what got another category than a person gave it, and which."""
    guesses = [(each, category_of(each.alert)) for each in alerts]
    return [(each, guess) for each, guess in guesses if guess != each.category]


def precision(alerts: list[Labelled]) -> tuple[int, int]:
    """Return how many alerts got the right category, and how many got one at all."""
    guesses = [(each, category_of(each.alert)) for each in alerts]
    named = [(each, guess) for each, guess in guesses if guess != "other"]
    return sum(each.category == guess for each, guess in named), len(named)


def _show(title: str, alerts: list[Labelled]) -> float:
    right, named = precision(alerts)
    trouble = [each for each in alerts if each.category != "other"]
    found = len(trouble) - len(misses(trouble))
    wrong = len(misses(alerts))
    sys.stdout.write(
        f"{title}: {len(alerts)} alerts, precision {right / named:.3f} ({right} of {named} that got"
        f" a category), recall {found / len(trouble):.3f}, right {1 - wrong / len(alerts):.3f}\n"
    )
    return right / named


def main() -> None:
    """Measure both halves, print, and fail below the least precision of the held-out one."""
    alerts = labelled()
    seen = [each for each in alerts if not each.is_held_out]
    _show("half in view", seen)
    if "--misses" in sys.argv:
        for each, guess in misses(seen):
            sys.stdout.write(f"  {each.alert.name}: {guess}, not {each.category}\n")
    held = _show("held out", [each for each in alerts if each.is_held_out])
    sys.exit(0 if held >= LEAST_PRECISION else f"below {LEAST_PRECISION}")


if __name__ == "__main__":
    main()
