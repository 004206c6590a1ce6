"""One SQLite file, which one process writes.

SQLite runs with a write-ahead log and `synchronous=NORMAL`: a commit is in the log, in order,
and survives the death of the process (kill -9). A power cut could take the last commits, never
one before another. What must not be lost to that is flushed by us (`durable`), which is what
`synchronous=FULL` does, but outside of the lock, so that nobody else waits and many share one.
Source: https://www.sqlite.org/pragma.html#pragma_synchronous and https://www.sqlite.org/wal.html
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from tocsin.adapters.sqlite.flusher import Flusher
from tocsin.adapters.sqlite.schema import SCHEMA, UPGRADES, VERSION
from tocsin.domain.errors import ConfigurationError, Permanent, Retryable

Connection = sqlite3.Connection
Result = TypeVar("Result")

# A checkpoint every 16 MB of log; the log keeps its file, so that it is not made anew each time.
_CHECKPOINT_PAGES = 4000


class Database:
    """Transactions on the file; any thread may call."""

    def __init__(self, path: Path) -> None:
        """Open the file, and make it where there is none.

        Raises ConfigurationError if it is none of ours, or of a newer release.
        """
        self._path = path
        self._writing = threading.Lock()
        self._pooling = threading.Lock()
        self._readers: list[Connection] = []
        try:
            _make(path)
            self._writer = self._connect()
            _prepare(self._writer)
            self._flusher = Flusher(path.with_name(f"{path.name}-wal"))
            self._flusher.flush()
        except (sqlite3.Error, OSError) as error:
            raise ConfigurationError(f"{path} cannot be used: {error}") from error

    def write(
        self,
        job: Callable[[Connection], Result],
        *,
        durable: bool = False,
        after: Callable[[Result], None] | None = None,
    ) -> Result:
        """Run `job` in a transaction of its own; an exception undoes it.

        `after` sees the result before anybody else writes. With `durable` it returns only when
        the commit survives a power cut. Raises Retryable where the file cannot be written now.
        """
        with _translated():
            with self._writing:
                result = self._transaction(job)
                if after is not None:
                    after(result)
            if durable:
                self._flusher.flush()
        return result

    def read(self, job: Callable[[Connection], Result]) -> Result:
        """Run `job` on one state of the file, that of the last commit."""
        with _translated():
            reader = self._reader()
            try:
                reader.execute("BEGIN")
                return job(reader)
            finally:
                reader.execute("COMMIT")
                with self._pooling:
                    self._readers.append(reader)

    def close(self) -> None:
        """Close the file; what was written is flushed, as far as the disk does it."""
        with self._writing, self._pooling:
            # Nothing was answered for that is not safe already.
            with suppress(OSError):
                self._flusher.flush()
            self._flusher.close()
            for reader in self._readers:
                reader.close()
            self._writer.close()

    def _transaction(self, job: Callable[[Connection], Result]) -> Result:
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            result = job(self._writer)
            self._writer.execute("COMMIT")
        except BaseException:
            # SQLite ends some transactions itself, where the disk is full for instance.
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            raise
        return result

    def _reader(self) -> Connection:
        with self._pooling:
            if self._readers:
                return self._readers.pop()
        reader = self._connect()
        reader.execute("PRAGMA query_only = ON")
        return reader

    def _connect(self) -> Connection:
        connection = sqlite3.connect(
            self._path, timeout=10.0, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT_PAGES}")
        return connection


def _make(path: Path) -> None:
    """Make the file, if there is none, for its owner alone: secrets of receivers lie in it.

    SQLite makes the files beside it with the same permissions. Source: sqlite.org/src, os_unix.c,
    findCreateFileMode.
    """
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _prepare(connection: Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise ConfigurationError("the state is of a newer release of tocsin: use that one")
    if version < VERSION:
        lacks = (text for form, text in sorted(UPGRADES.items()) if form > version)
        made = " ".join(lacks) if version else SCHEMA
        script = f"BEGIN IMMEDIATE; {made} PRAGMA user_version = {VERSION}; COMMIT;"
        connection.executescript(script)


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        # A full disk, a file that another program has locked: both pass.
        raise Retryable(f"sqlite: {error}") from error
    except sqlite3.Error as error:
        raise Permanent(f"sqlite: {type(error).__name__}: {error}") from error
