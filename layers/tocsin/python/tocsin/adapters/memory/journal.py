"""The journal in memory."""

from collections.abc import Iterable, Sequence

from tocsin.adapters.journalparts import milliseconds, span_ms
from tocsin.domain.journal import Record


class MemoryJournal:
    """Records by tenant, time and name."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, int, str], tuple[Record, ...]] = {}

    def write(self, tenant: str, at_s: float, name: str, records: Sequence[Record]) -> None:
        """Store the records of one invocation; the same time and name overwrite themselves."""
        self.entries[tenant, milliseconds(at_s), name] = tuple(records)

    def read(self, tenant: str, from_s: float, to_s: float) -> Iterable[Record]:
        """Return the records written from `from_s` to `to_s`, both included, oldest first."""
        from_ms, to_ms = span_ms(from_s, to_s)
        for owner, at_ms, name in sorted(self.entries):
            if owner == tenant and from_ms <= at_ms <= to_ms:
                yield from self.entries[owner, at_ms, name]
