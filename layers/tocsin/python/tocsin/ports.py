"""The outside world on one page: what the pipeline needs, in its own words.

Every method may raise `Retryable` when the service behind it fails in a way that can pass,
and `Permanent` when it cannot. The same word names a port, its adapter and its fake.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

import msgspec

from tocsin.domain.alert import Alert
from tocsin.domain.breaker import Breaker
from tocsin.domain.config import Receiver, TenantConfig
from tocsin.domain.deadletter import Depth, Letter
from tocsin.domain.dedup import Mark
from tocsin.domain.group import Group, GroupKey, Intent, Told
from tocsin.domain.journal import Record
from tocsin.domain.limits import Quota, Verdict
from tocsin.domain.signatures.sns import SnsMessage

Queue = Literal[
    "enrich",
    "enrich-urgent",
    "evaluate",
    "evaluate-urgent",
    "notify",
    "notify-urgent",
]


class Clock(Protocol):
    """The present, in epoch seconds."""

    def __call__(self) -> float: ...


class OutMessage(msgspec.Struct, frozen=True):
    """One queue message: the encoded envelope, and the tenant whose fair share it uses."""

    tenant: str
    body: str


class Outbox(Protocol):
    """Sends to queues."""

    def send(self, queue: Queue, messages: Sequence[OutMessage]) -> None:
        """Return only when the queue confirmed every single message; else raise Retryable."""

    def depth(self, queue: Queue) -> Depth:
        """Return about how many messages wait in a queue."""

    def dead_letter(self, queue: Queue, message: OutMessage, error: str, reason: str) -> None:
        """Put a message into the dead-letter queue of `queue`, with what went wrong.

        `error` is a short class name to filter by; `reason` is a sentence without secrets.
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


class Fingerprints(Protocol):
    """Marks by `tenant#fingerprint`."""

    def read(self, keys: Sequence[str], now_s: float) -> dict[str, Mark]:
        """Return the marks that exist and have not expired, whether or not TTL deleted them."""

    def write(self, marks: Sequence[Mark]) -> None: ...


class Groups(Protocol):
    """Notification groups. The two sides write with separate conditions (see domain.group)."""

    def read(self, keys: Sequence[GroupKey]) -> dict[GroupKey, Group]:
        """Return what is stored, consistently; groups that do not exist are left out."""

    def commit(self, groups: Sequence[Group], records: Sequence[Record], at_s: float) -> None:
        """Write evaluate's side of all groups and the records in one transaction.

        Each group must still have the `version` it was read with (0: absent); the stored one
        becomes `version + 1`. A `poke_due_at_s` of None leaves the stored one.
        Raises Conflict and writes nothing where one has not.
        """

    def acquire(self, key: GroupKey, owner: str, now_s: float, until_s: float) -> Group | None:
        """Take the lease; return the group, or None if it is absent or leased to another.

        Each owner counts once in `holds`. The group is due when the lease ends, for whoever
        holds it may die, and behind all that are due already.
        """

    def intend(self, group: Group, intent: Intent) -> None:
        """Write down what is about to be sent, under the lease. Raises Conflict if it is lost."""

    def settle(
        self,
        group: Group,
        *,
        told: Mapping[str, Told],
        intent: Intent | None,
        poke_due_at_s: float | None,
        records: Sequence[Record],
        at_s: float,
    ) -> bool:
        """Write notify's side and the records in one transaction, and give the lease back.

        `poke_due_at_s` None says that nothing is left to do. That is true only if evaluate
        has not changed the group since it was read: if it has, returns False and writes
        nothing. With a due time the version does not matter. Raises Conflict if the lease
        is lost.
        """

    def due(self, kind: Literal["resolve", "poke"], now_s: float, limit: int) -> list[Group]:
        """Return groups whose due time has come, oldest first: key, `urgent` and due times only."""


