"""Silences in memory."""

from collections.abc import Sequence

from msgspec.structs import replace

from tocsin.domain.errors import Conflict
from tocsin.domain.silence import Silence


class MemorySilences:
    """Silences by tenant and id, with the time at which each may be deleted."""

    def __init__(self) -> None:
        self.silences: dict[tuple[str, str], Silence] = {}
        self.deleted_at_s: dict[tuple[str, str], float] = {}

    def all(self, tenant: str) -> list[Silence]:
        """Return what is stored, also what has ended, by id."""
        return [each for (owner, _), each in sorted(self.silences.items()) if owner == tenant]

    def write(self, tenant: str, silences: Sequence[Silence], delete_at_s: float) -> None:
        """Store the next version of each, all or none."""
        for each in silences:
            stored = self.silences.get((tenant, each.id))
            if each.version != (stored.version if stored else 0):
                raise Conflict(f"the silence {each.id} has changed")
        for each in silences:
            self.silences[tenant, each.id] = replace(each, version=each.version + 1)
            self.deleted_at_s[tenant, each.id] = delete_at_s
