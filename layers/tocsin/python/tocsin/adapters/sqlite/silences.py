"""Silences in a table, and in memory, since each notification looks at all of them."""

import threading
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
    """One row a silence; what is answered for survives a power cut. One object a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, dict[str, Silence]] = {}
        self._lock = threading.Lock()
        for tenant, doc in database.read(
            lambda file: file.execute("SELECT tenant, doc FROM silences").fetchall()
        ):
            self._keep(tenant, [_decoder.decode(doc)])

    def all(self, tenant: str) -> list[Silence]:
        """Return what is stored, also what has ended and is not deleted yet, by id."""
        with self._lock:
            known = self._known.get(tenant, {})
            return [known[silence_id] for silence_id in sorted(known)]

    def write(self, tenant: str, silences: Sequence[Silence], delete_at_s: float) -> None:
        """Store each as the version after the one it was read with, all or none.

        Raises Conflict if another was stored meanwhile.
        """

        def job(file: Connection) -> list[Silence]:
            written = []
            for silence in silences:
                (version,) = file.execute(_READ, (tenant, silence.id)).fetchone() or (0,)
                if version != silence.version:
                    raise Conflict(f"the silence {silence.id} has changed")
                stored = replace(silence, version=version + 1)
                doc = msgspec.json.encode(stored)
                file.execute(_WRITE, (tenant, silence.id, stored.version, doc, delete_at_s))
                written.append(stored)
            return written

        self._database.write(job, durable=True, after=lambda written: self._keep(tenant, written))

    def forget(self, now_s: float) -> None:
        """Delete those whose time to be deleted has come."""
        statement = "DELETE FROM silences WHERE delete_at_s <= ? RETURNING tenant, id"

        def after(gone: list[tuple[str, str]]) -> None:
            with self._lock:
                for tenant, silence_id in gone:
                    self._known.get(tenant, {}).pop(silence_id, None)

        self._database.write(lambda file: file.execute(statement, (now_s,)).fetchall(), after=after)

    def _keep(self, tenant: str, silences: Sequence[Silence]) -> None:
        with self._lock:
            self._known.setdefault(tenant, {}).update((each.id, each) for each in silences)
