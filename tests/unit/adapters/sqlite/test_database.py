"""Transactions on the file, and what of it is safe when."""

import os
import sqlite3
import threading

import pytest

from tocsin.adapters.sqlite import Database
from tocsin.adapters.sqlite.flusher import Flusher
from tocsin.domain.errors import ConfigurationError, Conflict, Permanent, Retryable

INSERT = "INSERT INTO stamps (tenant, key_id, at_s) VALUES ('acme', ?, 0)"


def names(database):
    return [name for (name,) in database.read(lambda file: list(file.execute(SELECT)))]


SELECT = "SELECT key_id FROM stamps ORDER BY key_id"


def test_an_exception_undoes_the_whole_and_nothing_else(database):
    def broken(file):
        file.execute(INSERT, ("b",))
        raise Conflict("no")

    database.write(lambda file: file.execute(INSERT, ("a",)))
    with pytest.raises(Conflict):
        database.write(broken)
    database.write(lambda file: file.execute(INSERT, ("c",)), durable=True)
    assert names(database) == ["a", "c"]


def test_vendors_errors_stay_inside(database):
    with pytest.raises(Retryable):
        database.write(lambda file: file.execute("INSERT INTO nothing VALUES (1)"))
    database.write(lambda file: file.execute(INSERT, ("a",)))
    with pytest.raises(Permanent):
        database.write(lambda file: file.execute(INSERT, ("a",)))


def test_many_threads_at_once_lose_nothing(database):
    def write(start):
        for index in range(25):
            name = f"{start + index:04}"
            database.write(lambda file, name=name: file.execute(INSERT, (name,)), durable=True)
            assert name in names(database)

    threads = [threading.Thread(target=write, args=(100 * index,)) for index in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(database)) == 200


def test_a_file_of_a_newer_release_is_left_alone(tmp_path):
    Database(tmp_path / "state.db").close()
    with sqlite3.connect(tmp_path / "state.db") as file:
        file.execute("PRAGMA user_version = 99")
    with pytest.raises(ConfigurationError, match="newer release"):
        Database(tmp_path / "state.db")


def test_a_file_of_an_earlier_form_gets_what_it_lacks(tmp_path):
    database = Database(tmp_path / "state.db")
    made = columns(database)
    database.write(lambda file: file.execute("ALTER TABLE groups DROP COLUMN thread"))
    database.write(lambda file: file.execute("PRAGMA user_version = 1"))
    database.close()
    assert columns(Database(tmp_path / "state.db")) == made


def columns(database):
    return database.read(lambda file: {row[1] for row in file.execute("PRAGMA table_info(groups)")})


def test_a_file_that_is_no_database_is_said_so(tmp_path):
    (tmp_path / "state.db").write_bytes(b"not a database, but long enough to look like one" * 9)
    with pytest.raises(ConfigurationError, match="cannot be used"):
        Database(tmp_path / "state.db")


def test_those_who_wait_for_a_flush_share_the_next(tmp_path, monkeypatch):
    path = tmp_path / "log"
    path.write_bytes(b"x")
    began, go, flushes = threading.Event(), threading.Event(), []

    def sync(file):
        flushes.append(file)
        began.set()
        assert go.wait(10)

    monkeypatch.setattr("tocsin.adapters.sqlite.flusher._sync", sync)
    flusher = Flusher(path)
    threads = [threading.Thread(target=flusher.flush) for _ in range(20)]
    threads[0].start()
    assert began.wait(10)
    for thread in threads[1:]:
        thread.start()
    while flusher._wanted < len(threads):
        pass
    go.set()
    for thread in threads:
        thread.join()
    flusher.close()
    assert len(flushes) == 2


def test_after_a_flush_that_failed_nothing_is_called_safe(database, monkeypatch):
    failures = [OSError(5, "Input/output error")]

    def sync(_):
        if failures:
            raise failures.pop()

    monkeypatch.setattr("tocsin.adapters.sqlite.flusher._sync", sync)
    for name in ("a", "b"):
        with pytest.raises(Retryable, match="start again"):
            database.write(lambda file, name=name: file.execute(INSERT, (name,)), durable=True)
    # What needs no flush goes on: most of it is there after the next start.
    database.write(lambda file: file.execute(INSERT, ("c",)))
    assert names(database) == ["a", "b", "c"]


def test_nobody_else_reads_the_secrets_in_the_file(tmp_path):
    before = os.umask(0o022)
    try:
        database = Database(tmp_path / "new.db")
        database.write(lambda _: None)
    finally:
        os.umask(before)
    modes = {each.name: each.stat().st_mode & 0o777 for each in tmp_path.glob("new.db*")}
    database.close()
    assert modes == {"new.db": 0o600, "new.db-wal": 0o600, "new.db-shm": 0o600}
