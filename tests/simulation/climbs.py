"""What must hold of escalation at each write, by a ladder of its own for each episode.

It sees what is stored and when, and nothing of where the pipeline believes a climb to be: the
steps that are due are worked out anew from the policy and from what people did.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec

from tocsin.adapters.memory import MemoryGroups, MemoryJournal
from tocsin.domain.escalation import EscalationPolicy
from tocsin.domain.group import Group, GroupKey, Member, is_digest
from tocsin.domain.journal import Record

# What follows from the same numbers may differ in the last digit.
_SLACK_S = 0.001
# How soon and how late a step that waits for the end of a silence is looked at again.
_LOOKS_S = (60.0, 300.0)

# A round and a step of it, from 0.
Place = tuple[int, int]
# Tenant, group labels and alert: routes that lead it to one policy share what that tells.
_Whose = tuple[str, tuple[tuple[str, str], ...], str]
# Episodes, and steps of theirs.
_Steps = dict[_Whose, set[tuple[int, Place]]]


class Ladder(msgspec.Struct, kw_only=True):
    """Which step of an episode would be next, and since when it may be taken; None: it must not."""

    episode: int
    place: Place = (0, 0)
    due_s: float | None = None
    snoozed_until_s: float = 0.0
    is_in_hand: bool = False

    @property
    def ready_s(self) -> float | None:
        """When the next step must be taken; None: never, as it is."""
        return None if self.due_s is None else max(self.due_s, self.snoozed_until_s)


class Seen(msgspec.Struct, frozen=True):
    """What a worker of evaluate went by: the time, and the policy of all routes."""

    at_s: float
    policy: EscalationPolicy | None


class Silenced:
    """From when to when alerts are silenced, by tenant and alert."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], list[tuple[float, float]]] = {}

    def add(self, whose: tuple[str, str], from_s: float, until_s: float) -> None:
        """Note a silence."""
        self._spans.setdefault(whose, []).append((from_s, until_s))

    def holds(self, whose: tuple[str, str], at_s: float) -> bool:
        """Tell whether any silence holds at a time; it does to the very end, as in Alertmanager."""
        return any(from_s <= at_s <= until_s for from_s, until_s in self._spans.get(whose, ()))


