"""Who is on call at a moment: turns by the clock on the wall, whatever the season.

The clock decides, as it does for people: a turn from 09:00 to 09:00 has 23 or 25 hours where the
clock is changed. A handoff at a time that comes twice is at the first of the two, and nothing is
handed back; at a time that is left out it is when the clock jumps over it.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from tocsin.domain.oncall import Layer, Restriction, Schedule
from tocsin.domain.time_interval import zone

WEEK_S = 7 * 86_400
_DAY_S = 86_400
_MINUTE_S = 60


class Shift(msgspec.Struct, frozen=True, kw_only=True):
    """Who is on call from one time to another, in epoch seconds; () is nobody."""

    people: tuple[str, ...]
    from_s: float
    until_s: float


def on_call(schedule: Schedule, at_s: float) -> tuple[str, ...]:
    """Return who is on call at a time in epoch seconds: one person, or nobody.

    The latest override that holds then counts; without one the last layer that holds then and
    has somebody's turn. Raises ConfigurationError for a time zone that is unknown.
    """
    for override in reversed(schedule.overrides):
        if override.from_s <= at_s < override.until_s:
            return (override.person,)
    # That of the machine would be another one on each; configurations cannot ask for it.
    where = zone(schedule.time_zone) or UTC
    shown_s, passed_s = _clock(at_s, where)
    for layer in reversed(schedule.layers):
        person = _turn_of(layer, shown_s, passed_s)
        if person:
            return (person,)
    return ()


def shifts(schedule: Schedule, from_s: float, until_s: float) -> Iterator[Shift]:
    """Yield who is on call in a span of time, to the minute, in order.

    It looks at each minute, so a span of weeks takes a second.
    """
    at_s, people = from_s, on_call(schedule, from_s)
    looked_s = (from_s // _MINUTE_S + 1) * _MINUTE_S
    while looked_s < until_s:
        now = on_call(schedule, looked_s)
        if now != people:
            yield Shift(people=people, from_s=at_s, until_s=looked_s)
            at_s, people = looked_s, now
        looked_s += _MINUTE_S
    yield Shift(people=people, from_s=at_s, until_s=until_s)


def wall_s(text: str) -> int:
    """Return a local time without an offset, such as `2026-01-05T09:00`, in seconds of the clock.

    They count from 1970 as that clock shows it. Raises ValueError.
    """
    return _seconds(datetime.fromisoformat(text))


def _turn_of(layer: Layer, shown_s: int, passed_s: int) -> str:
    """Return whose turn it is; "" if the layer does not hold."""
    length_s = layer.turn_days * _DAY_S or layer.turn_s
    turn = (passed_s - wall_s(layer.starts)) // length_s if length_s > 0 else -1
    has_ended = bool(layer.ends) and passed_s >= wall_s(layer.ends)
    if not layer.people or turn < 0 or has_ended:
        return ""
    week_s = (shown_s - _MONDAY_S) % WEEK_S
    if layer.restrictions and not any(_holds(each, week_s) for each in layer.restrictions):
        return ""
    return layer.people[turn % len(layer.people)]


def _holds(restriction: Restriction, week_s: int) -> bool:
    from_s, until_s = restriction.from_s, restriction.until_s
    if from_s < until_s:
        return from_s <= week_s < until_s
    return week_s >= from_s or week_s < until_s


def _clock(at_s: float, where: tzinfo | None) -> tuple[int, int]:
    """Return the seconds that the clock shows, and the most that it has shown until then.

    The two differ only in an hour that comes the second time.
    """
    at = datetime.fromtimestamp(at_s, where)
    shown_s = _seconds(at.replace(tzinfo=None))
    if not at.fold:
        return shown_s, shown_s
    changed_s = _set_back_at_s(at_s, where)
    return shown_s, changed_s + _offset_s(changed_s - 1, where) - 1


def _set_back_at_s(at_s: float, where: tzinfo | None) -> int:
    """Return when the clock was set back before a time that it shows the second time."""
    now_s = int(at_s // 1)
    after, before = now_s, now_s - _DAY_S
    offset_s = _offset_s(after, where)
    # No zone is changed twice within a day.
    while after - before > 1:
        middle = (after + before) // 2
        if _offset_s(middle, where) == offset_s:
            after = middle
        else:
            before = middle
    return after


def _offset_s(at_s: float, where: tzinfo | None) -> int:
    offset = datetime.fromtimestamp(at_s, where).utcoffset()
    return 0 if offset is None else int(offset.total_seconds())


def _seconds(local: datetime) -> int:
    return int((local.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# A Monday, by which those before and after it are counted.
_MONDAY_S = int(datetime(1970, 1, 5, tzinfo=UTC).timestamp())
