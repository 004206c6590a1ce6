"""Marks in memory."""

from collections.abc import Sequence

from tocsin.domain.dedup import Mark


class MemoryFingerprints:
    """Marks by key; what has expired stays, as it does where TTL is late."""

    def __init__(self) -> None:
        self.marks: dict[str, Mark] = {}

    def read(self, keys: Sequence[str], now_s: float) -> dict[str, Mark]:
        """Return the marks that exist and have not expired."""
        found = (self.marks[key] for key in keys if key in self.marks)
        return {mark.key: mark for mark in found if mark.expires_at_s > now_s}

    def write(self, marks: Sequence[Mark]) -> None:
        """Write marks; of two for one key the last counts."""
        self.marks.update((mark.key, mark) for mark in marks)
