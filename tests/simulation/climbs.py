"""What must hold of escalation at each write, by a ladder of its own for each episode.

It sees what is stored and when, and nothing of where the pipeline believes a climb to be: the
steps that are due are worked out anew from the policy and from what people did.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from tocsin.adapters.memory import MemoryGroups, MemoryJournal
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.group import Group, GroupKey, Member
from tocsin.domain.journal import Record

# What follows from the same numbers may differ in the last digit.
_SLACK_S = 0.001

# A round and a step of it, from 0.
Place = tuple[int, int]
# Of the groups of one route and one set of labels: what was told anew, by alert.
_Told = dict[tuple[str, str, tuple[tuple[str, str], ...]], dict[str, set[Place]]]


class Ladder(msgspec.Struct, kw_only=True):
    """Which step of an episode is next, and since when it may be taken; None: it must not."""

    episode: int
    place: Place = (0, 0)
    due_s: float | None = None
    snoozed_until_s: float = 0.0
    is_over: bool = False

    @property
    def ready_s(self) -> float | None:
        """When the next step must be taken; None: never, as it is."""
        return None if self.due_s is None else max(self.due_s, self.snoozed_until_s)


class Watch:
    """Follows every commit of evaluate; `policy_of` knows the policy of a route's groups."""

    def __init__(self, policy_of: Callable[[GroupKey], EscalationPolicy | None]) -> None:
        self.violations: list[str] = []
        # By tenant, receiver and alert: how often a step told it.
        self.taken: Counter[tuple[str, str, str]] = Counter()
        self.latest_s = 0.0
        self._policy_of = policy_of
        self._ladders: dict[tuple[GroupKey, str], Ladder] = {}

    def committed(
        self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group], at_s: float
    ) -> None:
        """Judge one commit of a worker that looked at the clock at `at_s`."""
        told = self._told(before, after)
        for key, group in after.items():
            policy = None if _step_of(key) else self._policy_of(key)
            if policy is None:
                continue
            own = told.pop((key.tenant, key.route, key.labels), {})
            for name, member in group.members.items():
                expected = set(self._climb(key, member, policy, at_s))
                if own.get(name, set()) != expected:
                    said = f"{key} {name} told {own.get(name)}, expected {expected} at {at_s}"
                    self.violations.append(said)
            self._judge_timer(group)
        self.violations += [f"steps were told beside their alerts: {each}" for each in told]

    def overdue(self, at_s: float) -> list[str]:
        """Return what should have been told by now."""
        return [
            f"{key} {name} waits since {ladder.ready_s} for {ladder.place}"
            for (key, name), ladder in self._ladders.items()
            if ladder.ready_s is not None and ladder.ready_s <= at_s
        ]

    def unfinished(self) -> list[str]:
        """Return what fires, has steps left, and will not be told of them."""
        return [f"{key} {name}" for (key, name), each in self._ladders.items() if not each.is_over]

    def _told(self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group]) -> _Told:
        told: _Told = {}
        for key, group in after.items():
            route, step = _split(key)
            known = before[key].members if key in before else {}
            for name, member in group.members.items() if step else ():
                last = known.get(name)
                if last is None or (last.episode, last.round) < (member.episode, member.round):
                    whose = told.setdefault((key.tenant, route, key.labels), {})
                    whose.setdefault(name, set()).add((member.round, step - 1))
                    instance = member.alert.labels["instance"]
                    self.taken[key.tenant, key.receiver, instance] += 1
        return told

    def _climb(
        self, key: GroupKey, member: Member, policy: EscalationPolicy, at_s: float
    ) -> Iterator[Place]:
        """Yield the steps that must be taken now, and tell somebody."""
        ladder = self._ladder(key, member, policy, at_s)
        while ladder is not None and ladder.ready_s is not None and ladder.ready_s <= at_s:
            self.latest_s = max(self.latest_s, at_s - ladder.ready_s)
            place, step = ladder.place, policy.steps[ladder.place[1]]
            _advance(ladder, policy, at_s)
            if step.receivers:
                yield place
            elif ladder.place[0] == place[0] and ladder.due_s is not None:
                ladder.due_s = at_s

    def _ladder(
        self, key: GroupKey, member: Member, policy: EscalationPolicy, at_s: float
    ) -> Ladder | None:
        name = (key, member.fingerprint)
        if member.status != "firing":
            self._ladders.pop(name, None)
            return None
        ladder = self._ladders.get(name)
        if ladder is None or ladder.episode != member.episode:
            due_s = member.changed_at_s + policy.steps[0].after_s
            ladder = self._ladders[name] = Ladder(episode=member.episode, due_s=due_s)
        ladder.snoozed_until_s = member.snoozed_until_s
        if member.is_acknowledged:
            ladder.due_s = None
        elif ladder.due_s is None and not ladder.is_over:
            ladder.due_s = at_s + _delay_s(policy, ladder.place)
        return ladder

    def _judge_timer(self, group: Group) -> None:
        for name in group.members:
            ladder = self._ladders.get((group.key, name))
            if ladder is None or ladder.ready_s is None:
                continue
            if (group.resolve_due_at_s or 1e12) > ladder.ready_s + _SLACK_S:
                due_s = group.resolve_due_at_s
                self.violations.append(f"{group.key} {name} wakes at {due_s}, not {ladder.ready_s}")


class WatchedGroups(MemoryGroups):
    """Groups that let a watch see each commit; `clock` says when its worker looked at the time."""

    def __init__(self, journal: MemoryJournal, watch: Watch, clock: Callable[[], float]) -> None:
        super().__init__(journal)
        self._watch = watch
        self._clock = clock

    def commit(self, groups: Sequence[Group], records: Sequence[Record], at_s: float) -> None:
        """Write evaluate's side of all groups and the records, or nothing."""
        keys = [group.key for group in groups]
        before = self.read(keys)
        super().commit(groups, records, at_s)
        self._watch.committed(before, self.read(keys), self._clock())


def _advance(ladder: Ladder, policy: EscalationPolicy, at_s: float) -> None:
    turn, step = ladder.place
    ladder.place = (turn, step + 1) if step + 1 < len(policy.steps) else (turn + 1, 0)
    ladder.is_over = ladder.place[0] > policy.repeat
    ladder.due_s = None if ladder.is_over else at_s + _delay_s(policy, ladder.place)


def _delay_s(policy: EscalationPolicy, place: Place) -> float:
    turn, step = place
    return policy.repeat_after_s if turn and not step else policy.steps[step].after_s


def _split(key: GroupKey) -> tuple[str, int]:
    """Return the route of a group, and which step of a policy it is of; 0: of none."""
    route, mark, step = key.route.rpartition("@")
    return (route, int(step.rpartition("/")[2])) if mark else (key.route, 0)


def _step_of(key: GroupKey) -> int:
    return _split(key)[1]
