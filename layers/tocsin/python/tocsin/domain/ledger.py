"""The ledger of deliveries: each try at a notification, put together from the journal's records.

The journal has a record for each step of a try. What was settled without a try stands here as
well, so that nobody must guess why nothing came.
"""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import msgspec

from tocsin.domain.alert import Status
from tocsin.domain.decision import ENRICHED
from tocsin.domain.digest import HANDED
from tocsin.domain.group import GroupKey, digest_of
from tocsin.domain.journal import DeliveryRecord

# "digested": its receiver hears of it in a digest, whose deliveries stand here as well.
Ending = Literal["delivered", "failed", "dead-lettered", "suppressed", "digested"]
ENDINGS: tuple[Ending, ...] = ("delivered", "failed", "dead-lettered", "suppressed", "digested")


class Position(msgspec.Struct, frozen=True, order=True):
    """A place in the ledger: tries are in order by time, in epoch milliseconds, and then by id."""

    at_ms: int
    id: str = ""


class TriedStep(msgspec.Struct, frozen=True, order=True):
    """One step that a try was about, and the accepted alerts behind it.

    `is_update`: that what was found out about it was told, and no more.
    """

    fingerprint: str
    episode: int
    step: Status
    is_update: bool = False
    sources: tuple[str, ...] = ()


class Try(msgspec.Struct, frozen=True, kw_only=True):
    """One try at a notification; without a `key`, steps that were settled without any.

    `at_s` is when it ended. The other times are those of `DeliveryRecord`.
    """

    id: str
    at_s: float
    ending: Ending
    receiver: str
    is_digest: bool
    key: str
    attempt: int
    reason: str
    receipt: str
    accepted_at_s: float
    due_at_s: float
    began_at_s: float
    steps: tuple[TriedStep, ...]

    @property
    def position(self) -> Position:
        """Its place among all tries of its tenant."""
        return Position(milliseconds(self.at_s), self.id)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which tries are asked for; what is empty asks for all."""

    receivers: frozenset[str] = frozenset()
    ending: str = ""
    fingerprint: str = ""
    key: str = ""

    def may_take(self, record: DeliveryRecord) -> bool:
        """Tell whether a record may be part of a try that is asked for."""
        return (
            (not self.receivers or record.receiver in self.receivers)
            and self.key in ("", record.key)
            and self.ending in ("", ending_of(record))
        )

    def takes(self, found: Try) -> bool:
        """Tell whether a try is asked for whose records may be part of one."""
        return not self.fingerprint or any(
            step.fingerprint == self.fingerprint for step in found.steps
        )


def milliseconds(at_s: float) -> int:
    """Return a time in epoch milliseconds, by which tries are in order."""
    return round(at_s * 1000)


def ending_of(record: DeliveryRecord) -> Ending:
    """Return how a try ended, in the words of the ledger."""
    if record.outcome == "dead":
        return "dead-lettered"
    if record.outcome == "suppressed" and record.reason == HANDED:
        return "digested"
    return record.outcome


def tries(tenant: str, records: Iterable[DeliveryRecord]) -> list[Try]:
    """Return the tries that records are of, newest first; a record that is there twice is one."""
    found: dict[tuple[object, ...], list[DeliveryRecord]] = {}
    for record in records:
        found.setdefault(_identity(record), []).append(record)
    made = [_try(tenant, identity, own) for identity, own in found.items()]
    return sorted(made, key=lambda each: each.position, reverse=True)


def _identity(record: DeliveryRecord) -> tuple[object, ...]:
    """Return what the records of one try share; what was not tried is told apart by its reason."""
    reason = "" if record.key else record.reason
    ending = ending_of(record)
    return (milliseconds(record.at_s), record.group, record.key, ending, record.attempt, reason)


def _try(tenant: str, identity: tuple[object, ...], records: list[DeliveryRecord]) -> Try:
    first = records[0]
    return Try(
        id=blake2b(msgspec.json.encode(identity), digest_size=8).hexdigest(),
        at_s=first.at_s,
        ending=ending_of(first),
        receiver=first.receiver,
        is_digest=first.group == _digest_id(tenant, first.receiver),
        key=first.key,
        attempt=first.attempt,
        # That a step is an update is said of the step alone.
        reason=min((_plain(each.reason) for each in records), key=len)
        if first.key
        else first.reason,
        receipt=first.receipt,
        accepted_at_s=first.accepted_at_s,
        due_at_s=first.due_at_s,
        began_at_s=first.began_at_s,
        steps=_steps(records),
    )


def _plain(reason: str) -> str:
    return reason.removeprefix(ENRICHED).removeprefix(": ")


def _steps(records: Iterable[DeliveryRecord]) -> tuple[TriedStep, ...]:
    sources: dict[TriedStep, dict[str, None]] = {}
    for record in records:
        step = TriedStep(
            record.fingerprint, record.episode, record.step, record.reason.startswith(ENRICHED)
        )
        known = sources.setdefault(step, {})
        if record.source:
            known[record.source] = None
    return tuple(
        sorted(
            msgspec.structs.replace(step, sources=tuple(found)) for step, found in sources.items()
        )
    )


@lru_cache(maxsize=1024)
def _digest_id(tenant: str, receiver: str) -> str:
    return digest_of(GroupKey(tenant, receiver)).id
