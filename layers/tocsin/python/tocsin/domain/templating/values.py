"""The values that templates work with: texts, numbers, lists and dictionaries, nothing else."""

from typing import Any


class Texts(dict[str, str]):
    """Labels or annotations: an alert need not have one, and lacks it without being wrong."""


class Missing:
    """What is not there, under a name; `is_expected` where that is nothing to warn of."""

    def __init__(self, name: str, *, is_expected: bool = False) -> None:
        self.name = name
        self.is_expected = is_expected


Value = Any
Scalar = str | int | float | bool | None


def text_of(value: Scalar) -> str:
    """Return how a value is written: a number as short as it can be, nothing for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.12g}"
    return str(value)
