"""What travels between the stages, and what lies beside it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from tocsin.domain.deadletter import Depth, Letter

Queue = Literal[
    "enrich",
    "enrich-urgent",
    "evaluate",
    "evaluate-urgent",
    "notify",
    "notify-urgent",
    "rules",
    "investigate",
]


class OutMessage(msgspec.Struct, frozen=True):
    """One queue message: the encoded envelope, and the tenant whose fair share it uses."""

    tenant: str
    body: str


class DeadLetter(msgspec.Struct, frozen=True):
    """A message that cannot be worked on, with what went wrong.

    `error` is a short class name to filter by; `reason` is a sentence without secrets.
    """

    message: OutMessage
    error: str
    reason: str


class Outbox(Protocol):
    """Sends to queues."""

    def send(self, queue: Queue, messages: Sequence[OutMessage], delay_s: float = 0.0) -> None:
        """Return only when the queue confirmed every single message; else raise Retryable.

        Nobody sees them before `delay_s` is over, of which SQS has at most 900 seconds.
        """

    def depth(self, queue: Queue) -> Depth:
        """Return about how many messages wait in a queue."""

    def bury(self, queue: Queue, letters: Iterable[DeadLetter]) -> None:
        """Put letters into the dead-letter queue of `queue`.

        Return only when it confirmed every single one; else raise Retryable: some may be there.
        """


class Blobs(Protocol):
    """Large values that do not fit a message or an item."""

    def put(self, key: str, data: bytes) -> None: ...

    def get(self, key: str) -> bytes: ...

    def delete(self, key: str) -> None: ...


class ListedBlobs(Blobs, Protocol):
    """Blobs that can be found by how their keys begin."""

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys that begin with `prefix`, in their order."""


class Pages(Protocol):
    """One pass over a dead-letter queue."""

    def pages(self) -> Iterator[list[Letter]]:
        """Yield the letters that were not met before, a few at a time, in no order."""


class DeadLetters(Protocol):
    """The dead-letter queues, to look through."""

    @property
    def queues(self) -> Sequence[Queue]: ...

    def depth(self, queue: Queue) -> Depth: ...

    def reading(
        self, queue: Queue, has_time: Callable[[], bool] = ...
    ) -> AbstractContextManager[Pages]:
        """Look through a queue; what was met is hidden from others until the block ends.

        Showing it again ends where `has_time` says no: the rest stays hidden for a while more.
        """


class Archive(Protocol):
    """The history: request bodies exactly as received."""

    def store(self, tenant: str, at_s: float, name: str, data: bytes) -> str:
        """Keep one object of zstd frames under the tenant and the hour; return its key."""
