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
# Tenant, group labels and alert: routes that lead it to one policy share what that tells.
_Whose = tuple[str, tuple[tuple[str, str], ...], str]
# Episodes, and steps of theirs.
_Steps = dict[_Whose, set[tuple[int, Place]]]


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
    """Follows every commit of evaluate; all routes have the same policy, or none."""

    def __init__(self, policy: EscalationPolicy | None) -> None:
        self.violations: list[str] = []
        # By tenant, receiver and alert: how often a step told it.
        self.taken: Counter[tuple[str, str, str]] = Counter()
        self.latest_s = 0.0
        self._policy = policy
        self._ladders: dict[tuple[GroupKey, str], Ladder] = {}
        self._known: _Steps = {}

    def committed(
        self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group], at_s: float
    ) -> None:
        """Judge one commit of a worker that looked at the clock at `at_s`."""
        if self._policy is None:
            return
        told, expected = self._told(before, after), self._expected(after, self._policy, at_s)
        for whose in told.keys() | expected.keys():
            known = self._known.setdefault(whose, set())
            now, due = told.get(whose, set()), expected.get(whose, set()) - known
            if now != due:
                self.violations.append(f"{whose} is told {now}, expected {due} at {at_s}")
            known |= now

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

    def _told(self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group]) -> _Steps:
        told: _Steps = {}
        for key, group in after.items():
            step = _step_of(key)
            known = before[key].members if key in before else {}
            for name, member in group.members.items() if step else ():
                last = known.get(name)
                if last is None or (last.episode, last.round) < (member.episode, member.round):
                    said = (member.episode, (member.round, step - 1))
                    told.setdefault((key.tenant, key.labels, name), set()).add(said)
                    self.taken[key.tenant, key.receiver, member.alert.labels["instance"]] += 1
        return told

    def _expected(
        self, after: Mapping[GroupKey, Group], policy: EscalationPolicy, at_s: float
    ) -> _Steps:
        expected: _Steps = {}
        for key, group in after.items():
            if _step_of(key):
                continue
            for name, member in group.members.items():
                places = {(member.episode, each) for each in self._climb(key, member, policy, at_s)}
                expected.setdefault((key.tenant, key.labels, name), set()).update(places)
            self._judge_timer(group)
        return expected

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


def _step_of(key: GroupKey) -> int:
    """Return which step of a policy a group is of, from 1; 0: of none."""
    _, mark, step = key.route.rpartition("@")
    return int(step.rpartition("/")[2]) if mark else 0