class Watch:
    """Follows every commit of evaluate."""

    def __init__(self) -> None:
        self.silenced = Silenced()
        self.violations: list[str] = []
        # By tenant, receiver and alert: how often a step told it.
        self.taken: Counter[tuple[str, str, str]] = Counter()
        self.latest_s = 0.0
        self._ladders: dict[tuple[GroupKey, str], Ladder] = {}
        # What was told and is not over, to whoever is told by steps.
        self._known: _Steps = {}

    def committed(
        self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group], seen: Seen
    ) -> None:
        """Judge one commit of a worker by the time and the policy that it saw."""
        told, expected = self._told(before, after), self._expected(before, after, seen)
        self._forget_ends(before, after)
        for whose in told.keys() | expected.keys():
            known = self._known.setdefault(whose, set())
            now, due = told.get(whose, set()), _untold(expected.get(whose, set()), known)
            if now != due:
                self.violations.append(f"{whose} is told {now}, expected {due} at {seen.at_s}")
            known |= now

    def _forget_ends(
        self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group]
    ) -> None:
        for key, group in after.items():
            step = _step_of(key)
            members = before[key].members if key in before else {}
            for name, member in group.members.items() if step else ():
                last, known = members.get(name), self._known.get((key.tenant, key.labels, name))
                goes_on = last is not None and last.episode == member.episode
                if known and (member.status == "resolved" or not goes_on):
                    known -= {each for each in known if each[1][1] == step - 1}

    def overdue(self, at_s: float) -> list[str]:
        """Return what should have been told by now."""
        return [
            f"{key} {name} waits since {ladder.ready_s} for {ladder.place}"
            for (key, name), ladder in self._ladders.items()
            if ladder.ready_s is not None and ladder.ready_s <= at_s
        ]

    def unfinished(self, policy: EscalationPolicy) -> list[str]:
        """Return what fires, has steps of a policy left, and will not be told of them."""
        return [
            f"{key} {name}"
            for (key, name), each in self._ladders.items()
            if not each.is_in_hand and _next(policy, each.place) is not None
        ]

    def _told(self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group]) -> _Steps:
        told: _Steps = {}
        for key, group in after.items():
            step = _step_of(key)
            known = before[key].members if key in before else {}
            for name, member in group.members.items() if step else ():
                last = known.get(name)
                if last is None or (last.episode, last.round) < (member.episode, member.round):
                    said = (_run(member), (member.round, step - 1))
                    told.setdefault((key.tenant, key.labels, name), set()).add(said)
                    self.taken[key.tenant, key.receiver, member.alert.labels["instance"]] += 1
        return told

    def _expected(
        self, before: Mapping[GroupKey, Group], after: Mapping[GroupKey, Group], seen: Seen
    ) -> _Steps:
        expected: _Steps = {}
        for key, group in after.items():
            if _step_of(key):
                continue
            known = before[key].members if key in before else {}
            for name, member in group.members.items():
                ladder = self._ladder(key, known.get(name), member, seen)
                instance = member.alert.labels.get("instance", "")
                waits = self.silenced.holds((key.tenant, instance), seen.at_s)
                places = {(member.episode, each) for each in self._climb(ladder, seen, waits=waits)}
                expected.setdefault((key.tenant, key.labels, name), set()).update(places)
            self._judge_timer(group)
        return expected

    def _climb(self, ladder: Ladder | None, seen: Seen, *, waits: bool) -> Iterator[Place]:
        """Yield the steps that must be taken now, and tell somebody; it may have to wait."""
        policy = seen.policy
        while ladder is not None and ladder.ready_s is not None and ladder.ready_s <= seen.at_s:
            self.latest_s = max(self.latest_s, seen.at_s - ladder.ready_s)
            place = None if policy is None else _next(policy, ladder.place)
            if policy is None or place is None:
                ladder.due_s = None
                return
            if waits:
                last = policy.steps[min(ladder.place[1], len(policy.steps) - 1)]
                ladder.due_s = seen.at_s + min(max(last.after_s, _LOOKS_S[0]), _LOOKS_S[1])
                return
            step = policy.steps[place[1]]
            ladder.place = (place[0], place[1] + 1)
            following = _next(policy, ladder.place)
            ladder.place = following or ladder.place
            ladder.due_s = None if following is None else seen.at_s + _delay_s(policy, following)
            if step.receivers:
                yield place
            elif following is not None and following[0] == place[0]:
                ladder.due_s = seen.at_s

    def _ladder(
        self, key: GroupKey, before: Member | None, member: Member, seen: Seen
    ) -> Ladder | None:
        """Return how far an alert may climb, after what people did and whatever policy there is."""
        name, policy = (key, member.fingerprint), seen.policy
        ladder = self._ladders.get(name)
        if member.status != "firing" or (ladder and ladder.episode != member.episode):
            ladder = self._ladders.pop(name, None) and None
        if member.status != "firing" or (ladder is None and policy is None):
            return None
        if ladder is None and policy is not None:
            is_new = before is None or before.episode != member.episode
            since_s = member.changed_at_s if is_new else seen.at_s
            ladder = Ladder(episode=member.episode, due_s=since_s + policy.steps[0].after_s)
            self._ladders[name] = ladder
        assert ladder is not None
        ladder.snoozed_until_s = member.snoozed_until_s
        ladder.is_in_hand = member.is_acknowledged
        following = None if policy is None else _next(policy, ladder.place)
        is_past = ladder.due_s is not None and ladder.due_s <= seen.at_s
        if ladder.is_in_hand or policy is None or (is_past and following is None):
            ladder.due_s = None
        elif ladder.due_s is None and following is not None:
            ladder.place, ladder.due_s = following, seen.at_s + _delay_s(policy, following)
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
    """Groups that let a watch see each commit; `seen` says what its worker went by."""

    def __init__(self, journal: MemoryJournal, watch: Watch, seen: Callable[[], Seen]) -> None:
        super().__init__(journal)
        self._watch = watch
        self._seen = seen

    def commit(self, groups: Sequence[Group], records: Sequence[Record], at_s: float) -> None:
        """Write evaluate's side of all groups and the records, or nothing."""
        keys = [group.key for group in groups]
        before = self.read(keys)
        super().commit(groups, records, at_s)
        self._watch.committed(before, self.read(keys), self._seen())


def _untold(steps: set[tuple[int, Place]], known: set[tuple[int, Place]]) -> set[tuple[int, Place]]:
    """Return what must be told of these steps, where some are `known` and go on.

    Where routes share a step, and an alert began later in one of them, that run is the one that
    is told, until it ends.
    """
    newest: dict[int, int] = {}
    for episode, (_, step) in known | steps:
        newest[step] = max(newest.get(step, 0), episode)
    return {each for each in steps - known if each[0] == newest[each[1][1]]}


def _next(policy: EscalationPolicy, place: Place) -> Place | None:
    """Return the step at a place; where a round is over the first of the next one."""
    turn, step = place if place[1] < len(policy.steps) else (place[0] + 1, 0)
    return None if turn > policy.repeat else (turn, step)


def _delay_s(policy: EscalationPolicy, place: Place) -> float:
    turn, step = place
    return policy.repeat_after_s if turn and not step else policy.steps[step].after_s


def _run(member: Member) -> int:
    """Return the episode of which a step tells; its own number may be greater."""
    return int(member.fired_by.rpartition(":")[2])


def _step_of(key: GroupKey) -> int:
    """Return which step of a policy a group is of, from 1; 0: of none."""
    _, mark, step = key.route.rpartition("@")
    return int(step.rpartition("/")[2]) if mark and not is_digest(key) else 0
