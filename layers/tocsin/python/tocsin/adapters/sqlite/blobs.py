"""Large values, in a table."""

from collections.abc import Iterator

from tocsin.adapters.sqlite.database import Database
from tocsin.domain.errors import Permanent
from tocsin.ports import Clock


class SqliteBlobs:
    """Values by key. What refers to one is committed after it, so it needs no flush of its own."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, key: str, data: bytes) -> None:
        """Store a value."""
        statement = "INSERT OR REPLACE INTO blobs (key, data, at_s) VALUES (?, ?, ?)"
        values = (key, data, self._clock())
        self._database.write(lambda file: file.execute(statement, values))

    def get(self, key: str) -> bytes:
        """Return a value. Raises Permanent if there is none."""
        statement = "SELECT data FROM blobs WHERE key = ?"
        found = self._database.read(lambda file: file.execute(statement, (key,)).fetchone())
        if found is None:
            raise Permanent(f"there is no blob {key}")
        data: bytes = found[0]
        return data

    def delete(self, key: str) -> None:
        """Delete a value; fine if there is none."""
        statement = "DELETE FROM blobs WHERE key = ?"
        self._database.write(lambda file: file.execute(statement, (key,)))

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in their order."""
        statement = "SELECT key FROM blobs WHERE substr(key, 1, ?) = ? ORDER BY key"
        bound = (len(prefix), prefix)
        found = self._database.read(lambda file: file.execute(statement, bound).fetchall())
        yield from (key for (key,) in found)
