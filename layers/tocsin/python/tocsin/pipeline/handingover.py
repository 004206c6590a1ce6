"""Hands what a group owes its receiver to the digest of that receiver."""

from msgspec.structs import replace

from tocsin.domain.decision import DIGESTED, believed_since_s, told_of
from tocsin.domain.digest import HANDED, hand_over
from tocsin.domain.errors import Conflict
from tocsin.domain.group import Group, Intent, digest_of
from tocsin.domain.reconcile import Plan
from tocsin.domain.reminding import with_unsaid
from tocsin.domain.suppressed import suppressed
from tocsin.pipeline.intents import look_again_at_s, thread_after
from tocsin.ports import Clock, Groups

_TRIES = 8


class HandingOver:
    """Writes to digests. The intent of the group is written before, and settled after.

    So a worker that dies between the two is followed by one that hands the same over again, which
    is no second time.
    """

    def __init__(self, groups: Groups, clock: Clock) -> None:
        self._groups = groups
        self._clock = clock

    def hand_over(self, group: Group, intent: Intent) -> None:
        """Put the steps of an intent into the digest.

        Raises Conflict if too many do so at once.
        """
        key = digest_of(group.key)
        for _ in range(_TRIES):
            digest = self._groups.read([key]).get(key) or Group(key=key)
            handed = hand_over(digest, group, intent, self._clock())
            if not handed.is_changed:
                return
            # Whoever is not left alone any more is found sooner than when that was to end.
            looks_at_s = look_again_at_s(intent, self._clock())
            at_s = min(each for each in (digest.poke_due_at_s, looks_at_s) if each is not None)
            merged = replace(handed.group, poke_due_at_s=at_s)
            try:
                self._groups.commit([merged], handed.records, self._clock())
            except Conflict:
                continue
            return
        raise Conflict("the digest keeps changing")

    def settled(self, group: Group, planned: Plan, intent: Intent) -> Plan:
        """Return a plan of a group after its steps were handed over; `group` has spoken so."""
        at_s = self._clock()
        told = dict(planned.told)
        records = list(planned.records)
        for step in intent.steps:
            since_s = believed_since_s(told.get(step.fingerprint), step, intent.created_at_s)
            told[step.fingerprint] = told_of(step, "delivered", DIGESTED, since_s)
            records += suppressed(group, step, [step.source], HANDED, at_s)
        group.thread = thread_after(group, intent, None, told)
        # What fires is repeated from then on, as if the group had spoken by itself.
        group.notified_at_s = max(intent.not_before_s, at_s)
        return replace(planned, told=with_unsaid(told, intent), records=tuple(records))
