"""What one worker remembers, in bounded memory. With marks most repeats cost no read."""

from contextlib import suppress
from typing import TypeVar

from tocsin.domain.dedup import Mark
from tocsin.providers.remembered import Remembered

Key = TypeVar("Key")
Value = TypeVar("Value")


def remember(memory: dict[Key, Value], key: Key, value: Value, most: int) -> None:
    """Keep a value as the newest of at most `most`; the oldest is forgotten."""
    memory.pop(key, None)
    memory[key] = value
    if len(memory) > most:
        # Another thread may be forgetting the same one.
        with suppress(KeyError, RuntimeError):
            del memory[next(iter(memory))]


class RecentMarks:
    """A map in two generations: when the young one is full, the old one is forgotten.

    Bounded memory without bookkeeping for each entry; about 400 bytes a mark.
    """

    def __init__(self, capacity: int = 50_000) -> None:
        self._capacity = capacity
        self._young: dict[str, Mark] = {}
        self._old: dict[str, Mark] = {}

    def get(self, key: str) -> Mark | None:
        """Return what is remembered under `key`."""
        return self._young.get(key) or self._old.get(key)

    def put(self, mark: Mark) -> None:
        """Remember a mark that the store has."""
        if len(self._young) >= self._capacity:
            self._old, self._young = self._young, {}
        self._young[mark.key] = mark


class ReadBefore:
    """The alerts that were read, of each tenant apart; of so many tenants, the last ones."""

    def __init__(self, tenants: int = 4) -> None:
        self._tenants = tenants
        self._by_tenant: dict[str, Remembered] = {}

    def of(self, tenant: str) -> Remembered:
        """Return what is remembered of one tenant's alerts."""
        remembered = self._by_tenant.get(tenant) or Remembered()
        remember(self._by_tenant, tenant, remembered, self._tenants)
        return remembered
