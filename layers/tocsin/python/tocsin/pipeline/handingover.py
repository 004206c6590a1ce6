"""Hands what groups owe their receiver to the digest of that receiver."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from tocsin.domain.config import ReceiverKind
from tocsin.domain.digest import HANDED, hand_over
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, GroupKey, Intent, digest_of
from tocsin.domain.intent import settle_steps
from tocsin.domain.reconcile import Plan
from tocsin.domain.suppressed import suppressed
from tocsin.pipeline.intents import look_again_at_s, thread_after
from tocsin.pipeline.recipients import Recipient
from tocsin.ports import Clock, Groups

_TRIES = 8
# So many, or for so long, are gathered for one write.
_TOGETHER, _GATHERED_S = 50, 2.0


class Handed(msgspec.Struct, frozen=True):
    """A group under its lease whose intent is written down, and is for the digest."""

    group: Group
    planned: Plan
    intent: Intent
    recipient: Recipient

    @property
    def kind(self) -> ReceiverKind:
        """The kind of its receiver."""
        return self.recipient.receiver.kind


class HandingOver:
    """Writes to digests. The intent of each group is written before, and settled after.

    So a worker that dies between the two is followed by one that hands the same over again, which
    is no second time. What one batch hands over is gathered: many workers would keep each other
    from the one item with a write for each group.
    """

    def __init__(self, groups: Groups, clock: Clock) -> None:
        self._groups = groups
        self._clock = clock
        self._waiting: dict[GroupKey, Handed] = {}
        self._since_s = 0.0

    def add(self, handed: Handed) -> None:
        """Gather what is to be handed over."""
        if not self._waiting:
            self._since_s = self._clock()
        self._waiting[handed.group.key] = handed

    def holds(self, key: GroupKey) -> bool:
        """Tell whether what a group hands over is gathered, and not written yet."""
        return key in self._waiting

    @property
    def is_due(self) -> bool:
        """Whether what is gathered is to be handed over now, though more may come."""
        is_old = self._clock() - self._since_s >= _GATHERED_S
        return bool(self._waiting) and (is_old or len(self._waiting) >= _TOGETHER)

    def take(self) -> list[list[Handed]]:
        """Return what is gathered, by digest, and forget it."""
        waiting, self._waiting = self._waiting, {}
        by_digest: dict[GroupKey, list[Handed]] = {}
        for each in waiting.values():
            by_digest.setdefault(digest_of(each.group.key), []).append(each)
        return list(by_digest.values())

    def hand_over(self, together: Sequence[Handed]) -> None:
        """Put the steps of intents of groups of one receiver into its digest.

        Raises Conflict if too many do so at once.
        """
        key = digest_of(together[0].group.key)
        pairs = [(each.group, each.intent) for each in together]
        for _ in range(_TRIES):
            digest = self._groups.read([key]).get(key) or Group(key=key)
            handed = hand_over(digest, pairs, self._clock())
            if not handed.is_changed:
                return
            # Whoever is not left alone any more is found sooner than when that was to end.
            looks = [look_again_at_s(intent, self._clock()) for _, intent in pairs]
            looks += [] if digest.poke_due_at_s is None else [digest.poke_due_at_s]
            merged = replace(handed.group, poke_due_at_s=min(looks))
            try:
                self._groups.commit([merged], handed.records, self._clock())
            except Conflict:
                continue
            return
        raise Conflict("the digest keeps changing")

    def settled(self, handed: Handed) -> Plan:
        """Return the plan of a group after its steps were handed over; the group has spoken so."""
        group, planned, intent = handed.group, handed.planned, handed.intent
        at_s = self._clock()
        told = settle_steps(planned.told, intent, "delivered")
        records = list(planned.records)
        for step in intent.steps:
            records += suppressed(group, step, [step.source], HANDED, at_s)
        group.thread = thread_after(group, intent, None, told)
        # What fires is repeated from then on, as if the group had spoken by itself.
        group.notified_at_s = max(intent.not_before_s, at_s)
        return replace(planned, told=told, records=tuple(records))
