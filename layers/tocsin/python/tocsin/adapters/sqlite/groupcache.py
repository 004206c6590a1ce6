"""The groups that are in use, decoded, in bounded memory.

To read a group of ten thousand alerts from the file takes a tenth of a second, and each batch of
alerts reads its groups. One process writes the file, so what it wrote last is what there is.
"""

import threading

from msgspec.structs import replace

from tocsin.domain.group import Group

# Alerts take about two kilobytes each.
MEMBERS_LIMIT = 250_000


class GroupCache:
    """Groups by id. What is handed out is a copy, and what lies here is never changed."""

    def __init__(self, members_limit: int = MEMBERS_LIMIT) -> None:
        self._limit = members_limit
        self._groups: dict[str, Group] = {}
        self._members = 0
        self._lock = threading.Lock()
        # Grows with each write, so that what was read before one is not kept after it.
        self.writes = 0

    def get(self, group_id: str) -> Group | None:
        """Return what is known, which the caller must not change."""
        with self._lock:
            group = self._groups.pop(group_id, None)
            if group is not None:
                self._groups[group_id] = group
            return group

    def put(self, group: Group) -> None:
        """Keep a group as it was just written."""
        with self._lock:
            self.writes += 1
            self._keep(group)

    def learn(self, group: Group, writes: int) -> None:
        """Keep a group as it was read when there had been `writes` writes."""
        with self._lock:
            if self.writes == writes:
                self._keep(group)

    def forget(self, group_id: str) -> None:
        """Drop a group that is deleted."""
        with self._lock:
            self.writes += 1
            self._drop(group_id)

    def _keep(self, group: Group) -> None:
        self._drop(group.key.id)
        self._groups[group.key.id] = group
        self._members += _size(group)
        while self._members > self._limit and len(self._groups) > 1:
            self._drop(next(iter(self._groups)))

    def _drop(self, group_id: str) -> None:
        group = self._groups.pop(group_id, None)
        if group is not None:
            self._members -= _size(group)


def copied(group: Group) -> Group:
    """Return a group whose maps the caller may change."""
    return replace(
        group, members=dict(group.members), told=dict(group.told), muted=dict(group.muted)
    )


def _size(group: Group) -> int:
    return 1 + len(group.members)
