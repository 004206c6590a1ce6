"""Dead letters in a table, and when each is tried again.

There is nobody on one machine who looks at them every day. So what a receiver refused, and what
failed too often, is sent back by itself after a pause, which grows each time it dies again.
"""

from hashlib import blake2b

import msgspec

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN
from tocsin.ports import DeadLetter, OutMessage, Queue

KEPT_S = 14 * 86_400.0
_PAUSE_S, _LONGEST_PAUSE_S = 300.0, 3600.0
# What another try may mend: a receiver changes its mind, a disk has room again. An alert that
# cannot be prepared, or a message that cannot be read, waits for another release.
_PASSING = ("DeliveryFailed", RECEIVED_TOO_OFTEN)

_KNOWN = "SELECT first_at_s, deaths FROM letters WHERE queue = ? AND id = ?"
_BURY = (
    "INSERT OR REPLACE INTO letters"
    " (queue, id, tenant, body, error, reason, first_at_s, deaths, again_at_s)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_COLUMNS = "queue, id, tenant, body, error, reason, deaths, again_at_s"


class _Named(msgspec.Struct):
    """What is read of a message: the name of the work that it asks for, and which part of it."""

    id: str = ""
    select: tuple[int, ...] | None = None


class Buried(msgspec.Struct, frozen=True):
    """A dead letter; `again_at_s` None: it is not sent back, or was already."""

    queue: Queue
    id: str
    tenant: str
    body: str
    error: str
    reason: str
    deaths: int
    again_at_s: float | None

    @property
    def message(self) -> OutMessage:
        """The message as it was sent first."""
        return OutMessage(self.tenant, self.body)


class SqliteLetters:
    """One row for each work that died, however often."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def bury(self, queue: Queue, letter: DeadLetter, now_s: float) -> None:
        """Put a message apart, with what went wrong."""
        message = letter.message
        name = _name(message)

        def job(file: Connection) -> None:
            known = file.execute(_KNOWN, (queue, name)).fetchone()
            first_at_s, deaths = known or (now_s, 0)
            again_at_s = now_s + _pause_s(deaths) if letter.error in _PASSING else None
            facts = (queue, name, message.tenant, message.body, letter.error, letter.reason)
            file.execute(_BURY, (*facts, first_at_s, deaths + 1, again_at_s))

        self._database.write(job)

    def all(self, queue: Queue) -> list[Buried]:
        """Return the letters of a queue, oldest first."""
        return self._select("queue = ? ORDER BY first_at_s, rowid", (queue,))

    def due(self, now_s: float, limit: int) -> list[Buried]:
        """Return those that are to be sent back by now."""
        return self._select("again_at_s <= ? ORDER BY again_at_s LIMIT ?", (now_s, limit))

    def sent_back(self, letter: Buried) -> None:
        """Note that a letter is under way again; it stays as a record of what went wrong."""
        statement = "UPDATE letters SET again_at_s = NULL WHERE queue = ? AND id = ? AND deaths = ?"
        values = (letter.queue, letter.id, letter.deaths)
        self._database.write(lambda file: file.execute(statement, values))

    def _select(self, where: str, bound: tuple[str | float | int, ...]) -> list[Buried]:
        statement = f"SELECT {_COLUMNS} FROM letters WHERE {where}"  # noqa: S608
        found = self._database.read(lambda file: file.execute(statement, bound).fetchall())
        return [Buried(*row) for row in found]


def _name(message: OutMessage) -> str:
    try:
        named = msgspec.json.decode(message.body, type=_Named)
    except msgspec.MsgspecError:
        named = _Named()
    if named.id and named.select is not None:
        # Alerts that failed apart from each other are letters apart.
        return f"{named.id}#{','.join(map(str, named.select))}"
    return named.id or blake2b(message.body.encode(), digest_size=16).hexdigest()


def _pause_s(deaths: int) -> float:
    """Return how long a letter rests that died `deaths` times before."""
    doubled: float = _PAUSE_S * 2 ** min(deaths, 10)
    return min(doubled, _LONGEST_PAUSE_S)
