"""Every store in one SQLite file, for tocsin on one machine.

One process has the file at a time, and knows it: what only matters while a message or a lease
is in somebody's hands is kept in memory, and is over when the process is.
"""

from tocsin.adapters.sqlite.archive import SqliteArchive
from tocsin.adapters.sqlite.blobs import SqliteBlobs
from tocsin.adapters.sqlite.breakers import SqliteBreakers
from tocsin.adapters.sqlite.configs import SqliteConfigs
from tocsin.adapters.sqlite.database import Database
from tocsin.adapters.sqlite.fingerprints import SqliteFingerprints
from tocsin.adapters.sqlite.groups import SqliteGroups
from tocsin.adapters.sqlite.journal import SqliteJournal
from tocsin.adapters.sqlite.paces import SqlitePaces
from tocsin.adapters.sqlite.queues import SqliteQueues
from tocsin.adapters.sqlite.seen import SqliteSeen
from tocsin.adapters.sqlite.silences import SqliteSilences

__all__ = [
    "Database",
    "SqliteArchive",
    "SqliteBlobs",
    "SqliteBreakers",
    "SqliteConfigs",
    "SqliteFingerprints",
    "SqliteGroups",
    "SqliteJournal",
    "SqlitePaces",
    "SqliteQueues",
    "SqliteSeen",
    "SqliteSilences",
]
