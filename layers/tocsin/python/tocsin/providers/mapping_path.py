"""Paths into JSON, and templates of them: the language of mappings.

    path      = [ root ] step*           root = "$" (the body) | "@" (the alert, as without)
    step      = [ "." ] name | "[" digits "]" | "[*]" | '["' text '"]'
    template  = text with `{{ path }}` in it

What is not there, and null, is missing. `[*]` stands for every element of a list.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

PATH_CHARACTERS = 512
TEMPLATE_CHARACTERS = 2048

# A key of an object, the index of a list, or None for every element.
Step = str | int | None

_ROOT = re.compile(r"([$@])(?=[.\[]|$)")
_STEP = re.compile(
    r"""(?P<name>\.?[^.\[\]"{}\s]+)|\[(?P<index>\d{1,6})\]|\[(?P<all>\*)\]|\["(?P<key>[^"]+)"\]"""
)
_REFERENCE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)


class Path(msgspec.Struct, frozen=True):
    """A path, read once and followed often."""

    text: str
    is_from_body: bool
    steps: tuple[Step, ...]
    # Whether it can lead to several values.
    is_many: bool

    def find(self, body: Any, alert: Any) -> Any:
        """Return the one value at a path without `[*]`, and None if it is missing."""
        value = body if self.is_from_body else alert
        for step in self.steps:
            if type(value) is dict:
                value = value.get(step)
            elif type(value) is list and type(step) is int and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def find_all(self, body: Any, alert: Any) -> Iterator[tuple[Any, str]]:
        """Yield each value that is not missing, and where it lies."""
        start = body if self.is_from_body else alert
        yield from _below(start, self.steps, "$" if self.is_from_body else "")


def parse_path(text: str) -> Path:
    """Read a path. Raises ValueError that says what is wrong with it."""
    if len(text) > PATH_CHARACTERS:
        raise ValueError(f"a path has at most {PATH_CHARACTERS} characters")
    root = _ROOT.match(text)
    at = root.end() if root else 0
    steps: list[Step] = []
    while at < len(text):
        found = _STEP.match(text, at)
        if found is None or _is_misplaced(found, is_first=not steps and root is None):
            raise ValueError(f"not a path from {text[at:][:20]!r} on; write it as a.b[0].c")
        steps.append(_step(found))
        at = found.end()
    if not steps and root is None:
        raise ValueError("a path must not be empty; `@` is the alert, `$` the body")
    return Path(text, root is not None and root[1] == "$", tuple(steps), None in steps)


def parse_template(text: str) -> tuple[str | Path, ...]:
    """Read a template into its texts and paths. Raises ValueError."""
    if len(text) > TEMPLATE_CHARACTERS:
        raise ValueError(f"a template has at most {TEMPLATE_CHARACTERS} characters")
    parts: list[str | Path] = []
    for index, part in enumerate(_REFERENCE.split(text)):
        if index % 2:
            parts.append(parse_path(part.strip()))
        elif "{{" in part or "}}" in part:
            raise ValueError("a template writes each path as {{ path }}")
        elif part:
            parts.append(part)
    return tuple(parts)


def is_template(text: str) -> bool:
    """Return whether a text is a template and not a path."""
    return "{{" in text


def _is_misplaced(found: re.Match[str], *, is_first: bool) -> bool:
    """Return whether a name has a dot where none belongs, or none where one does."""
    name = found["name"]
    return name is not None and name.startswith(".") == is_first


def _step(found: re.Match[str]) -> Step:
    if found["all"]:
        return None
    if found["index"]:
        return int(found["index"])
    return found["key"] or found["name"].removeprefix(".")


def _child(value: Any, step: Step) -> Any:
    if type(step) is str:
        return value.get(step) if type(value) is dict else None
    if type(step) is int and type(value) is list and step < len(value):
        return value[step]
    return None


def _below(value: Any, steps: tuple[Step, ...], where: str) -> Iterator[tuple[Any, str]]:
    if value is None:
        return
    if not steps:
        yield value, where
        return
    step, rest = steps[0], steps[1:]
    if step is not None:
        yield from _below(_child(value, step), rest, _joined(where, step))
    elif type(value) is list:
        for index, element in enumerate(value):
            yield from _below(element, rest, f"{where}[{index}]")


def _joined(where: str, step: str | int) -> str:
    if type(step) is int:
        return f"{where}[{step}]"
    return f"{where}.{step}" if where else str(step)
