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
from struct import Struct

from tocsin.domain.enrichment.gist import Gist

_STEPS = 127
_INVERSE = Struct("<f")
# So many words at most may two texts differ in and still be called of one wording.
_FEW = 2


def pack(vector: Sequence[float]) -> bytes:
    """Return a vector as a signed byte for each part, behind 1 over the length of these bytes.

    So a comparison needs one sum. A vector of zeros has no direction, and 0 there.
    """
    largest = max(map(abs, vector), default=0.0)
    if not largest:
        return _INVERSE.pack(0.0) + bytes(len(vector))
    parts = array("b", (round(each / largest * _STEPS) for each in vector))
    return _INVERSE.pack(1.0 / sqrt(sum(map(mul, parts, parts)))) + parts.tobytes()


def cosine(one: bytes, other: bytes) -> float:
    """Return the cosine of two packed vectors, 0.0 to 1.0; of different lengths, or none, 0.0."""
    if len(one) != len(other) or len(one) <= _INVERSE.size:
        return 0.0
    product = sum(map(mul, array("b", one[_INVERSE.size :]), array("b", other[_INVERSE.size :])))
    (first,), (second,) = _INVERSE.unpack_from(one), _INVERSE.unpack_from(other)
    found: float = product * first * second
    return max(0.0, min(1.0, found))


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
