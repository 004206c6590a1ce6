"""Who is on call, against a clock that is watched minute by minute."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.oncall import Layer, Override, Restriction, Schedule
from tocsin.domain.oncall_turns import on_call, shifts

HOUR_S, DAY_S, WEEK_S = 3600, 86_400, 604_800
BERLIN = "Europe/Berlin"
# Each is set forward and back once in 2026; Lord Howe's clock by half an hour.
ZONES = (BERLIN, "America/New_York", "Australia/Lord_Howe", "America/Santiago")
YEAR_FROM = datetime(2026, 1, 1, tzinfo=UTC)
YEAR_UNTIL = datetime(2027, 1, 1, tzinfo=UTC)


def at(text: str, zone: str = BERLIN, fold: int = 0) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def schedule(*layers: Layer, zone: str = BERLIN, overrides: tuple[Override, ...] = ()) -> Schedule:
    return Schedule(name="database", time_zone=zone, layers=layers, overrides=overrides)


def layer(*people: str, starts: str = "2025-12-01T02:30", **fields: object) -> Layer:
    return Layer(name="turns", people=people, starts=starts, **fields)  # type: ignore[arg-type]


def watched(zone: str) -> Iterator[tuple[float, datetime, datetime]]:
    """Yield each half hour of a year: the time, what the clock shows, the most it has shown."""
    clock = ZoneInfo(zone)
    moment, latest = YEAR_FROM, YEAR_FROM.replace(year=1, tzinfo=None)
    while moment < YEAR_UNTIL:
        shown = moment.astimezone(clock).replace(tzinfo=None)
        # What the clock showed just before this half hour is over counts too.
        latest = max(latest, shown)
        yield moment.timestamp(), shown, latest
        last = (moment + timedelta(minutes=30, microseconds=-1)).astimezone(clock)
        latest = max(latest, last.replace(tzinfo=None))
        moment += timedelta(minutes=30)


class ByHand:
    """Turns as a person would write them into a calendar: one handoff after the other."""

    def __init__(self, each: Layer) -> None:
        self._layer = each
        self._turn = 0
        step = timedelta(days=each.turn_days) or timedelta(seconds=each.turn_s)
        self._step = step
        self._handoff = datetime.fromisoformat(each.starts) + step

    def person(self, shown: datetime, latest: datetime) -> str:
        while latest >= self._handoff:
            self._turn += 1
            self._handoff += self._step
        ends = self._layer.ends
        if latest < datetime.fromisoformat(self._layer.starts):
            return ""
        if ends and latest >= datetime.fromisoformat(ends):
            return ""
        if self._layer.restrictions and not any(
            self._is_within(each, shown) for each in self._layer.restrictions
        ):
            return ""
        return self._layer.people[self._turn % len(self._layer.people)]

    @staticmethod
    def _is_within(each: Restriction, shown: datetime) -> bool:
        second = shown.weekday() * DAY_S + shown.hour * HOUR_S + shown.minute * 60
        return second in minutes(each)


@cache
def minutes(each: Restriction) -> set[int]:
    """Return each minute of a week in which a restriction lets turns be, in seconds."""
    if each.until_s > each.from_s:
        return set(range(each.from_s, each.until_s, 60))
    return {*range(each.from_s, WEEK_S, 60), *range(0, each.until_s, 60)}


NIGHTS = tuple(
    Restriction(from_s=day * DAY_S + 20 * HOUR_S, until_s=((day + 1) * DAY_S + 8 * HOUR_S) % WEEK_S)
    for day in range(7)
)
LAYERS = {
    "daily, at an hour that comes twice": layer("ann", "bob", "cyn", turn_days=1),
    "weekly": layer("ann", "bob", starts="2026-01-05T09:00"),
    "twelve hours": layer("ann", "bob", "cyn", turn_days=0, turn_s=12 * HOUR_S),
    "one hour": layer("ann", "bob", "cyn", turn_days=0, turn_s=HOUR_S),
    "ends": layer("ann", "bob", turn_days=3, ends="2026-10-25T02:30"),
    "nights": layer("ann", "bob", turn_days=1, restrictions=NIGHTS),
    "weekends": layer(
        "ann",
        "bob",
        restrictions=(Restriction(from_s=4 * DAY_S + 17 * HOUR_S, until_s=9 * HOUR_S),),
    ),
}


# Coverage is measured on smaller tests; tracing would double the time of this one.
@pytest.mark.no_cover
@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", LAYERS)
def test_every_half_hour_of_a_year_is_as_a_calendar_by_hand_has_it(name: str, zone: str) -> None:
    given = LAYERS[name]
    calendar = ByHand(given)
    turns = schedule(given, zone=zone)
    for at_s, shown, latest in watched(zone):
        expected = calendar.person(shown, latest)
        assert on_call(turns, at_s) == ((expected,) if expected else ()), (shown, latest)


def test_a_handoff_at_a_time_that_comes_twice_is_at_the_first_and_stays() -> None:
    turns = schedule(layer("ann", "bob", starts="2026-10-24T02:30", turn_days=1))
    assert on_call(turns, at("2026-10-25T02:29:59")) == ("ann",)
    assert on_call(turns, at("2026-10-25T02:30")) == ("bob",)
    assert on_call(turns, at("2026-10-25T02:00", fold=1)) == ("bob",)
    assert on_call(turns, at("2026-10-25T02:30", fold=1)) == ("bob",)
    assert on_call(turns, at("2026-10-26T02:30")) == ("ann",)


def test_a_handoff_at_the_end_of_what_comes_twice_is_at_its_own_time() -> None:
    turns = schedule(layer("ann", "bob", starts="2026-10-24T03:00", turn_days=1))
    assert on_call(turns, at("2026-10-25T02:30", fold=1)) == ("ann",)
    assert on_call(turns, at("2026-10-25T03:00")) == ("bob",)


def test_a_handoff_at_a_time_that_is_left_out_is_when_the_clock_jumps() -> None:
    turns = schedule(layer("ann", "bob", starts="2026-03-28T02:30", turn_days=1))
    assert on_call(turns, at("2026-03-29T01:59:59")) == ("ann",)
    assert on_call(turns, at("2026-03-29T03:00")) == ("bob",)


def test_turns_hand_off_at_the_same_time_of_day_in_summer_and_in_winter() -> None:
    turns = schedule(layer("ann", "bob", starts="2026-03-23T09:00"))
    assert on_call(turns, at("2026-03-30T08:59")) == ("ann",)
    assert on_call(turns, at("2026-03-30T09:00")) == ("bob",)


def test_a_later_layer_counts_where_it_holds_and_an_override_before_all() -> None:
    weekend = Restriction(from_s=5 * DAY_S, until_s=0)
    stands_in = Override(
        person="dan", from_s=at("2026-01-10T10:00"), until_s=at("2026-01-10T12:00")
    )
    later = Override(person="eve", from_s=at("2026-01-10T11:00"), until_s=at("2026-01-10T13:00"))
    turns = schedule(
        layer("ann"),
        layer("bob", restrictions=(weekend,)),
        overrides=(stands_in, later),
    )
    assert on_call(turns, at("2026-01-09T12:00")) == ("ann",)
    assert on_call(turns, at("2026-01-10T09:00")) == ("bob",)
    assert on_call(turns, at("2026-01-10T10:30")) == ("dan",)
    assert on_call(turns, at("2026-01-10T11:30")) == ("eve",)
    assert on_call(turns, at("2026-01-10T13:00")) == ("bob",)
    assert on_call(turns, at("2026-01-12T00:00")) == ("ann",)


def test_before_a_layer_starts_and_without_one_nobody_is_on_call() -> None:
    assert on_call(schedule(), 0.0) == ()
    assert on_call(schedule(layer("ann", starts="2027-01-01T00:00")), at("2026-12-31T23:59")) == ()
    assert on_call(schedule(layer()), at("2026-12-31T23:59")) == ()


def test_an_unknown_time_zone_is_said() -> None:
    with pytest.raises(ConfigurationError, match="no time zone"):
        on_call(schedule(layer("ann"), zone="Europe/Atlantis"), 0.0)


def test_shifts_cover_a_span_without_a_gap_and_change_at_handoffs() -> None:
    turns = schedule(layer("ann", "bob", starts="2026-01-05T09:00", turn_days=1))
    found = list(shifts(turns, at("2026-01-05T08:30:20"), at("2026-01-07T09:30")))
    assert [(each.people, each.from_s, each.until_s) for each in found] == [
        ((), at("2026-01-05T08:30:20"), at("2026-01-05T09:00")),
        (("ann",), at("2026-01-05T09:00"), at("2026-01-06T09:00")),
        (("bob",), at("2026-01-06T09:00"), at("2026-01-07T09:00")),
        (("ann",), at("2026-01-07T09:00"), at("2026-01-07T09:30")),
    ]
