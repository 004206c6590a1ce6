"""Silences in a table."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.errors import Conflict
from tocsin.domain.silence import Silence

_READ = "SELECT version FROM silences WHERE tenant = ? AND id = ?"
_WRITE = (
    "INSERT OR REPLACE INTO silences (tenant, id, version, doc, delete_at_s) VALUES (?, ?, ?, ?, ?)"
)

_decoder = msgspec.json.Decoder(Silence)


class SqliteSilences:
    """One row a silence; what is answered for survives a power cut."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self, tenant: str) -> list[Silence]:
        """Return what is stored, also what has ended and is not deleted yet."""
        statement = "SELECT doc FROM silences WHERE tenant = ? ORDER BY id"
        found = self._database.read(lambda file: file.execute(statement, (tenant,)).fetchall())
        return [_decoder.decode(doc) for (doc,) in found]

    def write(self, tenant: str, silences: Sequence[Silence], delete_at_s: float) -> None:
        """Store each as the version after the one it was read with, all or none.

        Raises Conflict if another was stored meanwhile.
        """

        def job(file: Connection) -> None:
            for silence in silences:
                (version,) = file.execute(_READ, (tenant, silence.id)).fetchone() or (0,)
                if version != silence.version:
                    raise Conflict("a silence has changed since it was read")
                stored = replace(silence, version=version + 1)
                doc = msgspec.json.encode(stored)
                file.execute(_WRITE, (tenant, silence.id, stored.version, doc, delete_at_s))

        self._database.write(job, durable=True)
