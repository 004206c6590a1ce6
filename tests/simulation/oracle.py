"""What must hold after a run, whatever went wrong in it.

It knows what was accepted and what was told, and nothing of how the pipeline decides. Only
the books are the pipeline's own: they must say what was seen from outside.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import msgspec

from tests.pipeline.memory_world import START_S
from tests.simulation.history import History, Report
from tests.simulation.incidents import acknowledged_wrongly
from tests.simulation.landscape import Landscape
from tests.simulation.modes import Mode
from tests.simulation.reminders import told_again
from tests.simulation.world import World
from tocsin.adapters.memory import MemoryGroups, MemoryJournal
from tocsin.domain.alert import Status
from tocsin.domain.balance import add_up
from tocsin.domain.group import Group, Member, is_digest
from tocsin.domain.journal import DeliveryRecord

# Longer than any run, and within what a journal keeps.
_END_S = START_S + 29 * 86_400.0
# Five that open the breaker, those under way, and one every five minutes or so after that.
_CALLS_IN_VAIN = 5 + 4 + 11

# How often the clock looks at what is due, and how long the stages take where nothing is late.
TICK_S = 60.0
_PROMPT_S = 15.0
# How long a worker may stand still between being let go and sending.
_UNDER_WAY_S = 60.0

# Tenant, receiver and alert.
Subject = tuple[str, str, str]


class Violation(msgspec.Struct, frozen=True):
    """A promise that did not hold, and the case."""

    promise: str
    case: str

    def __str__(self) -> str:
        return f"{self.promise}: {self.case}"


def judge(world: World, mode: Mode) -> list[Violation]:
    """Return every promise that a finished run broke."""
    history, landscape = world.history, world.landscape
    told = _told(history)
    return [
        *(Violation("error", text) for text in history.errors),
        *_repeated(history),
        *_in_disorder(told, history, landscape),
        *_left_wrong(told, world),
        *(_not_steady(told) if mode.plan == "steady" else ()),
        *(_outage(history) if mode.has_outage else ()),
        *_hurried(history, landscape),
        *_books(history, landscape, world.journal),
        *_work_left(world.groups, landscape),
        *(Violation("again", text) for text in told_again(world)),
        *(Violation("in hand", text) for text in acknowledged_wrongly(world)),
        *(_climbs(told, world, mode) if mode.escalates else ()),
    ]


def _told(history: History) -> dict[Subject, list[Status]]:
    """Return what each receiver heard of each alert, every notification once."""
    told: dict[Subject, list[Status]] = {}
    seen: set[tuple[str, str, str]] = set()
    for telling in history.tellings:
        identity = (telling.tenant, telling.receiver, telling.key)
        if identity in seen:
            continue
        seen.add(identity)
        for instance, status in telling.said:
            told.setdefault((telling.tenant, telling.receiver, instance), []).append(status)
    return told


def _repeated(history: History) -> Iterator[Violation]:
    """Told again only if a worker died on it, and not before its receiver wants it."""
    counts = Counter((each.tenant, each.receiver, each.key) for each in history.tellings)
    for subject, count in counts.items():
        allowed = 1 + history.excused[subject[2]]
        if count > allowed:
            yield Violation("once", f"{subject} told {count} times, {allowed} allowed")
    for key, count in history.hasty.items():
        yield Violation("back-off", f"{key} tried {count} times too early")


def _in_disorder(
    told: dict[Subject, list[Status]], history: History, landscape: Landscape
) -> Iterator[Violation]:
    """A firing comes first, and after that they take turns."""
    for subject, steps in told.items():
        if subject[1] not in landscape.takes_resolves:
            continue
        begins = steps[0] == "firing" or subject in history.uncertain
        alternates = all(left != right for left, right in pairwise(steps))
        # What a receiver refused is missing between two others.
        must_alternate = landscape.takes_resolves[subject[1]] and not history.letters
        if not begins or (must_alternate and not alternates):
            yield Violation("order", f"{subject} heard {steps}")


def _left_wrong(told: dict[Subject, list[Status]], world: World) -> Iterator[Violation]:
    """Each receiver ends with what the newest event says that concerns it."""
    history, landscape = world.history, world.landscape
    reports: dict[tuple[str, str], list[Report]] = {}
    for report in history.reports:
        reports.setdefault((report.tenant, report.instance), []).append(report)
    for tenant, receiver, instance in told:
        if (tenant, instance) not in reports:
            yield Violation("ghost", f"{receiver} of {tenant} heard of {instance}")
    for (tenant, instance), own in reports.items():
        for receiver, takes_resolves in landscape.takes_resolves.items():
            heard = told.get((tenant, receiver, instance), [])
            concerning = [
                each
                for each in own
                if each.status == "resolved" or landscape.hears(receiver, each.severity)
            ]
            fires = bool(concerning) and _fires(concerning)
            case = f"{receiver} of {tenant} heard {heard} of {instance}"
            is_ended = (tenant, instance) in world.people.ended
            if fires and heard[-1:] != ["firing"] and not is_ended:
                yield Violation("lost", case)
            if not fires and takes_resolves and heard[-1:] == ["firing"]:
                yield Violation("left open", case)


def _fires(reports: list[Report]) -> bool:
    """Say whether an alert fires when all that holds for a while has run out."""
    newest = max(reports, key=lambda each: (each.at_s, each.status == "resolved"))
    return newest.status == "firing" and newest.holds_until_s is None


def _not_steady(told: dict[Subject, list[Status]]) -> Iterator[Violation]:
    """Who repeats a firing in time is heard once, until it ceases."""
    for subject, steps in told.items():
        if steps != ["firing", "resolved"]:
            yield Violation("steady", f"{subject} heard {steps}")


def _outage(history: History) -> Iterator[Violation]:
    """A receiver that is down is left alone, and no page is given up for it."""
    for subject, calls in history.calls_in_vain.items():
        if calls > _CALLS_IN_VAIN:
            yield Violation("left alone", f"{subject} was called {calls} times while it was down")
    if history.letters:
        yield Violation("patience", f"{history.letters} dead letters after an outage")


def _hurried(history: History, landscape: Landscape) -> Iterator[Violation]:
    """No more tries than the limit in any time of its window, by what a worker can know."""
    if landscape.pace is None:
        return
    limit, window_s = landscape.pace.limit, landscape.pace.window_s - _UNDER_WAY_S
    for whose, own in history.tried_at_s.items():
        for first, last in zip(own, own[limit:], strict=False):
            if last - first < window_s:
                yield Violation("pace", f"{whose} got {limit + 1} messages in {last - first:.1f} s")


def _books(history: History, landscape: Landscape, journal: MemoryJournal) -> Iterator[Violation]:
    """Every accepted alert is in one count, and what is delivered was told."""
    for tenant in landscape.tenants:
        records = list(journal.read(tenant, 0.0, _END_S))
        balance = add_up(records)
        accepted = sum(each.tenant == tenant for each in history.reports)
        if not balance.is_settled or balance.duplicate < 0 or balance.accepted != accepted:
            yield Violation("books", f"{tenant} had {accepted} alerts: {balance}")
        deliveries = [each for each in records if isinstance(each, DeliveryRecord)]
        if any(each.outcome == "dead" for each in deliveries):
            continue
        steps = {
            (each.group, each.fingerprint, each.episode, each.step)
            for each in deliveries
            if each.outcome == "delivered" and each.receiver in landscape.takes_resolves
        }
        said = {
            (each.receiver, each.key): len(each.said)
            for each in history.tellings
            if each.tenant == tenant and each.receiver in landscape.takes_resolves
        }
        if len(steps) != sum(said.values()):
            yield Violation("books", f"{tenant} was told {said}, and the journal has {len(steps)}")


def _climbs(told: dict[Subject, list[Status]], world: World, mode: Mode) -> Iterator[Violation]:
    """Each step is told once, in its time, and its end to whoever heard of it."""
    watch = world.watch
    yield from (Violation("climb", text) for text in watch.violations)
    # A policy that becomes longer is gone on with when something is heard of next.
    policy = world.changes.policy
    if policy is not None and not mode.changes_policies:
        yield from (Violation("stranded", text) for text in watch.unfinished(policy))
    if not mode.is_late and watch.latest_s > TICK_S + _PROMPT_S:
        yield Violation("late", f"a step was taken {watch.latest_s:.1f} s late")
    yield from _untold(world)
    yield from _told_by_steps(told, world)


def _untold(world: World) -> Iterator[Violation]:
    """Whoever is told by steps knows all that was told, in its last round."""
    for group, member in _firing(world, of_steps=True):
        last = group.told.get(member.fingerprint)
        if last is None or (last.episode, last.round) != (member.episode, member.round):
            yield Violation("untold", f"{group.key} of round {member.round}: {last}")


def _told_by_steps(told: dict[Subject, list[Status]], world: World) -> Iterator[Violation]:
    firing = {
        (group.key.tenant, member.alert.labels["instance"])
        for group, member in _firing(world, of_steps=False)
    }
    for subject in sorted(set(world.watch.taken) | set(told)):
        tenant, receiver, instance = subject
        if receiver in world.landscape.takes_resolves:
            continue
        heard, taken = told.get(subject, []), world.watch.taken[subject]
        # What comes before the step before it was told is told with it.
        if heard.count("firing") > taken:
            yield Violation("steps", f"{subject} heard {heard} of {taken} steps")
        if (tenant, instance) not in firing and heard[-1:] == ["firing"]:
            yield Violation("left open", f"{subject} heard {heard} of what is over")


def _firing(world: World, *, of_steps: bool) -> Iterator[tuple[Group, Member]]:
    for group in world.groups.groups.values():
        if (group.key.receiver not in world.landscape.takes_resolves) is of_steps:
            yield from ((group, each) for each in group.members.values() if each.status == "firing")


def _work_left(groups: MemoryGroups, landscape: Landscape) -> Iterator[Violation]:
    """When all is quiet, nobody owes anybody anything, but to repeat what fires."""
    for group in groups.groups.values():
        fires = any(each.status == "firing" for each in group.members.values())
        is_repeated = landscape.repeats_s is not None and fires and not is_digest(group.key)
        if group.intent is not None or (group.poke_due_at_s is not None and not is_repeated):
            yield Violation("at rest", f"{group.key.id} still has work")
