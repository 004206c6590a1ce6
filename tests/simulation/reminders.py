"""What must hold of what is told again though nothing is new: reminders, repeats, and digests.

It knows when people put an alert off, and what showed it to a receiver when, whoever sent that.
"""

from collections.abc import Iterator
from itertools import pairwise

import msgspec

from tests.simulation.history import Telling
from tests.simulation.world import World
from tocsin.domain.group import is_digest
from tocsin.domain.journal import ActionRecord

# How long a worker may stand still between what it goes by and what arrives.
_UNDER_WAY_S = 60.0
_ENDED, _REPEATED = "snooze ended", "repeat interval elapsed"

# Tenant, receiver and alert.
Subject = tuple[str, str, str]


class _Heard(msgspec.Struct, frozen=True):
    """One notification as far as one alert goes; `is_end`: it says that the alert is over."""

    telling: Telling
    is_new: bool
    is_end: bool


def told_again(world: World) -> Iterator[str]:
    """Yield what was told once too often, and the ends of snoozes that were never told."""
    heard = _by_subject(world)
    for subject, own in heard.items():
        if world.landscape.takes_resolves.get(subject[1]) and not world.history.letters:
            yield from _anew(subject, own)
    for telling in _first(world):
        if telling.receiver not in world.landscape.takes_resolves:
            # Several groups of a step tell it, each of its own alerts.
            continue
        if telling.reason == _ENDED:
            yield from _reminded_twice(world, telling, heard)
        if telling.reason == _REPEATED:
            yield from _repeated_soon(world, telling, heard)
    yield from _not_reminded(world)


def _first(world: World) -> list[Telling]:
    """Return the notifications in order, each as it first arrived."""
    found: dict[tuple[str, str, str], Telling] = {}
    for each in world.history.tellings:
        found.setdefault((each.tenant, each.receiver, each.key), each)
    return list(found.values())


def _by_subject(world: World) -> dict[Subject, list[_Heard]]:
    found: dict[Subject, list[_Heard]] = {}
    for each in _first(world):
        said = dict(each.said)
        for instance in {*said, *each.shown}:
            # What ends in it and fires again is shown as what it is then.
            heard = _Heard(
                telling=each,
                is_new=said.get(instance) == "firing",
                is_end=instance not in each.shown,
            )
            found.setdefault((each.tenant, each.receiver, instance), []).append(heard)
    return found


def _anew(subject: Subject, own: list[_Heard]) -> Iterator[str]:
    """Nothing is told as new that was shown before, as what was known."""
    for before, after in pairwise(own):
        if after.is_new and not before.is_end:
            seconds = after.telling.at_s - before.telling.at_s
            yield f"{subject} is new {seconds:.1f} s after {before.telling.reason!r} showed it"


def _reminded_twice(
    world: World, telling: Telling, heard: dict[Subject, list[_Heard]]
) -> Iterator[str]:
    """Somebody put off some of it, and nothing has shown that since."""
    for instance in telling.shown:
        ends_s = world.people.put_off_until_s.get((telling.tenant, instance), [])
        own = heard[telling.tenant, telling.receiver, instance]
        if any(end_s <= telling.at_s and not _shown(own, end_s, telling) for end_s in ends_s):
            return
    yield f"{telling.receiver} of {telling.tenant} is reminded of {sorted(telling.shown)}"


def _shown(own: list[_Heard], since_s: float, before: Telling) -> bool:
    """Tell whether an alert was shown in between, by who knew that its snooze was over.

    What is written down before, and shows the alert beside what is new, is no reminder.
    """
    return any(
        (each.telling.began_at_s if each.is_new else each.telling.written_at_s) >= since_s
        and each.telling.at_s < before.at_s
        and each.telling.key != before.key
        and not each.is_end
        for each in own
    )


def _repeated_soon(
    world: World, telling: Telling, heard: dict[Subject, list[_Heard]]
) -> Iterator[str]:
    assert world.landscape.repeats_s is not None
    since_s = telling.at_s - world.landscape.repeats_s + _UNDER_WAY_S
    for instance in sorted(telling.shown):
        own = heard[telling.tenant, telling.receiver, instance]
        if _shown(own, since_s, telling):
            yield f"{telling.receiver} of {telling.tenant} has {instance} repeated too soon"


def _not_reminded(world: World) -> Iterator[str]:
    """What fires and was put off was shown when that was over, unless it is not over yet."""
    shown_at_s: dict[Subject, float] = {}
    for telling in world.history.tellings:
        for instance in telling.shown:
            shown_at_s[telling.tenant, telling.receiver, instance] = telling.at_s
    late = _late(world)
    for group in world.groups.groups.values():
        if is_digest(group.key) or group.key.receiver not in world.landscape.takes_resolves:
            continue
        for member in group.members.values():
            end_s = member.snoozed_until_s
            if member.status != "firing" or end_s in late or not 0.0 < end_s < world.now_s:
                continue
            subject = (group.key.tenant, group.key.receiver, member.alert.labels["instance"])
            if shown_at_s.get(subject, 0.0) < end_s:
                yield f"{subject} is not told that its snooze ended"


def _late(world: World) -> set[float]:
    """Return the ends of snoozes that were over before they came to the groups."""
    return {
        each.action.until_s
        for tenant in world.landscape.tenants
        for each in world.journal.read(tenant, 0.0, world.now_s)
        if isinstance(each, ActionRecord) and each.at_s >= each.action.until_s
    }
