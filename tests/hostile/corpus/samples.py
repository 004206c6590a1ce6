"""The samples of every provider with one part of each made hostile."""

from collections.abc import Iterator
from typing import Any

import orjson

from tests.hostile.case import Case, path_of, statuses_of
from tests.hostile.corpus.texts import CHARACTERS
from tests.unit.providers.samples import sample, sample_names

# Deeper than a JSON writer goes, so it is put in afterwards.
_DEEP = b"[" * 900 + b"]" * 900
_MARK = "\0deep"
_TEXT = "".join(CHARACTERS.values())[:700]

# In place of any value.
_VALUES: dict[str, Any] = {
    "null": None,
    "true": True,
    "a large number": 1e308,
    "a long text": "x" * 100_000,
    "an empty list": [],
    "900 lists": _MARK,
    "an empty object": {},
    "a hostile text": _TEXT,
}

# One change of so many is tried where the whole corpus is not wanted.
_SOME = 37


def cases(*, whole: bool) -> Iterator[Case]:
    """Yield every change of every value of every sample, or one of `_SOME` of them."""
    number = 0
    for name in sample_names():
        provider = name.partition(".")[0]
        for path in _paths(sample(name)):
            for what, value in _VALUES.items():
                number += 1
                # It has no divisor in common with the number of values, so each is met.
                if whole or number % _SOME == 0:
                    yield _case(provider, name, path, what, value)


def _paths(value: Any) -> Iterator[tuple[Any, ...]]:
    items: Any = ()
    if isinstance(value, dict):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value[:1])
    for key, inner in items:
        yield (key,)
        yield from ((key, *rest) for rest in _paths(inner))


def _case(provider: str, name: str, path: tuple[Any, ...], what: str, value: Any) -> Case:
    payload = sample(name)
    inner = payload
    for key in path[:-1]:
        inner = inner[key]
    if isinstance(inner[path[-1]], str) and what == "a hostile text":
        value = inner[path[-1]][:20] + value
    inner[path[-1]] = value
    return Case(
        kind="changed samples",
        name=f"{name}, {'.'.join(map(str, path))}: {what}",
        path=path_of(provider),
        body=orjson.dumps(payload).replace(orjson.dumps(_MARK), _DEEP),
        statuses=statuses_of(provider),
    )
