"""Queues in a table.

Who holds a message is known in memory only: when the process dies, nobody holds any, and the
next process sees all of them at once. How often a message was received is in the file, so that
one which kills the process each time ends as a dead letter.
"""

from collections.abc import Iterable, Sequence

import msgspec

from tocsin.adapters.sqlite.database import Connection, Database
from tocsin.adapters.sqlite.letters import SqliteLetters
from tocsin.adapters.sqlite.queueindex import QueueIndex
from tocsin.domain.deadletter import RECEIVED_TOO_OFTEN, Depth
from tocsin.ports import Clock, DeadLetter, OutMessage, Queue

# With the pauses between them, a message is tried for a quarter of an hour.
MOST_RECEIVES = 20
_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 60.0
# For so long what is received stays hidden from others, unless it is deleted or released.
VISIBILITY_S = 180.0
_REDRIVEN_AT_ONCE = 100

_INSERT = "INSERT INTO messages (queue, tenant, body, visible_at_s) VALUES (?, ?, ?, ?)"
_DELETE = "DELETE FROM messages WHERE seq = ?"
_HIDE = "UPDATE messages SET visible_at_s = ? WHERE seq = ?"
# What survives a power cut before the sender is told that it is accepted.
_DURABLE: tuple[Queue, ...] = ("enrich", "enrich-urgent")


class Received(msgspec.Struct, frozen=True):
    """A message in somebody's hands."""

    seq: int
    queue: Queue
    tenant: str
    body: str
    receives: int

    @property
    def pause_s(self) -> float:
        """After how long it is tried again if it fails."""
        doubled: float = _PAUSE_S * 2 ** min(self.receives - 1, 10)
        return min(doubled, _LONGEST_PAUSE_S)


class SqliteQueues:
    """Sends as `Outbox` does; and what SQS does for Lambda: receive, delete, release."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._index = QueueIndex(clock)
        self.letters = SqliteLetters(database)
        statement = "SELECT seq, queue, visible_at_s FROM messages ORDER BY seq"
        for seq, queue, at_s in database.read(lambda file: file.execute(statement).fetchall()):
            self._index.add(queue, [(seq, at_s)], is_fresh=False)

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Store all messages, or none; nobody sees them before `delay_s` is over."""
        if not messages:
            return
        at_s = self._clock() + max(0.0, delay_s)

        def job(file: Connection) -> list[tuple[int, float]]:
            rows = ((queue, message.tenant, message.body, at_s) for message in messages)
            return [(file.execute(_INSERT, row).lastrowid or 0, at_s) for row in rows]

        self._database.write(
            job, durable=queue in _DURABLE, after=lambda sent: self._index.add(queue, sent)
        )

    def depth(self, queue: Queue) -> Depth:
        """Return how many messages wait in a queue, and how many are not visible now."""
        return Depth(*self._index.count(queue))

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Put messages apart, with what went wrong."""
        for letter in letters:
            self.letters.bury(queue, letter, self._clock())

    def redrive(self) -> int:
        """Send back the dead letters whose pause is over; return how many. Twice is no harm."""
        due = self.letters.due(self._clock(), _REDRIVEN_AT_ONCE)
        for letter in due:
            self.send(letter.queue, [letter.message])
            self.letters.sent_back(letter)
        return len(due)

    def receive(
        self, queues: Sequence[Queue], limit: int, visibility_s: float = VISIBILITY_S
    ) -> list[Received]:
        """Take up to `limit` messages, those of the first queue first; [] if there is none now.

        What nobody deletes or releases comes back after `visibility_s`. What was received too
        often becomes a dead letter instead.
        """
        taken = self._index.take(queues, limit, self._clock() + visibility_s)
        if not taken:
            return []
        places = ",".join("?" * len(taken))
        statement = (
            f"UPDATE messages SET receives = receives + 1 WHERE seq IN ({places})"  # noqa: S608
            " RETURNING seq, queue, tenant, body, receives"
        )
        try:
            rows = self._database.write(lambda file: file.execute(statement, [*taken]).fetchall())
        except BaseException:
            for seq, queue in taken.items():
                self._index.show(queue, seq, self._clock())
            raise
        received = {row[0]: Received(*row) for row in rows}
        worn = [each for each in received.values() if each.receives > MOST_RECEIVES]
        if worn:
            self._bury(worn)
        # A statement returns rows in no order.
        return [received[seq] for seq in taken if received[seq] not in worn]

    def delete(self, messages: Sequence[Received]) -> None:
        """Forget messages that are done with."""
        seqs = [(each.seq,) for each in messages]
        self._database.write(
            lambda file: file.executemany(_DELETE, seqs), after=lambda _: self._removed(messages)
        )

    def release(self, message: Received) -> None:
        """Let a message come back, the later the more often it was received."""
        at_s = self._clock() + message.pause_s
        try:
            self._database.write(lambda file: file.execute(_HIDE, (at_s, message.seq)))
        finally:
            self._index.show(message.queue, message.seq, at_s)

    def wait(self, queues: Sequence[Queue]) -> None:
        """Return when there may be something to receive, or `close` was called."""
        self._index.wait(queues)

    @property
    def newest(self) -> int:
        """The number of the newest message of all queues."""
        return self._index.newest

    def wait_until_past(self, queues: Sequence[Queue], seq: int, until_s: float) -> bool:
        """Wait until what came up to `seq` has left `queues`; what has failed is not waited for."""
        return self._index.wait_until_past(queues, seq, until_s)

    def close(self) -> None:
        """Let nobody wait any more."""
        self._index.close()

    def _removed(self, messages: Sequence[Received]) -> None:
        for message in messages:
            self._index.remove(message.queue, [message.seq])

    def _bury(self, worn: Sequence[Received]) -> None:
        reason = f"received {MOST_RECEIVES} times and never finished"
        for each in worn:
            message = OutMessage(each.tenant, each.body)
            self.bury(each.queue, [DeadLetter(message, RECEIVED_TOO_OFTEN, reason)])
        self.delete(worn)
