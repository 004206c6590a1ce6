"""Which groups there are, by tenant: in memory, since each look at the alerts asks for them."""

import threading

from tocsin.adapters.sqlite.database import Database
from tocsin.adapters.sqlite.grouprows import read_key
from tocsin.domain.group import Group, GroupKey


class GroupLists:
    """Keys and versions of all groups, and which of them inhibit."""

    def __init__(self) -> None:
        self._versions: dict[str, dict[GroupKey, int]] = {}
        self._inhibiting: dict[str, dict[GroupKey, int]] = {}
        self._lock = threading.Lock()

    def load(self, database: Database) -> None:
        """Read what is in the file."""
        statement = "SELECT key, version, inhibits FROM groups"
        for row in database.read(lambda file: file.execute(statement).fetchall()):
            self._put(read_key(row[0]), row[1], inhibits=bool(row[2]))

    def put(self, group: Group) -> None:
        """Note a group as it was just written."""
        with self._lock:
            self._put(group.key, group.version, inhibits=group.inhibits)

    def forget(self, key: GroupKey) -> None:
        """Drop a group that is deleted."""
        with self._lock:
            self._versions.get(key.tenant, {}).pop(key, None)
            self._inhibiting.get(key.tenant, {}).pop(key, None)

    def versions(self, tenant: str, *, inhibiting: bool) -> dict[GroupKey, int]:
        """Return a tenant's groups, or those that inhibit, with the version of each."""
        with self._lock:
            return dict((self._inhibiting if inhibiting else self._versions).get(tenant, {}))

    def _put(self, key: GroupKey, version: int, *, inhibits: bool) -> None:
        self._versions.setdefault(key.tenant, {})[key] = version
        inhibiting = self._inhibiting.setdefault(key.tenant, {})
        if inhibits:
            inhibiting[key] = version
        else:
            inhibiting.pop(key, None)
