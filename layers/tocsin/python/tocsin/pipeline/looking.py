"""A look at a group: whether it is time to say something, and what."""

from msgspec.structs import replace

from tocsin.domain.flush import due_at_s, early_s, why_again
from tocsin.domain.group import Group, is_digest
from tocsin.domain.owed import owed_at_s
from tocsin.domain.reconcile import Look, Plan, plan
from tocsin.pipeline.origins import Origins
from tocsin.pipeline.recipients import Recipient
from tocsin.pipeline.suppression import Suppression, muted_by_time
from tocsin.ports import Groups, Silences


class Looking:
    """Looks at groups; one object a worker, since it remembers what mutes others."""

    def __init__(self, groups: Groups, silences: Silences) -> None:
        self._suppression = Suppression(groups, silences)
        self._origins = Origins(groups)

    def at(
        self, group: Group, recipient: Recipient, now_s: float, revived: frozenset[str]
    ) -> Plan | None:
        """Return what to say now, perhaps nothing; None if it is not yet time to look.

        Once all that is new is planned, `group` says that it was looked at.
        """
        timing = recipient.timing
        due = now_s if revived else due_at_s(group, timing)
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
        since_s = 0.0 if revived else owed_at_s(group, timing, due)
        before_s = group.flushed_at_s
        if not planned.more:
            group.flushed_at_s = max(now_s, due)
        return replace(planned, due_at_s=since_s, flushed_before_s=before_s)

    def _muted(self, recipient: Recipient, group: Group, now_s: float) -> dict[str, str]:
        muted = self._suppression.muted(recipient.config, group, now_s)
        if not is_digest(group.key):
            return muted
        return {**self._origins.muted(group, recipient.receiver, now_s), **muted}
