"""Escalation within a merge: climbs that are due, and what the groups of their steps must hear."""

from collections.abc import Iterable, Mapping

from tocsin.domain.climbing import Ascent, Rung, climbed, has_climbs, is_stranded
from tocsin.domain.config import TenantConfig
from tocsin.domain.decision import has_work
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.group import Group, GroupKey
from tocsin.domain.grouping import Applied
from tocsin.domain.routing import policy_now, policy_of
from tocsin.domain.stepgroup import News, add, news, tell
from tocsin.domain.stepreach import is_of_step
from tocsin.pipeline.batch import Outcome
from tocsin.pipeline.recent import remember
from tocsin.pipeline.recipients import Place, Recipients
from tocsin.pipeline.suppression import Suppression, muted_by_time
from tocsin.ports import Groups, Silences

_REMEMBERED = 10_000


class Escalating:
    """Takes steps; one object a worker, since it remembers the policies of routes."""

    def __init__(self, groups: Groups, silences: Silences, recipients: Recipients) -> None:
        self._groups = groups
        self._recipients = recipients
        self._suppression = Suppression(groups, silences)
        self._policies: dict[Place, str | None] = {}

    def follow(
        self,
        config: TenantConfig,
        stored: Mapping[GroupKey, Group],
        applied: list[Applied],
        now_s: float,
        outcome: Outcome,
    ) -> list[Applied]:
        """Return all groups to store: those of steps first, and then those that were merged.

        So whoever dies between two transactions of one commit has told no step without it being
        known that it was taken, and no end without its alert being over.
        """
        rungs: list[Rung] = []
        heard: list[News] = []
        for each in applied:
            before = stored.get(each.group.key) or Group(key=each.group.key)
            name = self._policy_name(config, each.group)
            if not name and not has_climbs(before) and not has_climbs(each.group):
                continue
            heard += news(before, each.group)
            ascent = self._ascent(config, each, name, now_s)
            self._climb(before, each, ascent)
            rungs += ascent.rungs
            outcome.count("escalations", sum(one.what == "step" for one in ascent.records))
            outcome.count("stranded", _stranded(each.group, ascent))
        if not rungs and not heard:
            return applied
        return self._with_steps(applied, heard, rungs, now_s)

    def _ascent(
        self, config: TenantConfig, each: Applied, name: str | None, now_s: float
    ) -> Ascent:
        known: dict[str, str] = {}
        asked: list[bool] = []

        def muted() -> dict[str, str]:
            if not asked:
                asked.append(True)
                known.update(self._muted(config, each.group, now_s))
            return known

        policy: EscalationPolicy | None = config.policies.get(name) if name else None
        return Ascent(
            config=config, policy=policy, is_routed=name is not None, now_s=now_s, muted=muted
        )

    def _muted(self, config: TenantConfig, group: Group, now_s: float) -> dict[str, str]:
        """Return which alerts may not be told now, and why; read only where a step is due."""
        timing = self._recipients.timing(config, group)
        silence = muted_by_time(config, timing, now_s)
        if silence:
            return dict.fromkeys(group.members, silence)
        return self._suppression.muted(config, group, now_s)

    def _climb(self, before: Group, each: Applied, ascent: Ascent) -> None:
        members = each.group.members
        for name, member in list(members.items()):
            moved = climbed(before.members.get(name), member, each.group, ascent)
            if moved is not member and moved != member:
                members[name] = moved
                each.is_changed = True
        each.records += ascent.records

    def _with_steps(
        self, applied: list[Applied], heard: Iterable[News], rungs: Iterable[Rung], now_s: float
    ) -> list[Applied]:
        known = {each.group.key: each for each in applied}
        keys = dict.fromkeys([*(each.key for each in heard), *(each.key for each in rungs)])
        stored = self._groups.read([key for key in keys if key not in known])
        steps = {key: known.get(key) or _opened(key, stored.get(key)) for key in keys}
        for told in heard:
            tell(steps[told.key], told, now_s)
        for rung in rungs:
            add(steps[rung.key], rung, now_s)
        return [*steps.values(), *(each for each in applied if each.group.key not in steps)]

    def _policy_name(self, config: TenantConfig, group: Group) -> str | None:
        """Return the policy of a group's route, "" for none; None if nothing leads to it now."""
        key = group.key
        if is_of_step(key):
            return None
        names = tuple(name for name, _ in key.labels)
        place = (config.tenant, config.version, key.route, key.receiver, names)
        if place not in self._policies:
            remember(self._policies, place, policy_of(config, key), _REMEMBERED)
        known = self._policies[place]
        if known is None and config.policies:
            # Its route was edited, and this depends on the alerts: that is not remembered.
            return policy_now(config, group)
        return known


def _opened(key: GroupKey, stored: Group | None) -> Applied:
    group = stored or Group(key=key)
    fires = any(member.status == "firing" for member in group.members.values())
    return Applied(group=group, is_new=not fires and not has_work(group))


def _stranded(group: Group, ascent: Ascent) -> int:
    """Count what fires and would never be told further. It is a bug if there is any."""
    return sum(is_stranded(member, ascent.policy) for member in group.members.values())
