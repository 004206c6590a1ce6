"""The journal in a table: one row for what one invocation did to one tenant."""

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.adapters.journalparts import milliseconds, span_ms
from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.compression import compress, decompress
from tocsin.domain.journal import Record

_WRITE = "INSERT OR REPLACE INTO journal (tenant, at_ms, name, data) VALUES (?, ?, ?, ?)"
_READ = "SELECT data FROM journal WHERE tenant = ? AND at_ms BETWEEN ? AND ? ORDER BY at_ms, name"
_UNPACKED_LIMIT_BYTES = 256 * 1024 * 1024

_decoder = msgspec.json.Decoder(list[Record])


def put_records(
    file: Connection, tenant: str, at_s: float, name: str, records: Sequence[Record]
) -> None:
    """Write records in a transaction that is under way."""
    data = compress(msgspec.json.encode(records))
    file.execute(_WRITE, (tenant, milliseconds(at_s), name, data))


class SqliteJournal:
    """Packed records by tenant, time and name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, tenant: str, at_s: float, name: str, records: Sequence[Record]) -> None:
        """Store the records of one invocation; the same time and name overwrite themselves."""
        self._database.write(lambda file: put_records(file, tenant, at_s, name, records))

    def read(self, tenant: str, from_s: float, to_s: float) -> Iterable[Record]:
        """Return the records written from `from_s` to `to_s`, both included, oldest first."""
        bound = (tenant, *span_ms(from_s, to_s))
        for (data,) in self._database.read(lambda file: file.execute(_READ, bound).fetchall()):
            yield from _decoder.decode(decompress(data, _UNPACKED_LIMIT_BYTES))
