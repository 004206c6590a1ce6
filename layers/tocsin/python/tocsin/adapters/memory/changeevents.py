"""Changes in memory."""

from collections.abc import Sequence

from tocsin.domain.found import RecentChange


class MemoryChangeEvents:
    """Keep what was pushed, by tenant and service."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], dict[tuple[str, int], RecentChange]] = {}

    def append(self, tenant: str, name: str, changes: Sequence[tuple[int, RecentChange]]) -> None:
        """Store changes; under the same `name` and index again they stay what they were."""
        for index, change in changes:
            kept = self._kept.setdefault((tenant, change.service.casefold()), {})
            kept.setdefault((name, index), change)

    def near(
        self, tenant: str, service: str, from_s: float, to_s: float, limit: int
    ) -> list[RecentChange]:
        """Return the newest changes of a service in a time, newest first."""
        kept = self._kept.get((tenant, service.casefold()), {}).values()
        found = [each for each in kept if from_s <= each.at_s <= to_s]
        return sorted(found, key=lambda each: each.at_s, reverse=True)[:limit]
