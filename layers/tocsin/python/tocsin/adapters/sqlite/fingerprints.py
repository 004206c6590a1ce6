"""Marks in a table."""

from collections.abc import Sequence

import msgspec

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.dedup import Mark

# SQLite takes 32,766 bound values in a statement.
_CHUNK = 10_000
_WRITE = "INSERT OR REPLACE INTO marks (key, doc, expires_at_s) VALUES (?, ?, ?)"

_decoder = msgspec.json.Decoder(Mark)


class SqliteFingerprints:
    """One row a mark."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, keys: Sequence[str], now_s: float) -> dict[str, Mark]:
        """Return the marks that exist and have not expired."""

        def job(file: Connection) -> list[tuple[bytes]]:
            found: list[tuple[bytes]] = []
            for start in range(0, len(keys), _CHUNK):
                chunk = list(keys[start : start + _CHUNK])
                places = ",".join("?" * len(chunk))
                statement = f"SELECT doc FROM marks WHERE key IN ({places})"  # noqa: S608
                found += file.execute(statement, chunk)
            return found

        marks = (_decoder.decode(doc) for (doc,) in self._database.read(job))
        return {mark.key: mark for mark in marks if mark.expires_at_s > now_s}

    def write(self, marks: Sequence[Mark]) -> None:
        """Write marks; of two for one key the last counts."""
        rows = [(mark.key, msgspec.json.encode(mark), mark.expires_at_s) for mark in marks]
        self._database.write(lambda file: file.executemany(_WRITE, rows))
