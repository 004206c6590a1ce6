"""How long people waited to hear what was true.

From the moment a request is accepted that makes something else true of an alert, to the moment a
receiver first hears it. While a receiver is ill, or all stands still, nobody can hear: then
from the moment that this is over. What another request overtook was waited for until then.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from math import inf

import msgspec

from tests.chaos.records import Excuse
from tests.chaos.senders import LAPSE_S, LAPSING, hook
from tests.chaos.world import World

# By alert: when it became so, and how it is.
_Course = list[tuple[float, str]]


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One change of what is true, and how long its people waited for it."""

    tenant: str
    name: str
    status: str
    at_s: float
    waited_s: float


def judge_waits(world: World, bound_s: Callable[[str], float]) -> Iterator[str]:
    """Nobody waits longer than the bound of their tenant."""
    for wait in waits(world):
        longest_s = bound_s(wait.tenant)
        if wait.waited_s > longest_s:
            yield f"late: {wait}, at most {longest_s:.0f} s"


def waits(world: World) -> Iterator[Wait]:
    """Yield every wait of a run."""
    believed = _believed(world)
    for alert, course in _true(world).items():
        heard = [(-inf, "resolved"), *believed[alert]]
        excuses = list(_excuses(world, alert))
        # Nothing was ever true but what is so without a word, if the course is empty.
        ends = [*(at_s for at_s, _ in course), world.clock.true_s][1:]
        for (at_s, status), end_s in zip(course, ends, strict=True):
            until_s = _until_s(heard, at_s, status, end_s)
            if until_s <= world.faults_end_s:
                # How long it takes while faults go on and on, nobody can say.
                continue
            is_overtaken = until_s == end_s
            since_s = _since_s(excuses, at_s, until_s, is_overtaken=is_overtaken)
            yield Wait(
                tenant=alert[0],
                name=alert[1],
                status=status,
                at_s=at_s,
                waited_s=max(0.0, until_s - since_s),
            )


def _until_s(heard: _Course, at_s: float, status: str, end_s: float) -> float:
    before = [said for told_at_s, said in heard if told_at_s <= at_s]
    if before[-1] == status:
        return at_s
    after = (told_at_s for told_at_s, said in heard if told_at_s > at_s and said == status)
    return min(next(after, inf), end_s)


def _since_s(excuses: list[Excuse], at_s: float, until_s: float, *, is_overtaken: bool) -> float:
    """Return the end of the last excuse within the wait, or its begin if there is none.

    What was heard although there was an excuse to be silent was waited for none the less.
    """
    met = [each for each in excuses if each.from_s < until_s and each.until_s > at_s]
    if is_overtaken and any(each.until_s > until_s for each in met):
        return until_s
    return max([at_s, *(each.until_s for each in met if each.until_s <= until_s)])


def _true(world: World) -> dict[tuple[str, str], _Course]:
    """Return what was true of each alert from when to when: only what changed."""
    said: dict[tuple[str, str], _Course] = defaultdict(list)
    for post in sorted(world.posts, key=lambda each: each.at_s):
        for name, status in post.reports:
            course = said[(post.tenant, name)]
            course[:] = [each for each in course if each[0] <= post.at_s]
            if status == LAPSING:
                course += [(post.at_s, "firing"), (post.at_s + LAPSE_S, "resolved")]
            else:
                course.append((post.at_s, status))
    return {alert: _changes(course) for alert, course in said.items()}


def _changes(course: _Course) -> _Course:
    before = ["resolved", *(status for _, status in course)]
    pairs = zip(before, course, strict=False)
    return [each for former, each in pairs if each[1] != former]


def _believed(world: World) -> dict[tuple[str, str], _Course]:
    believed: dict[tuple[str, str], _Course] = defaultdict(list)
    for telling in world.people.first_heard():
        tenant = next(each for each in world.tenants if f"/{each}/" in telling.url)
        for name, status in telling.said:
            believed[(tenant, name)].append((telling.at_s, status))
    return believed


def _excuses(world: World, alert: tuple[str, str]) -> Iterator[Excuse]:
    tenant, name = alert
    for excuse in world.excuses:
        if excuse.tenant in ("", tenant) and excuse.alert in ("", name):
            yield excuse
    for spell in world.people.ill():
        if spell.url == hook(tenant):
            yield Excuse(from_s=spell.from_s, until_s=spell.until_s)
