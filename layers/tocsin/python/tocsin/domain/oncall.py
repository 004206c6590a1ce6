"""On-call schedules: who is on call at a given time."""

import msgspec


class Restriction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Hours of the week in which a layer holds, in the schedule's time zone.

    Seconds from Monday 00:00 by the clock on the wall; an end before its start runs into the next
    week.
    """

    from_s: int
    until_s: int


class Layer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """People who take turns. `starts` and handoffs are by the clock on the wall.

    Each turn has `turn_days` days (or, if 0, `turn_s` seconds of the clock on the wall) from
    `starts` (ISO 8601, local, without an offset) on, at the same time of day whatever the season.
    """

    name: str
    people: tuple[str, ...]
    starts: str
    turn_days: int = 7
    turn_s: int = 0
    ends: str = ""
    restrictions: tuple[Restriction, ...] = ()


class Override(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody who stands in from one time to another, epoch seconds; the latest listed counts."""

    person: str
    from_s: float
    until_s: float


class Schedule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Layers, of which a later one counts before an earlier one, and overrides before all."""

    name: str
    time_zone: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
