"""Wakes whoever waits for the next due time when an earlier one is set."""

import threading
from math import inf


class Alarm:
    """One waits, any thread notes."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._until_s = inf
        self._is_early = False

    def note(self, *times_s: float | None) -> None:
        """Say that something is due at these times; None is no time."""
        earliest_s = min((at_s for at_s in times_s if at_s is not None), default=inf)
        with self._changed:
            if earliest_s < self._until_s:
                self._is_early = True
                self._changed.notify_all()

    def wait(self, until_s: float, now_s: float, longest_s: float = inf) -> None:
        """Wait until a time, or until an earlier one is noted since the last wait ended."""
        with self._changed:
            self._until_s = until_s
            wait_s = min(until_s - now_s, longest_s)
            if not self._is_early and wait_s > 0:
                self._changed.wait(wait_s)
            # Until the next wait every time may be an earlier one.
            self._is_early, self._until_s = False, inf

    def ring(self) -> None:
        """Wake whoever waits, whatever is due."""
        self.note(-inf)
