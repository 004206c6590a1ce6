"""Circuit breakers in a table."""

import msgspec
from msgspec.structs import replace

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.breaker import Breaker
from tocsin.domain.errors import Conflict, Permanent

_KEPT_S = 86_400.0
_READ = "SELECT version, doc, expires_at_s FROM breakers WHERE key = ?"
_WRITE = "INSERT OR REPLACE INTO breakers (key, version, doc, expires_at_s) VALUES (?, ?, ?, ?)"

_decoder = msgspec.json.Decoder(Breaker)


class SqliteBreakers:
    """One row an endpoint that has failed; none for the others."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, key: str, now_s: float) -> Breaker | None:
        """Return what is stored and has not expired."""
        found = self._database.read(lambda file: file.execute(_READ, (key,)).fetchone())
        if found is None or found[2] <= now_s:
            return None
        try:
            return _decoder.decode(found[1])
        except msgspec.MsgspecError:
            raise Permanent("the state of an endpoint is stored in an unknown format") from None

    def write(self, breaker: Breaker, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""

        def job(file: Connection) -> None:
            version, _, expires_at_s = file.execute(_READ, (breaker.key,)).fetchone() or (0, b"", 0)
            is_gone = breaker.version == 0 and expires_at_s <= now_s
            if version != breaker.version and not is_gone:
                raise Conflict("the breaker has changed since it was read")
            stored = replace(breaker, version=breaker.version + 1)
            values = (breaker.key, stored.version, msgspec.json.encode(stored), now_s + _KEPT_S)
            file.execute(_WRITE, values)

        self._database.write(job)
