"""A look at a group: whether it is time to say something, and what."""

import math

from msgspec.structs import replace

from tocsin.domain.flush import due_at_s, early_s, look_at_s, why_again
from tocsin.domain.group import Group, Intent, digest_of, is_digest
from tocsin.domain.handedover import handed_over, hear, is_behind, standing
from tocsin.domain.intent import NOBODY, settle_steps
from tocsin.domain.owed import owed_at_s
from tocsin.domain.reconcile import Look, Plan, plan
from tocsin.pipeline.acknowledging import with_acknowledgement
from tocsin.pipeline.intents import look_again_at_s
from tocsin.pipeline.origins import Origins
from tocsin.pipeline.recipients import Recipient
from tocsin.pipeline.suppression import Suppression, muted_by_time
from tocsin.ports import Groups, Silences


class Looking:
    """Looks at groups; one object a worker, since it remembers what mutes others."""

    def __init__(self, groups: Groups, silences: Silences) -> None:
        self._suppression = Suppression(groups, silences)
        self._origins = Origins(groups)
        self._groups = groups

    def at(
        self, group: Group, recipient: Recipient, now_s: float, revived: frozenset[str]
    ) -> Plan | None:
        """Return what to say now, perhaps nothing; None if it is not yet time to look.

        Where there is no news it may be that people have in hand what there was.
        """
        looked = self._news(group, recipient, now_s, revived)
        if looked is not None and looked.alerts:
            return looked
        return with_acknowledgement(group, recipient.receiver, looked)

    def _news(
        self, group: Group, recipient: Recipient, now_s: float, revived: frozenset[str]
    ) -> Plan | None:
        """Return what is new or told again, perhaps nothing; None if it is not yet time to look.

        Once all that is new is planned, `group` says that it was looked at. It hears of what the
        digest of its receiver told.
        """
        timing = recipient.timing
        due = now_s if revived else look_at_s(group, timing)
        if due is None or due - early_s(timing) > now_s:
            return None
        silence = muted_by_time(recipient.config, timing, now_s)
        muted = {} if silence else self._muted(recipient, group, now_s)
        look = Look(
            muted=muted,
            silence=silence,
            collapses=timing.group_interval_s > 0.0,
            again=why_again(group, timing, now_s, muted),
            revived=revived,
        )
        planned = plan(group, recipient.receiver, now_s, look)
        if planned.alerts and not revived:
            planned = self._after_digest(group, recipient, now_s, look, planned)
        since_s = 0.0 if revived else owed_at_s(group, timing, due)
        before_s = group.flushed_at_s
        if not planned.more:
            group.flushed_at_s = max(now_s, due)
        return replace(planned, due_at_s=since_s, flushed_before_s=before_s)

    def _after_digest(
        self, group: Group, recipient: Recipient, now_s: float, look: Look, planned: Plan
    ) -> Plan:
        """Return what to say now, by what the digest told of what it was handed, and has yet to.

        Only who has something to say asks, and only if it handed something over: it is a read.
        """
        handed, key = handed_over(group), digest_of(group.key)
        digest = self._groups.read([key]).get(key) if handed else None
        if digest is None:
            return planned
        stands = standing(digest, group, handed)
        if hear(group, stands) or stands.untold:
            hidden = {*look.muted, *stands.untold}
            again = why_again(group, recipient.timing, now_s, hidden)
            look = replace(look, again=again, untold=stands.untold)
            planned = plan(group, recipient.receiver, now_s, look)
        return replace(planned, is_behind=is_behind(digest, handed, planned.steps))

    def has_news(self, group: Group, intent: Intent, recipient: Recipient, now_s: float) -> bool:
        """Tell whether there is more to say now than an intent does that some have, and not all."""
        return self._news_at_s(group, intent, recipient, now_s) <= now_s

    def again_at_s(self, group: Group, intent: Intent, recipient: Recipient, now_s: float) -> float:
        """Return when an intent that waits is to be looked at."""
        news_at_s = self._news_at_s(group, intent, recipient, now_s)
        return min(look_again_at_s(intent, now_s), news_at_s)

    def _news_at_s(self, group: Group, intent: Intent, recipient: Recipient, now_s: float) -> float:
        if not intent.taken:
            return math.inf
        after = replace(
            group,
            intent=None,
            told=settle_steps(group.told, intent, "delivered"),
            notified_at_s=intent.created_at_s,
        )
        look = self.at(after, recipient, now_s, NOBODY)
        if look is not None and look.alerts:
            return now_s
        due = due_at_s(after, recipient.timing)
        return math.inf if due is None or due <= now_s else due

    def _muted(self, recipient: Recipient, group: Group, now_s: float) -> dict[str, str]:
        muted = self._suppression.muted(recipient.config, group, now_s)
        if not is_digest(group.key):
            return muted
        return {**self._origins.muted(group, recipient.receiver, now_s), **muted}
