"""Deletes what has expired, as a table's TTL does on AWS."""

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.adapters.sqlite.letters import KEPT_S

# What a message refers to lies longer than any message waits.
_BLOBS_KEPT_S = 15 * 86_400.0


def expire(database: Database, now_s: float, journal_kept_s: float, archive_kept_s: float) -> None:
    """Delete what nobody needs any more.

    Groups and silences are known in memory, too: their own adapters delete them.
    """
    due = (
        ("DELETE FROM marks WHERE expires_at_s <= ?", now_s),
        ("DELETE FROM requests WHERE expires_at_s <= ?", now_s),
        ("DELETE FROM breakers WHERE expires_at_s <= ?", now_s),
        ("DELETE FROM journal WHERE at_ms <= ?", (now_s - journal_kept_s) * 1000),
        ("DELETE FROM archive WHERE at_s <= ?", now_s - archive_kept_s),
        ("DELETE FROM letters WHERE first_at_s <= ?", now_s - KEPT_S),
        ("DELETE FROM blobs WHERE at_s <= ?", now_s - _BLOBS_KEPT_S),
    )
    for statement, bound in due:

        def job(file: Connection, statement: str = statement, bound: float = bound) -> None:
            file.execute(statement, (bound,))

        database.write(job)
