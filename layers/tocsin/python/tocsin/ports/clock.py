"""The present."""

from typing import Protocol


class Clock(Protocol):
    """The present, in epoch seconds."""

    def __call__(self) -> float: ...
