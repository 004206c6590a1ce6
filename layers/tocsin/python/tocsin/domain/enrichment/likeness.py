"""How alike two alerts of one thing are: by their templates, or by what they mean.

Texts that share nearly all words are near each other in every embedding, also where the one other
word is "read" instead of "write". So words have a veto over nearness.
"""

from array import array
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import sqrt
from operator import mul

from tocsin.domain.enrichment.gist import Gist

_STEPS = 127
# So many words at most may two texts differ in and still be called of one wording.
_FEW = 2


def pack(vector: Sequence[float]) -> bytes:
    """Return a vector as signed bytes, in proportion to its largest part."""
    largest = max(map(abs, vector), default=0.0)
    if not largest:
        return bytes(len(vector))
    return array("b", (round(each / largest * _STEPS) for each in vector)).tobytes()


def cosine(one: bytes, other: bytes) -> float:
    """Return the cosine of two packed vectors, 0.0 to 1.0; of different lengths, 0.0."""
    first, second = array("b", one), array("b", other)
    if len(first) != len(second):
        return 0.0
    product = sum(map(mul, first, second))
    lengths = sum(map(mul, first, first)) * sum(map(mul, second, second))
    return max(0.0, min(1.0, product / sqrt(lengths))) if lengths else 0.0


def veto(one: Gist, other: Gist) -> str:
    """Return why two alerts cannot be of one problem, whatever their nearness; "" if they can."""
    if one.subjects and other.subjects and not set(one.subjects) & set(other.subjects):
        return "they name different subjects"
    others_sides = _by_axis(other.sides)
    # A replica is behind its primary: both are of one problem.
    is_replication = "replication" in one.subjects and "replication" in other.subjects
    for axis, sides in _by_axis(one.sides).items():
        others = others_sides.get(axis)
        if others and not sides & others and not (axis == "role" and is_replication):
            return f"they are of different {axis}"
    return ""


def is_one_wording(one: str, other: str) -> bool:
    """Return whether two templates are of one wording, with another word or two in it.

    Then these words are what the texts are about: "disk sdb" and "disk sdc", "reads" and "writes".
    """
    first, second = Counter(one.split()), Counter(other.split())
    gone, come = first - second, second - first
    same = sum((first & second).values())
    differing = max(sum(gone.values()), sum(come.values()))
    return 0 < differing <= _FEW * 2 and max(len(gone), len(come)) <= _FEW and same > differing


@lru_cache(1024)
def _by_axis(sides: tuple[str, ...]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for each in sides:
        axis, _, side = each.partition("=")
        found.setdefault(axis, set()).add(side)
    return found
