"""When a group may speak: Alertmanager's group_wait, group_interval and repeat_interval.

A group first looks at what is new `group_wait` after its first alert, then every
`group_interval` from there on. Nothing wakes it in between where nothing is new: which look
would be the next one follows from when the last one was.
Source: Alertmanager, dispatch/dispatch.go and notify/notify.go.
"""

from collections.abc import Iterable
from math import ceil

from tocsin.domain.config import Timing
from tocsin.domain.decision import is_known, pending
from tocsin.domain.group import Group, Member

# A group that looks at once at what is new looks this often at what is muted.
MUTED_LOOK_S = 60.0
# Clocks differ: a look is not late that comes this much too early, at most, and by this share
# of how long there was to wait.
_EARLY_S, _EARLY_SHARE = 0.5, 0.05


def first_flush_at_s(group: Group, timing: Timing, now_s: float, *, is_new: bool) -> float:
    """Return when a group first speaks; `is_new` where nothing of it was left before.

    At once if an alert has been firing for longer than the wait: whoever sent it waited.
    """
    known_s = now_s + timing.group_wait_s if is_new else group.first_flush_at_s
    if group.flushed_at_s < known_s and _has_waited(group.members.values(), timing, now_s):
        return min(known_s, now_s)
    return known_s


def next_flush_at_s(group: Group, timing: Timing, since_s: float) -> float:
    """Return the first look at or after `since_s`, when something came up to look at."""
    if group.flushed_at_s < group.first_flush_at_s:
        return group.first_flush_at_s
    if timing.group_interval_s <= 0.0:
        return since_s
    looks = max(1, ceil((since_s - group.flushed_at_s) / timing.group_interval_s))
    return group.flushed_at_s + looks * timing.group_interval_s


def repeat_at_s(group: Group, timing: Timing) -> float | None:
    """Return when what still fires is told again, if nothing else is; None: never."""
    if timing.repeat_interval_s is None or not group.notified_at_s:
        return None
    return next_flush_at_s(group, timing, group.notified_at_s + timing.repeat_interval_s)


def muted_look_at_s(group: Group, timing: Timing) -> float:
    """Return when a group looks again whether what is muted may be told."""
    return group.flushed_at_s + (timing.group_interval_s or MUTED_LOOK_S)


def due_at_s(group: Group, timing: Timing) -> float | None:
    """Return when a group next has something to look at; None: never, as it is."""
    untold = list(pending(group))
    fresh = [each.changed_at_s for each in untold if each.fingerprint not in group.muted]
    times = [next_flush_at_s(group, timing, min(fresh))] if fresh else []
    if len(fresh) < len(untold):
        times.append(muted_look_at_s(group, timing))
    again_at_s = repeat_at_s(group, timing)
    if again_at_s is not None and _has_known(group):
        times.append(again_at_s)
    return min(times, default=None)


def _has_known(group: Group) -> bool:
    return any(is_known(member, group.told) for member in group.members.values())


def early_s(timing: Timing) -> float:
    """Return by how much a look may come too early, for clocks that differ, in seconds."""
    longest_s = max(timing.group_wait_s, timing.group_interval_s)
    return min(_EARLY_S, _EARLY_SHARE * longest_s)


def _has_waited(members: Iterable[Member], timing: Timing, now_s: float) -> bool:
    return any(
        member.alert.starts_at_s is not None
        and member.alert.starts_at_s + timing.group_wait_s <= now_s
        for member in members
        if member.status == "firing"
    )