class Journal(Protocol):
    """Packed records by tenant and time."""

    def write(self, tenant: str, at_s: float, name: str, records: Sequence[Record]) -> None:
        """Store the records of one invocation as one item; the same name overwrites itself."""

    def read(self, tenant: str, from_s: float, to_s: float) -> Iterable[Record]: ...


class ApiKey(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stored API key: never the secret, only its keyed hash."""

    id: str
    tenant: str
    name: str
    digest: str
    scopes: tuple[str, ...] = ("ingest",)
    created_at_s: float
    revoked_at_s: float | None = None
    expires_at_s: float | None = None

    def is_live(self, now_s: float) -> bool:
        """Return whether the key is neither revoked nor expired."""
        return self.revoked_at_s is None and (
            self.expires_at_s is None or now_s < self.expires_at_s
        )


class Keys(Protocol):
    """API keys by their public id."""

    def find(self, key_id: str) -> ApiKey | None: ...

    def all(self, tenant: str) -> list[ApiKey]: ...

    def put(self, key: ApiKey) -> None: ...


class Accepted(msgspec.Struct, frozen=True):
    """What is remembered of a signed request: the digest of its body."""

    digest: str


class Seen(Protocol):
    """What ingest remembers of senders; it can be lost at any time, and then nothing is known."""

    def find(self, tenant: str, request: str, now_s: float) -> Accepted | None:
        """Return what was accepted under this name and is not forgotten yet, consistently."""

    def remember(self, tenant: str, request: str, accepted: Accepted, until_s: float) -> None: ...

    def stamp(self, tenant: str, key_id: str, at_s: float) -> None:
        """Note that a key was used at about this time."""

    def stamps(self, tenant: str) -> dict[str, float]:
        """Return when each of a tenant's keys was last used, by id; unused ones are left out."""


class Secrets(Protocol):
    """Secrets by name."""

    def get(self, name: str) -> str: ...


class SnsAuthority(Protocol):
    """What only AWS can say of SNS messages."""

    def check(self, message: SnsMessage) -> None:
        """Raise InvalidSignature unless AWS signed this message."""

    def confirm(self, url: str) -> None:
        """Open the link that confirms a subscription. Raises Retryable if SNS did not take it."""


class Configs(Protocol):
    """Applied configuration, every version kept."""

    def current(self, tenant: str) -> TenantConfig | None: ...

    def version(self, tenant: str, version: int) -> TenantConfig | None: ...

    def apply(self, config: TenantConfig, source: str, at_s: float) -> None:
        """Store `config` as the next version. Raises Conflict if its number is taken."""

    def tenants(self) -> list[str]: ...


class Notification(msgspec.Struct, frozen=True, kw_only=True):
    """One notification as a receiver gets it."""

    key: str
    receiver: Receiver
    group: GroupKey
    alerts: tuple[Alert, ...]
    attempt: int


class Receivers(Protocol):
    """The only way out to people; only pipeline.safecall takes it."""

    def send(self, notification: Notification) -> None:
        """Deliver, or raise Retryable (with Retry-After, if the receiver said) or Permanent.

        Raises Throttled where the receiver asks for fewer calls, and Unsendable where nothing
        was sent.
        """


class Breakers(Protocol):
    """What all workers know of the endpoints that failed."""

    def read(self, key: str, now_s: float) -> Breaker | None:
        """Return what is stored, consistently; None for what is absent or has expired."""

    def write(self, breaker: Breaker, now_s: float) -> None:
        """Store a state as the version after the one it was read with (0: absent).

        Raises Conflict if another was stored meanwhile. It expires a day after `now_s`.
        """


class Limiter(Protocol):
    """Counts requests against limits.

    `state` says who counted last: all instances together (`shared`), or this one alone, as it
    is set up (`local`) or for want of an answer (`away`).
    """

    @property
    def state(self) -> Literal["shared", "local", "away"]: ...

    def check(self, tenant: str, quotas: Sequence[Quota]) -> list[Verdict]:
        """Count one request against each quota; a quota counts only what it allows."""
