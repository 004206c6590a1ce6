"""The ports of one machine, on one file."""

from collections.abc import Iterable
from pathlib import Path

import msgspec

from cli.onemachine.logs import log
from tocsin.adapters.cached import CachedConfigs
from tocsin.adapters.sqlite import (
    Database,
    SqliteArchive,
    SqliteBlobs,
    SqliteBreakers,
    SqliteConfigs,
    SqliteFingerprints,
    SqliteGroups,
    SqliteJournal,
    SqlitePaces,
    SqliteQueues,
    SqliteSilences,
)
from tocsin.ports import DeadLetter, Queue
from tocsin.runtime.clock import now_s

FILE = "tocsin.db"


class LoggedQueues(SqliteQueues):
    """Queues that say so when something is given up, since nobody else looks."""

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Put messages apart, and say why."""
        for each in letters:
            super().bury(queue, [each])
            said = {"err": each.error, "reason": each.reason}
            log("error", "given up, and kept as a dead letter", queue=queue, **said)


class Stores(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is kept."""

    database: Database
    queues: SqliteQueues
    blobs: SqliteBlobs
    archive: SqliteArchive
    fingerprints: SqliteFingerprints
    groups: SqliteGroups
    journal: SqliteJournal
    configs: CachedConfigs
    breakers: SqliteBreakers
    paces: SqlitePaces
    silences: SqliteSilences


def open_stores(directory: Path, archive_s: float) -> Stores:
    """Open what lies in a directory that this process holds. Raises ConfigurationError."""
    database = Database(directory / FILE)
    return Stores(
        database=database,
        queues=LoggedQueues(database, now_s),
        blobs=SqliteBlobs(database, now_s),
        archive=SqliteArchive(database, archive_s),
        fingerprints=SqliteFingerprints(database),
        groups=SqliteGroups(database, now_s()),
        journal=SqliteJournal(database),
        configs=CachedConfigs(SqliteConfigs(database), now_s),
        breakers=SqliteBreakers(database),
        paces=SqlitePaces(database),
        silences=SqliteSilences(database),
    )
