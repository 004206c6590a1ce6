"""Who comes first where not all can: each tenant in turn, and in it each receiver in turn."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import chain, islice, zip_longest
from typing import TypeVar

from tocsin.domain.group import GroupKey

_T = TypeVar("_T")
_NOBODY = object()


def fair_share(keys: Sequence[GroupKey], limit: int) -> list[GroupKey]:
    """Return at most `limit` of these groups.

    Whoever has few loses none to one who has many. Of one receiver the first come first.
    """
    if len(keys) <= limit:
        return list(keys)
    shares = [
        _in_turn(_piles(own, lambda key: key.receiver))
        for own in _piles(keys, lambda key: key.tenant)
    ]
    return list(islice(_in_turn(shares), limit))


def _piles(keys: Iterable[GroupKey], by: Callable[[GroupKey], Hashable]) -> list[list[GroupKey]]:
    piles: dict[Hashable, list[GroupKey]] = {}
    for key in keys:
        piles.setdefault(by(key), []).append(key)
    return list(piles.values())


def _in_turn(piles: Iterable[Iterable[_T]]) -> Iterable[_T]:
    """Yield one of each pile, then the next of each, until all are empty."""
    rounds = zip_longest(*piles, fillvalue=_NOBODY)
    return (each for each in chain.from_iterable(rounds) if each is not _NOBODY)  # type: ignore[misc]
