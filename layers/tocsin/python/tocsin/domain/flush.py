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
    known = [each for each in group.members.values() if is_known(each, group.told)]
    again_at_s = repeat_at_s(group, timing)
    if again_at_s is not None and not all(each.is_acknowledged for each in known):
        times.append(again_at_s)
    ends = [each.snoozed_until_s for each in known if each.snoozed_until_s > group.notified_at_s]
    if ends:
        times.append(next_flush_at_s(group, timing, min(ends)))
    return min(times, default=None)


def why_again(group: Group, timing: Timing, now_s: float) -> str:
    """Return why what fires is told again though nothing is new; "" if it is not.

    Nobody is told again of what somebody has in hand, unless they only put it off.
    """
    known = [each for each in group.members.values() if is_known(each, group.told)]
    if any(group.notified_at_s < each.snoozed_until_s <= now_s for each in known):
        return "snooze ended"
    repeat_s = timing.repeat_interval_s
    if repeat_s is None or not group.notified_at_s:
        return ""
    is_over = group.notified_at_s + repeat_s < now_s
    is_open = not all(each.is_acknowledged for each in known)
    return "repeat interval elapsed" if is_over and is_open else ""


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
