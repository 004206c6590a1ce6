"""The history of request bodies, in a table: it grows with what comes, so it is optional."""

from tocsin.adapters.archivekey import archive_key
from tocsin.adapters.sqlite.database import Database


class SqliteArchive:
    """Request bodies by tenant and hour, for `kept_s`; 0: none is kept at all."""

    def __init__(self, database: Database, kept_s: float) -> None:
        self._database = database
        self._kept_s = kept_s

    def store(self, tenant: str, at_s: float, name: str, data: bytes) -> str:
        """Keep one object; return its key."""
        key = archive_key(tenant, at_s, name)
        if self._kept_s > 0:
            statement = "INSERT OR REPLACE INTO archive (key, data, at_s) VALUES (?, ?, ?)"
            self._database.write(lambda file: file.execute(statement, (key, data, at_s)))
        return key

    def read(self, key: str) -> bytes | None:
        """Return one object."""
        statement = "SELECT data FROM archive WHERE key = ?"
        found = self._database.read(lambda file: file.execute(statement, (key,)).fetchone())
        return None if found is None else found[0]
