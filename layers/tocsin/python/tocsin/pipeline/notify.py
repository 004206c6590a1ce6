"""Notify: make each receiver know what it should, exactly once.

A reconciler. It takes the lease of a group, compares what should be true with what the
receiver was told, writes down what it is about to say, says it, and writes down the result.
"""

from collections.abc import Callable, Sequence

import msgspec

from tocsin.domain.config import Receiver
from tocsin.domain.errors import Conflict, Retryable, TocsinError
from tocsin.domain.flush import due_at_s, spoken_at_s
from tocsin.domain.group import Group, Intent, Settlement
from tocsin.domain.intent import intent_for, revive, settle_steps
from tocsin.domain.reconcile import Plan, as_it_is, resume
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.intents import (
    LOOK_AGAIN_S,
    DeliveryOutcome,
    End,
    Recorded,
    Taken,
    deferred,
    is_waiting,
    look_again_at_s,
    notification_of,
    records,
    thread_after,
)
from tocsin.pipeline.looking import Looking
from tocsin.pipeline.poke import Poke, pack_letter
from tocsin.pipeline.recipients import Recipient, Recipients
from tocsin.pipeline.safecall import (
    Attempt,
    Dead,
    Deferred,
    Delivered,
    SafeCall,
    Spread,
    Verdict,
    endpoint_of,
)
from tocsin.pipeline.turns import Pace, unpacked
from tocsin.ports import (
    Blobs,
    Breakers,
    Clock,
    Configs,
    Groups,
    Outbox,
    Queue,
    Receivers,
    Silences,
)

# Longer than the function may run, shorter than the message stays invisible; the template
# test holds the three together.
LEASE_S = 45.0
# How often one poke may send: an old episode's end, the new one's begin, and what came since.
_ROUNDS = 5
# After so many workers that died holding a group, the next one counts a failure of its intent;
# after so many holds, where none could say anything, the group is left alone for a while.
_DEATHS, _REST_AFTER_HOLDS = 2, 10


class NotifyPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What notify needs of the outside world."""

    outbox: Outbox
    blobs: Blobs
    groups: Groups
    configs: Configs
    receivers: Receivers
    breakers: Breakers
    silences: Silences
    clock: Clock


class Notify:
    """Handle batches of pokes.

    `spread` depends on how often the clock wakes what is due.
    """

    def __init__(self, ports: NotifyPorts, spread: Spread | None = None) -> None:
        self._ports = ports
        self._safe_call = SafeCall(ports.receivers, ports.breakers, ports.clock, spread)
        self._recipients = Recipients(ports.configs)
        self._looking = Looking(ports.groups, ports.silences)
        self._pace = Pace()
        self._taken = Taken()

    def handle(
        self, deliveries: Sequence[Delivery], owner: str, has_time: Callable[[], bool]
    ) -> Outcome:
        """Process a batch. `owner` names this invocation; messages in `failed` must come back."""
        outcome = Outcome()
        for turn in self._pace.turns(unpacked(deliveries, self._ports.blobs, outcome)):
            try:
                self._reconcile(turn.poke, owner, has_time, outcome)
            except TocsinError as error:
                outcome.fail([turn.delivery], error)
        return outcome

    def _reconcile(
        self, poke: Poke, owner: str, has_time: Callable[[], bool], outcome: Outcome
    ) -> None:
        revives = poke.revive
        for _ in range(_ROUNDS):
            if not has_time():
                self._stop(poke, outcome, must_return=revives)
                return
            group = self._acquire(poke, owner)
            if group is None:
                # Whoever holds the lease looks for changes before giving it back.
                outcome.count("leased")
                return
            revived = frozenset[str]()
            if revives:
                group.told, revived = revive(group.told, poke.notification)
            try:
                if self._round(group, outcome, revived):
                    return
                revives = False
            except Conflict:
                outcome.count("conflicts")

    def _acquire(self, poke: Poke, owner: str) -> Group | None:
        """Take the lease. Raises Retryable if another has it who knows nothing of a revival."""
        now_s = self._ports.clock()
        group = self._ports.groups.acquire(poke.key, owner, now_s, now_s + LEASE_S)
        if group is None and poke.revive:
            raise Retryable("another worker speaks for this group")
        return group

    def _round(self, group: Group, outcome: Outcome, revived: frozenset[str]) -> bool:
        """Say the next thing, if any; tell whether the group is done with."""
        at_s = self._ports.clock()
        recipient = self._recipients.of(group)
        if group.holds > _REST_AFTER_HOLDS:
            outcome.count("rested")
            return self._wait(group, as_it_is(group), group.intent, at_s + LOOK_AGAIN_S)
        if group.intent is not None:
            planned = resume(group, group.intent, at_s)
            if is_waiting(group, group.intent, recipient.receiver, at_s):
                return self._wait(group, planned, group.intent, look_again_at_s(group.intent, at_s))
            return self._send(group, planned, group.intent, recipient, outcome)
        look = self._looking.at(group, recipient, at_s, revived)
        if look is None or not look.alerts:
            return self._rest(group, look, recipient)
        intent = intent_for(group, look, at_s)
        self._ports.groups.intend(group, intent)
        return self._send(group, look, intent, recipient, outcome)

    def _send(
        self, group: Group, planned: Plan, intent: Intent, recipient: Recipient, outcome: Outcome
    ) -> bool:
        receiver = recipient.receiver
        attempt = Attempt(
            notification=notification_of(group, intent, recipient),
            owner=group.lease_owner,
            created_at_s=intent.created_at_s,
            attempts=intent.attempts,
            failed_at_s=intent.failed_at_s,
        )
        verdict = self._verdict(group, attempt)
        if isinstance(verdict, Deferred):
            outcome.count("failed" if verdict.was_tried else "deferred")
            self._note_opening(group, verdict, outcome)
            return self._defer(group, planned, intent, receiver, verdict)
        if isinstance(verdict, Dead):
            outcome.count("failed")
            self._note_opening(group, verdict, outcome)
            # Before an intent that was found, rather than planned, a try may have arrived: its
            # answer was lost, or its worker.
            is_certain = verdict.is_refusal and bool(planned.steps)
            ended: DeliveryOutcome = "refused" if is_certain else "dead"
            self._dead_letter(group, intent, verdict.reason)
            return self._close(group, planned, intent, recipient, End(ended, verdict.reason))
        outcome.count("delivered")
        outcome.count("steps", len(intent.steps))
        end = End("delivered", receipt=verdict.receipt)
        return self._close(group, planned, intent, recipient, end)

    def _note_opening(self, group: Group, verdict: Deferred | Dead, outcome: Outcome) -> None:
        if verdict.has_opened:
            outcome.count("breaker_opened")
            reason = f"a receiver of {group.key.tenant} seems to be down: {verdict.reason}"
            outcome.warnings.append(reason)

    def _verdict(self, group: Group, attempt: Attempt) -> Verdict:
        key = attempt.notification.key
        if key in self._taken:
            # It was taken, and this worker could not write that down.
            return Delivered(self._taken.receipt(key))
        if group.intent is not None and group.holds > _DEATHS:
            return self._safe_call.lost(attempt)
        started_s = self._ports.clock()
        verdict = self._safe_call.call(attempt)
        took_s = self._ports.clock() - started_s
        self._pace.note(group.key.tenant, group.key.receiver, took_s)
        if isinstance(verdict, Delivered):
            self._taken.add(key, verdict.receipt)
        return verdict

    def _defer(
        self, group: Group, planned: Plan, intent: Intent, receiver: Receiver, verdict: Deferred
    ) -> bool:
        """Leave the intent for a later attempt; the time index brings it back."""
        at_s = self._ports.clock()
        left = deferred(intent, verdict, endpoint_of(group.key.tenant, receiver), at_s)
        written = [*planned.records]
        if verdict.was_tried:
            tried = msgspec.structs.replace(intent, attempts=intent.attempts + 1)
            written += records(group, tried, "failed", verdict.reason, at_s)
        said = msgspec.structs.replace(planned, records=tuple(written))
        return self._wait(group, said, left, look_again_at_s(left, at_s))

    def _dead_letter(self, group: Group, intent: Intent, reason: str) -> None:
        """Keep apart what cannot be delivered; the rest of the group goes on."""
        letter = pack_letter(group, intent, self._ports.clock(), self._ports.blobs)
        queue: Queue = "notify-urgent" if group.urgent else "notify"
        self._ports.outbox.dead_letter(queue, letter, "DeliveryFailed", reason)

    def _close(
        self, group: Group, planned: Plan, intent: Intent, recipient: Recipient, end: End
    ) -> bool:
        """Write down how an intent ended; tell whether nothing else is left to say."""
        at_s = self._ports.clock()
        tried = msgspec.structs.replace(intent, attempts=intent.attempts + 1)
        told = settle_steps(planned.told, intent, end.outcome)
        group.thread = thread_after(group, intent, end, told)
        outcome: Recorded = "delivered" if end.outcome == "delivered" else "dead"
        said = records(group, tried, outcome, end.reason, at_s, end.receipt)
        done = msgspec.structs.replace(planned, told=told, records=(*planned.records, *said))
        group.notified_at_s = spoken_at_s(group, intent, at_s)
        if planned.more:
            self._settle(group, done, None, at_s)
            is_done = False
        else:
            is_done = self._rest(group, done, recipient)
        self._taken.forget(intent)
        return is_done

    def _rest(self, group: Group, planned: Plan | None, recipient: Recipient) -> bool:
        """Give a group back with nothing left to say until it is due; False if it is again."""
        planned = planned or as_it_is(group)
        group.told, group.muted = planned.told, planned.muted
        due = due_at_s(group, recipient.timing)
        if self._settle(group, planned, None, due, is_final=True):
            return True
        # Evaluate has changed the group meanwhile.
        self._settle(group, planned, None, self._ports.clock())
        return False

    def _wait(self, group: Group, planned: Plan, intent: Intent | None, due: float) -> bool:
        self._settle(group, planned, intent, due)
        return True

    def _settle(
        self,
        group: Group,
        planned: Plan,
        intent: Intent | None,
        due_at_s: float | None,
        *,
        is_final: bool = False,
    ) -> bool:
        """Store the result and give the lease back.

        What was said must be written whatever evaluate did meanwhile, or it would be said
        twice. Only that nothing is left to do needs the group to be as it was read.
        """
        left = Settlement(
            told=planned.told,
            intent=intent,
            due_at_s=due_at_s,
            is_final=is_final,
            flushed_at_s=group.flushed_at_s,
            notified_at_s=group.notified_at_s,
            muted=planned.muted,
            thread=group.thread,
        )
        return self._ports.groups.settle(group, left, planned.records, self._ports.clock())

    def _stop(self, poke: Poke, outcome: Outcome, *, must_return: bool) -> None:
        """End a poke for which there is no time; raise Retryable if its message must come back.

        Else tick finds the group by its due time, and sooner.
        """
        self._pace.passed_over(poke.key.tenant, poke.key.receiver)
        if must_return:
            raise Retryable("the time budget of this invocation is used up")
        outcome.count("left_to_tick")
