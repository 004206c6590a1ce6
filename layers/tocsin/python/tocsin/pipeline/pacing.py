"""When a group may speak to people who are told at a pace, by what all workers know of it."""

from collections.abc import Callable

from tocsin.domain.config import Receiver
from tocsin.domain.digest import (
    has_news,
    is_dead_in,
    is_handed_over,
    is_held_up,
    owes,
)
from tocsin.domain.errors import Conflict, TocsinError
from tocsin.domain.group import Group, Intent, digest_of, is_digest
from tocsin.domain.pace import GO, Pace, PacePolicy, Turn, ask, ask_again, ask_for_digest, pace_key
from tocsin.domain.reconcile import Plan
from tocsin.domain.stepreach import is_of_step
from tocsin.ports import Clock, Groups, Paces

# So many find out at once that they may speak, and one after the other writes it down.
_TRIES = 8
# What waits for the digest looks again this soon whether it has spoken.
_LOOK_S = 60.0


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

        The steps of an escalation have times of their own and never wait. What follows a step
        that the digest has not told yet stands behind it, whatever the pace.
        """
        key, policy = group.key, receiver.pace
        if is_digest(key):
            more = planned.more
            return self._asked(group, policy, lambda pace, by, now_s: ask_for_digest(
                pace, by, intent.key, now_s, more=more
            ))  # fmt: skip
        if is_of_step(key):
            return GO
        is_news = any(step.found != "update" for step in intent.steps)
        if self._is_behind(group, intent, is_news=is_news):
            now_s = self._clock()
            return Turn("digest", now_s) if is_news else Turn("wait", now_s + _LOOK_S)
        asked = ask if is_news else ask_again
        return self._asked(group, policy, lambda pace, by, now_s: asked(
            pace, by, intent.key, now_s, lambda: self._has_news(group)
        ))  # fmt: skip

    def _is_behind(self, group: Group, intent: Intent, *, is_news: bool) -> bool:
        """Tell whether the digest has yet to say something that a group handed over.

        It may be shown beside what is new, and is repeated, so it holds back all of the group. What
        is dead-lettered there holds back only what is said of that alert.
        """
        handed = [name for name, told in group.told.items() if is_handed_over(told)]
        digest = self._digest(group) if handed else None
        if digest is None:
            return False
        if not is_news:
            return not is_held_up(digest, handed)
        names = {step.fingerprint for step in intent.steps} & set(handed)
        return owes(digest, handed) or is_dead_in(digest, names)

    def _has_news(self, group: Group) -> bool:
        digest = self._digest(group)
        return digest is not None and has_news(digest)

    def _digest(self, group: Group) -> Group | None:
        key = digest_of(group.key)
        return self._groups.read([key]).get(key)

    def _asked(
        self,
        group: Group,
        policy: PacePolicy | None,
        asking: Callable[[Pace, PacePolicy, float], tuple[Turn, Pace]],
    ) -> Turn:
        if policy is None:
            return GO
        key = pace_key(group.key.tenant, group.key.receiver)
        try:
            for _ in range(_TRIES):
                now_s = self._clock()
                pace = self._paces.read(key, now_s) or Pace(key=key)
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
