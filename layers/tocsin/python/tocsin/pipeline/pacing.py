"""When a group may speak to people who are told at a pace, by what all workers know of it."""

from collections.abc import Callable

from tocsin.domain.acknowledgement import is_acknowledgement
from tocsin.domain.config import Receiver
from tocsin.domain.digest import has_news
from tocsin.domain.errors import Conflict, TocsinError
from tocsin.domain.group import Group, Intent, digest_of, is_digest
from tocsin.domain.pace import (
    GO,
    Pace,
    PacePolicy,
    Turn,
    Written,
    ask,
    ask_again,
    ask_for_digest,
    ask_for_written,
    leave_alone,
    let_go,
    pace_key,
    seen_from,
)
from tocsin.domain.reconcile import Plan
from tocsin.domain.stepreach import is_of_step
from tocsin.pipeline.safecall import Deferred, endpoint_of
from tocsin.ports import Clock, Groups, Paces

# So many find out at once that they may speak, and one after the other writes it down.
_TRIES = 8


class Pacing:
    """Asks for groups whether they may speak.

    Where the store of paces is away everybody may: too much is better than nothing.
    """

    def __init__(self, paces: Paces, groups: Groups, clock: Clock) -> None:
        self._paces = paces
        self._groups = groups
        self._clock = clock

    def turn(self, group: Group, planned: Plan, intent: Intent, receiver: Receiver) -> Turn:
        """Say whether a group may send an intent now, hands it over, or waits.

        The steps of an escalation have times of their own: they count, and never wait. What is new
        and follows a step that the digest has not told yet stands behind it, whatever the pace.
        """
        if is_acknowledgement(intent):
            # It pages nobody.
            return GO
        if is_digest(group.key):
            more = planned.more
            return self._asked(group, receiver, lambda pace, by, now_s: ask_for_digest(
                pace, by, intent.key, now_s, more=more
            ))  # fmt: skip
        if is_of_step(group.key):
            return self._counted(group, intent, receiver)
        is_news = any(step.found != "update" for step in intent.steps)
        if is_news and planned.is_behind:
            return Turn("digest", self._clock())
        asked = ask if is_news else ask_again
        return self._asked(group, receiver, lambda pace, by, now_s: asked(
            pace, by, intent.key, now_s, lambda: self._has_news(group)
        ))  # fmt: skip

    def written_turn(self, group: Group, intent: Intent, receiver: Receiver) -> Turn:
        """Say whether what is written down may be sent now, or waits: a retry, or what is redriven.

        It may have arrived under its key, so it is for no digest.
        """
        if is_acknowledgement(intent):
            return GO
        if is_of_step(group.key) and not is_digest(group.key):
            return self._counted(group, intent, receiver)
        return self._asked(group, receiver, lambda pace, by, now_s: ask_for_written(
            pace, by, _written(group, intent, now_s), now_s, lambda: self._has_news(group)
        ))  # fmt: skip

    def left_alone(
        self, group: Group, intent: Intent, receiver: Receiver, verdict: Deferred
    ) -> None:
        """Note that a receiver is left alone, where that is what a verdict says."""
        if verdict.was_tried and not verdict.has_opened:
            return
        endpoint = endpoint_of(group.key.tenant, receiver)
        until_s, was_sent = verdict.until_s, verdict.was_tried
        self._asked(group, receiver, lambda pace, _, __: (
            GO, leave_alone(pace, intent.key, endpoint, until_s, was_sent=was_sent)
        ))  # fmt: skip

    def _counted(self, group: Group, intent: Intent, receiver: Receiver) -> Turn:
        """Note a try that waits for nobody."""
        self._asked(group, receiver, lambda pace, by, now_s: (
            GO, let_go(pace, by, intent.key, now_s)
        ))  # fmt: skip
        return GO

    def _has_news(self, group: Group) -> bool:
        key = digest_of(group.key)
        digest = self._groups.read([key]).get(key)
        return digest is not None and has_news(digest)

    def _asked(
        self,
        group: Group,
        receiver: Receiver,
        asking: Callable[[Pace, PacePolicy, float], tuple[Turn, Pace]],
    ) -> Turn:
        policy = receiver.pace
        if policy is None:
            return GO
        key = pace_key(group.key.tenant, group.key.receiver)
        endpoint = endpoint_of(group.key.tenant, receiver)
        try:
            for _ in range(_TRIES):
                now_s = self._clock()
                pace = seen_from(self._paces.read(key, now_s) or Pace(key=key), endpoint)
                turn, after = asking(pace, policy, now_s)
                if after is pace or self._is_written(after, now_s):
                    return turn
        except TocsinError:
            return GO
        # Whoever is in each other's way so much is in a storm.
        return Turn("wait", now_s + policy.every_s)

    def _is_written(self, pace: Pace, now_s: float) -> bool:
        try:
            self._paces.write(pace, now_s)
        except Conflict:
            return False
        return True


def _written(group: Group, intent: Intent, now_s: float) -> Written:
    """Return what is written down; where a worker died that may have tried it, as of now."""
    return Written(
        key=intent.key,
        tried_at_s=now_s if group.holds > 1 else intent.tried_at_s,
        is_digest=is_digest(group.key),
    )
