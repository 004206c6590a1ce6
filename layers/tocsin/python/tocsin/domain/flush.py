"""When a group may speak: Alertmanager's group_wait, group_interval and repeat_interval.

A group first looks at what is new `group_wait` after its first alert, then every
`group_interval` from there on. Nothing wakes it in between where nothing is new: which look
would be the next one follows from when the last one was.
Source: Alertmanager, dispatch/dispatch.go and notify/notify.go.
"""

from collections.abc import Container, Iterable
from math import ceil

import msgspec

from tocsin.domain.acknowledgement import is_acknowledged
from tocsin.domain.config import Timing
from tocsin.domain.decision import is_known, is_pending, is_update_due
from tocsin.domain.group import Group, Member
from tocsin.domain.reminding import snooze_end_s

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
    return _again_at_s(group, timing, group.notified_at_s + timing.repeat_interval_s)


def _again_at_s(group: Group, timing: Timing, since_s: float) -> float:
    """Return the first look from `since_s` on, when what is known may be told again.

    If there was one already, and it found all of that muted, the next is one of those for what
    is muted.
    """
    at_s = next_flush_at_s(group, timing, since_s)
    if timing.group_interval_s > 0.0 or group.flushed_at_s <= since_s:
        return at_s
    return max(at_s, muted_look_at_s(group, timing))


def muted_look_at_s(group: Group, timing: Timing) -> float:
    """Return when a group looks again whether what is muted may be told."""
    return group.flushed_at_s + (timing.group_interval_s or MUTED_LOOK_S)


class Survey(msgspec.Struct, kw_only=True):
    """What one pass over a group finds: since when what is untold and may be told, and so on."""

    fresh_since_s: float | None = None
    has_muted: bool = False
    # Whether anything fires, as the receiver knows, that nobody has in hand.
    is_open: bool = False
    snooze_ends_s: float | None = None
    # Whether the receiver is to hear at once that people have all of it in hand.
    is_acknowledged: bool = False

    @property
    def has_untold(self) -> bool:
        """Whether there is anything to tell or to settle."""
        return self.fresh_since_s is not None or self.has_muted or self.is_acknowledged


def survey(group: Group) -> Survey:
    """Look at every alert of a group once."""
    found = Survey(is_acknowledged=is_acknowledged(group.members, group.told))
    for name, member in group.members.items():
        if is_pending(member, group.told):
            if name in group.muted:
                found.has_muted = True
            else:
                found.fresh_since_s = _least(found.fresh_since_s, _since_s(group, member))
        elif is_known(member, group.told):
            found.is_open = found.is_open or not member.is_acknowledged
            end_s = snooze_end_s(member, group.told, group.notified_at_s)
            if end_s:
                found.snooze_ends_s = _least(found.snooze_ends_s, end_s)
    return found


def _since_s(group: Group, member: Member) -> float:
    """Return since when there is something to tell of an alert."""
    told = group.told.get(member.fingerprint)
    is_update = told is not None and is_update_due(member, told)
    return member.found_at_s if is_update else member.changed_at_s


def due_at_s(group: Group, timing: Timing, found: Survey | None = None) -> float | None:
    """Return when a group next has something to look at; None: never, as it is.

    That people have it in hand waits for no look.
    """
    found = survey(group) if found is None else found
    return group.flushed_at_s if found.is_acknowledged else look_at_s(group, timing, found)


def look_at_s(group: Group, timing: Timing, found: Survey | None = None) -> float | None:
    """Return when a group next looks at what is new, or tells again what is not; None: never."""
    found = survey(group) if found is None else found
    times: list[float] = []
    if found.fresh_since_s is not None:
        times.append(next_flush_at_s(group, timing, found.fresh_since_s))
    if found.snooze_ends_s is not None:
        times.append(_again_at_s(group, timing, found.snooze_ends_s))
    if found.has_muted:
        times.append(muted_look_at_s(group, timing))
    again_at_s = repeat_at_s(group, timing) if found.is_open else None
    if again_at_s is not None:
        times.append(again_at_s)
    return min(times, default=None)


def work_at_s(group: Group, found: Survey, timing: Timing, now_s: float) -> float | None:
    """Return when notify must look at a group; None: it has nothing to tell or to settle."""
    if group.intent is not None:
        return now_s
    if not found.has_untold:
        return None
    at_s = due_at_s(group, timing, found)
    return now_s if at_s is None else max(now_s, at_s)


def _least(known_s: float | None, at_s: float) -> float:
    return at_s if known_s is None else min(known_s, at_s)


def why_again(group: Group, timing: Timing, now_s: float, muted: Container[str]) -> str:
    """Return why what fires is told again though nothing is new; "" if it is not.

    Nobody is told again of what somebody has in hand, unless they only put it off, nor since
    something fires that is `muted`, and so could not be shown.
    """
    known = [
        member
        for name, member in group.members.items()
        if name not in muted and is_known(member, group.told)
    ]
    ends_s = (snooze_end_s(each, group.told, group.notified_at_s) for each in known)
    if any(0.0 < end_s <= now_s for end_s in ends_s):
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
