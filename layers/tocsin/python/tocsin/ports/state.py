"""What is known of alerts: marks, groups, silences, and the journal of what became of them."""

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from tocsin.domain.dedup import Mark
from tocsin.domain.group import Group, GroupKey, Intent, Settlement
from tocsin.domain.journal import Record
from tocsin.domain.silence import Silence


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
        self, group: Group, left: Settlement, records: Sequence[Record], at_s: float
    ) -> bool:
        """Write notify's side and the records in one transaction, and give the lease back.

        Where it is final and evaluate has changed the group since it was read, returns False
        and writes nothing. Raises Conflict if the lease is lost.
        """

    def due(self, kind: Literal["resolve", "poke"], now_s: float, limit: int) -> list[Group]:
        """Return groups whose due time has come, oldest first: key, `urgent` and due times only."""

    def versions(self, tenant: str, *, inhibiting: bool = False) -> dict[GroupKey, int]:
        """Return all groups of a tenant with the version of each, perhaps a moment late.

        `inhibiting`: only those in which the source of an inhibition fires.
        """


class Journal(Protocol):
    """Packed records by tenant and time."""

    def write(self, tenant: str, at_s: float, name: str, records: Sequence[Record]) -> None:
        """Store the records of one invocation as one item; the same name overwrites itself."""

    def read(self, tenant: str, from_s: float, to_s: float) -> Iterable[Record]: ...


class Silences(Protocol):
    """Silences by tenant and id."""

    def all(self, tenant: str) -> list[Silence]:
        """Return what is stored, consistently, also what has ended and is not deleted yet."""

    def write(self, tenant: str, silences: Sequence[Silence], delete_at_s: float) -> None:
        """Store each as the version after the one it was read with, all or none.

        Raises Conflict if another was stored meanwhile. TTL deletes them after `delete_at_s`.
        """
