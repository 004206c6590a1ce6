"""Paths into JSON: `alerts[*].labels.pod`, `items[0].id`, `meta["a.b"]`.

A name is what stands between dots; one with a dot or a bracket in it is quoted in brackets.
`[*]` is every element of a list, or the one that the caller is about.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tocsin.domain.errors import InvalidInput

# A name, an index, or None for `[*]`.
Step = str | int | None
Path = tuple[Step, ...]

_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\*|\d{1,5})\]|\[("(?:[^"\\]|\\.)*")\]')
_STEPS_LIMIT = 20


def parse_path(text: str) -> Path:
    """Read a path. Raises InvalidInput for text that is not one."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or text.startswith(".", at) != (at > 0 and found[1] is not None):
            raise InvalidInput(f"not a path at character {at + 1}; write one as alerts[*].labels.x")
        steps.append(_step(found))
        at = found.end()
    if not 0 < len(steps) <= _STEPS_LIMIT:
        raise InvalidInput(f"a path has 1 to {_STEPS_LIMIT} steps")
    return tuple(steps)


def _step(found: re.Match[str]) -> Step:
    if found[1] is not None:
        return found[1]
    if found[3] is not None:
        try:
            return msgspec.json.decode(found[3], type=str)
        except msgspec.MsgspecError as error:
            raise InvalidInput("a quoted name is written as in JSON") from error
    return None if found[2] == "*" else int(found[2])


def value_at(payload: Any, path: Path, index: int) -> Any:
    """Return what stands at a path, `[*]` being element `index`; None for nothing."""
    for step in path:
        key = index if step is None else step
        if isinstance(key, str):
            payload = payload.get(key) if type(payload) is dict else None
        else:
            payload = payload[key] if type(payload) is list and key < len(payload) else None
        if payload is None:
            return None
    return payload


def places(payload: Any, path: Path) -> Iterator[tuple[Any, Any]]:
    """Yield the container and the key of everything at a path, `[*]` being each element."""
    *ahead, last = path
    containers = [payload]
    for step in ahead:
        containers = [value for each in containers for value in _values(each, step)]
    for container in containers:
        for key in _keys(container, last):
            yield container, key


def _values(container: Any, step: Step) -> Iterator[Any]:
    for key in _keys(container, step):
        yield container[key]


def _keys(container: Any, step: Step) -> list[Any]:
    if type(container) is dict:
        return [step] if step in container else []
    if type(container) is list:
        if step is None:
            return list(range(len(container)))
        return [step] if type(step) is int and step < len(container) else []
    return []
