"""Notify: make each receiver know what it should, exactly once.

A reconciler. It takes the lease of a group, compares what should be true with what the
receiver was told, writes down what it is about to say, says it, and writes down the result.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from tocsin.domain.errors import Conflict, Retryable, TocsinError
from tocsin.domain.flush import due_at_s
from tocsin.domain.group import Group, GroupKey, Intent
from tocsin.domain.intent import NOBODY, for_digest, intent_for, is_other, revive
from tocsin.domain.reconcile import Plan, as_it_is, resume
from tocsin.pipeline.acknowledging import has_more, is_overtaken
from tocsin.pipeline.batch import Delivery, Outcome
from tocsin.pipeline.calling import Calling
from tocsin.pipeline.ends import End, count_end, end_of, followed, overdue
from tocsin.pipeline.handingover import Handed, HandingOver
from tocsin.pipeline.intents import (
    LOOK_AGAIN_S,
    deferred,
    ends_at_s,
    is_waiting,
    paced,
    records,
    settlement,
    spoken_after,
    spoken_at_s,
    through_its_pace,
    told_after,
)
from tocsin.pipeline.looking import Looking
from tocsin.pipeline.notifyports import NotifyPorts
from tocsin.pipeline.pacing import Pacing
from tocsin.pipeline.poke import Poke
from tocsin.pipeline.recipients import Recipient, Recipients
from tocsin.pipeline.safecall import Deferred, Spread, endpoint_of
from tocsin.pipeline.turns import Pace, Turn, unpacked

# Longer than the function may run, shorter than the message stays invisible; the template
# test holds the three together.
LEASE_S = 45.0
# How often one poke may send: an old episode's end, the new one's begin, and what came since.
_ROUNDS = 5
# After so many holds, where none could say anything, the group is left alone for a while.
_REST_AFTER_HOLDS = 10


class Notify:
    """Handle batches of pokes; `spread` depends on how often the clock wakes what is due."""

    def __init__(self, ports: NotifyPorts, spread: Spread | None = None) -> None:
        self._ports = ports
        self._recipients = Recipients(ports.configs)
        self._looking = Looking(ports.groups, ports.silences)
        self._pacing = Pacing(ports.paces, ports.groups, ports.clock)
        self._handing = HandingOver(ports.groups, ports.clock)
        self._pace = Pace()
        self._calling = Calling(ports, self._pace, spread)

    def handle(
        self, deliveries: Sequence[Delivery], owner: str, has_time: Callable[[], bool]
    ) -> Outcome:
        """Process a batch. `owner` names this invocation; messages in `failed` must come back."""
        # An invocation that broke off may have left some.
        self._handing.take()
        outcome = Outcome()
        again: Iterable[Turn] = self._pace.turns(unpacked(deliveries, self._ports.blobs, outcome))
        for _ in range(_ROUNDS):
            handing: dict[GroupKey, Turn] = {}
            left: list[Turn] = []
            for turn in again:
                if self._handing.holds(turn.poke.key):
                    # What another poke revived there is in no store yet.
                    left += self._hand_over(handing, outcome)
                handing[turn.poke.key] = turn
                try:
                    self._reconcile(turn.poke, owner, has_time, outcome)
                except TocsinError as error:
                    outcome.fail([turn.delivery], error)
                if self._handing.is_due:
                    left += self._hand_over(handing, outcome)
            left += self._hand_over(handing, outcome)
            if not left:
                break
            again = left
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
            told, revived = revive(group, poke.notification) if revives else (group.told, NOBODY)
            if revived and is_other(group.intent, poke.notification):
                self._round(group, outcome, NOBODY)
                # With that one settled it would be news, and told under another key.
                raise Retryable("another notification of the group is under way")
            group.told = told
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
            return self._settle(group, as_it_is(group), group.intent, at_s + LOOK_AGAIN_S)
        if group.intent is not None:
            return self._resume(group, group.intent, recipient, outcome, at_s)
        look = self._looking.at(group, recipient, at_s, revived)
        if look is None or not look.alerts:
            return self._rest(group, look, recipient)
        return self._begin(group, look, recipient, outcome, revived)

    def _resume(
        self, group: Group, intent: Intent, recipient: Recipient, outcome: Outcome, at_s: float
    ) -> bool:
        """Go on with what was written down and is not settled."""
        planned = resume(group, intent, at_s)
        if is_overtaken(group, intent, recipient, at_s):
            self._settle(group, planned, None, at_s)
            return False
        if intent.digests:
            # Its lease is kept until the digest is written, with what others hand over to that.
            self._handing.add(Handed(group, planned, intent, recipient))
            return True
        if self._looking.has_news(group, intent, recipient, at_s):
            return self._close(group, planned, intent, recipient, followed(intent), outcome)
        if is_waiting(group, intent, recipient.receiver, at_s):
            again_at_s = self._looking.again_at_s(group, intent, recipient, at_s)
            return self._settle(group, planned, intent, again_at_s)
        return self._send_in_turn(group, planned, intent, recipient, outcome)

    def _begin(
        self, group: Group, look: Plan, to: Recipient, outcome: Outcome, revived: frozenset[str]
    ) -> bool:
        """Write down what is to be said, and say it, or let the digest do so, if it may be now."""
        intent = intent_for(group, look, self._ports.clock())
        if revived:
            self._ports.groups.intend(group, intent)
            return self._send_in_turn(group, look, intent, to, outcome)
        turn = self._pacing.turn(group, look, intent, to.receiver)
        if turn.kind == "wait":
            outcome.count_by_kind(to.receiver.kind, "paced")
            due_at_s = min(turn.at_s, self._ports.clock() + LOOK_AGAIN_S)
            # Else what is new would wait for a whole interval more.
            group.flushed_at_s, group.muted = look.flushed_before_s, look.muted
            return self._settle(group, as_it_is(group), None, due_at_s)
        if turn.kind == "digest":
            intent = for_digest(intent, look, turn.at_s)
        self._ports.groups.intend(group, intent)
        if intent.digests:
            self._handing.add(Handed(group, look, intent, to))
            return True
        return self._send(group, look, intent, to, outcome)

    def _hand_over(self, turns: Mapping[GroupKey, Turn], outcome: Outcome) -> list[Turn]:
        """Let digests say what was gathered for them; return the turns that are not done with."""
        left: list[Turn] = []
        for together in self._handing.take():
            try:
                self._handing.hand_over(together)
                unfinished = [each for each in together if not self._handed(each, outcome)]
            except Conflict:
                outcome.count("conflicts")
                unfinished = together
            except TocsinError as error:
                outcome.fail([turns[each.group.key].delivery for each in together], error)
                continue
            left += [turns[each.group.key] for each in unfinished]
        return left

    def _handed(self, handed: Handed, outcome: Outcome) -> bool:
        """Write down that a group's steps are in the digest; tell whether nothing else is left."""
        outcome.count_by_kind(handed.kind, "digested", len(handed.intent.steps))
        return self._after(handed.group, self._handing.settled(handed), handed.recipient)

    def _send_in_turn(
        self, group: Group, planned: Plan, intent: Intent, recipient: Recipient, outcome: Outcome
    ) -> bool:
        """Send what was to be sent before, or is redriven, if its receiver's pace lets it now."""
        at_s = self._ports.clock()
        if self._calling.sends(group, intent):
            turn = self._pacing.written_turn(group, intent, recipient.receiver)
            if turn.kind == "wait":
                end_s = ends_at_s(intent, recipient.receiver)
                if at_s >= end_s:
                    return self._close(group, planned, intent, recipient, overdue(intent), outcome)
                outcome.count_by_kind(recipient.receiver.kind, "paced")
                due_at_s = min(turn.at_s, at_s + LOOK_AGAIN_S, end_s)
                return self._settle(group, planned, paced(intent, at_s), due_at_s)
        return self._send(group, planned, through_its_pace(intent, at_s), recipient, outcome)

    def _send(
        self, group: Group, planned: Plan, intent: Intent, recipient: Recipient, outcome: Outcome
    ) -> bool:
        intent = self._calling.begun(intent)
        verdict = self._calling.verdict(group, intent, recipient, outcome)
        if isinstance(verdict, Deferred):
            outcome.count("failed" if verdict.was_tried else "deferred")
            return self._defer(group, planned, intent, recipient, verdict)
        end = end_of(verdict, planned, intent)
        return self._close(group, planned, intent, recipient, end, outcome)

    def _defer(
        self, group: Group, planned: Plan, intent: Intent, to: Recipient, verdict: Deferred
    ) -> bool:
        """Leave the intent for a later attempt; the time index brings it back."""
        at_s = self._ports.clock()
        self._pacing.left_alone(group, intent, to.receiver, verdict)
        left = deferred(intent, verdict, endpoint_of(group.key.tenant, to.receiver), at_s)
        written = [*planned.records]
        if verdict.was_tried:
            tried = msgspec.structs.replace(intent, attempts=intent.attempts + 1)
            written += records(group, tried, "failed", verdict.reason, at_s)
        said = msgspec.structs.replace(planned, records=tuple(written))
        return self._settle(group, said, left, self._looking.again_at_s(group, left, to, at_s))

    def _close(
        self, group: Group, planned: Plan, intent: Intent, to: Recipient, end: End, outcome: Outcome
    ) -> bool:
        """Write down how an intent ended; tell whether nothing else is left to say."""
        count_end(outcome, group, intent, end)
        if end.recorded == "dead":
            self._ports.dead_letter(group, intent, end.reason)
        at_s = spoken_at_s(group, self._ports.clock())
        tried = msgspec.structs.replace(intent, attempts=intent.attempts + 1)
        told = told_after(group, planned, intent, end.outcome, at_s)
        group.thread, group.notified_at_s = spoken_after(group, intent, end, told, at_s)
        said = records(group, tried, end.recorded, end.reason, at_s, end.receipt)
        done = msgspec.structs.replace(planned, told=told, records=(*planned.records, *said))
        is_done = self._after(group, done, to)
        self._calling.forget(intent)
        return is_done

    def _after(self, group: Group, done: Plan, recipient: Recipient) -> bool:
        """Store what was said; tell whether nothing else is left to say."""
        if not has_more(group, done):
            return self._rest(group, done, recipient)
        self._settle(group, done, None, self._ports.clock())
        return False

    def _rest(self, group: Group, planned: Plan | None, recipient: Recipient) -> bool:
        """Give a group back with nothing left to say until it is due; False if it is again."""
        planned = planned or as_it_is(group)
        group.told, group.muted = planned.told, planned.muted
        due = due_at_s(group, recipient.timing)
        is_done = self._settle(group, planned, None, due, is_final=True)
        if not is_done:
            # Evaluate has changed the group meanwhile.
            self._settle(group, planned, None, self._ports.clock())
        return is_done

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
        left = settlement(group, planned, intent, due_at_s, is_final=is_final)
        return self._ports.groups.settle(group, left, planned.records, self._ports.clock())

    def _stop(self, poke: Poke, outcome: Outcome, *, must_return: bool) -> None:
        """End a poke without time; raise Retryable if it must return. Else tick finds the group."""
        self._pace.passed_over(poke.key.tenant, poke.key.receiver)
        if must_return:
            raise Retryable("the time budget of this invocation is used up")
        outcome.count("left_to_tick")
