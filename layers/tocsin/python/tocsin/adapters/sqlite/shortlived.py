"""State that is worth a day at most, one row each, written by version."""

from typing import Any, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.errors import Conflict, Permanent
from tocsin.ports.delivery import Versioned

_KEPT_S = 86_400.0
_READ = "SELECT version, doc, expires_at_s FROM breakers WHERE key = ?"
_WRITE = "INSERT OR REPLACE INTO breakers (key, version, doc, expires_at_s) VALUES (?, ?, ?, ?)"


Kept = TypeVar("Kept", bound=Versioned)


class ShortLived(Generic[Kept]):
    """Rows of one kind of struct, by key."""

    def __init__(self, database: Database, kind: type[Kept]) -> None:
        self._database = database
        self._decoder = msgspec.json.Decoder(kind)

    def read(self, key: str, now_s: float) -> Kept | None:
        """Return what is stored and has not expired."""
        found = self._database.read(lambda file: file.execute(_READ, (key,)).fetchone())
        if found is None or found[2] <= now_s:
            return None
        try:
            return self._decoder.decode(found[1])
        except msgspec.MsgspecError:
            reason = "what is known of a receiver is stored in an unknown format"
            raise Permanent(reason) from None

    def write(self, kept: Kept, now_s: float) -> None:
        """Store the next version. Raises Conflict if the stored one has changed or appeared."""

        def job(file: Connection) -> None:
            version, _, expires_at_s = file.execute(_READ, (kept.key,)).fetchone() or (0, b"", 0)
            is_gone = kept.version == 0 and expires_at_s <= now_s
            if version != kept.version and not is_gone:
                raise Conflict("the record has changed since it was read")
            stored: Any = replace(kept, version=kept.version + 1)  # type: ignore[type-var]
            values = (kept.key, stored.version, msgspec.json.encode(stored), now_s + _KEPT_S)
            file.execute(_WRITE, values)

        self._database.write(job)
