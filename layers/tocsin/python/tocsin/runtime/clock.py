"""The one place that reads the wall clock."""

from time import time


def now_s() -> float:
    """Return the present in epoch seconds."""
    return time()
