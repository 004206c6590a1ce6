"""Waiting for a condition with a deadline, never for a time."""

from collections.abc import Callable
from time import monotonic, sleep

LOOK_EVERY_S = 0.2


class TimedOutError(Exception):
    """Something did not happen in time; says what."""


def wait_until(
    holds: Callable[[], bool], what: str, limit_s: float, every_s: float = LOOK_EVERY_S
) -> None:
    """Return as soon as `holds` does. Raises TimedOutError after `limit_s`."""
    deadline = monotonic() + limit_s
    while not holds():
        if monotonic() > deadline:
            raise TimedOutError(f"not within {limit_s:.0f} s: {what}")
        sleep(every_s)
