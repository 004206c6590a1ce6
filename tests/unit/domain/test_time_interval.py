"""Time intervals: which moments they contain."""

import time
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.domain.errors import ConfigurationError
from tocsin.domain.time_interval import TimeInterval, contains, is_in

NINE_TO_FIVE = ((9 * 60, 17 * 60),)
WORKDAYS = ((1, 5),)


def at(text: str, zone: str = "UTC") -> float:
    """Return a moment given as local time."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        (TimeInterval(), ["2026-01-01T00:00"], []),
        (
            TimeInterval(times=NINE_TO_FIVE),
            ["2026-01-01T09:00", "2026-01-01T16:59:59.999"],
            ["2026-01-01T08:59:59.999", "2026-01-01T17:00"],
        ),
        (
            TimeInterval(times=((0, 60), (1380, 1440))),
            ["2026-01-01T00:00", "2026-01-01T23:59:59"],
            ["2026-01-01T01:00", "2026-01-01T22:59"],
        ),
        # 2026-11-22 is a Sunday.
        (
            TimeInterval(weekdays=WORKDAYS),
            ["2026-11-23T00:00", "2026-11-27T23:59"],
            ["2026-11-22T12:00", "2026-11-28T12:00"],
        ),
        (TimeInterval(weekdays=((0, 0), (6, 6))), ["2026-11-22T12:00"], ["2026-11-23T12:00"]),
        (TimeInterval(months=((1, 3), (12, 12))), ["2026-03-31T23:59"], ["2026-04-01T00:00"]),
        (TimeInterval(years=((2020, 2022),)), ["2022-12-31T23:59"], ["2023-01-01T00:00"]),
        (TimeInterval(days_of_month=((1, 5),)), ["2026-01-05T23:59"], ["2026-01-06T00:00"]),
        (
            TimeInterval(days_of_month=((-3, -1),)),
            ["2026-02-26T00:00", "2026-02-28T23:59", "2024-02-29T12:00", "2026-01-29T00:00"],
            ["2026-02-25T23:59", "2024-02-26T12:00", "2026-01-28T23:59"],
        ),
        # Ends beyond those of a month count as its ends.
        (TimeInterval(days_of_month=((25, 31),)), ["2026-02-28T12:00"], ["2026-02-24T12:00"]),
        (TimeInterval(days_of_month=((-31, -1),)), ["2026-02-01T12:00"], []),
        (TimeInterval(days_of_month=((15, -15),)), ["2026-01-16T12:00"], ["2026-02-15T12:00"]),
        # A day that a month has not is none of its days.
        (TimeInterval(days_of_month=((30, 31),)), ["2026-03-30T12:00"], ["2026-02-28T12:00"]),
        (
            TimeInterval(times=NINE_TO_FIVE, weekdays=WORKDAYS),
            ["2026-11-23T09:00"],
            ["2026-11-22T09:00", "2026-11-23T08:59"],
        ),
    ],
)
def test_an_interval_contains_what_meets_all_its_fields(
    interval: TimeInterval, inside: list[str], outside: list[str]
) -> None:
    assert [text for text in inside if not contains(interval, at(text))] == []
    assert [text for text in outside if contains(interval, at(text))] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # In Berlin clocks go from 02:00 to 03:00 on 2026-03-29, and back on 2026-10-25.
        ("2026-03-29T00:59", False),
        ("2026-03-29T01:00", True),
        ("2026-03-29T01:59", True),
        ("2026-03-29T02:00", False),
        ("2026-10-25T00:59", True),
        ("2026-10-25T01:59", True),
        ("2026-10-24T23:59", False),
        ("2026-10-25T02:00", False),
    ],
)
def test_the_clock_of_the_location_decides_when_it_is_changed(text: str, expected: bool) -> None:
    # On the first of these days two o'clock is left out, on the second it comes twice.
    three = TimeInterval(times=((180, 240),), location="Europe/Berlin")
    two = TimeInterval(times=((120, 180),), location="Europe/Berlin")
    interval = three if text.startswith("2026-03") else two
    assert contains(interval, at(text)) is expected


def test_the_day_is_that_of_the_location() -> None:
    friday_in_sydney = TimeInterval(weekdays=((5, 5),), location="Australia/Sydney")
    assert contains(friday_in_sydney, at("2026-11-26T14:00"))
    assert not contains(friday_in_sydney, at("2026-11-27T14:00"))


def test_one_of_several_intervals_is_enough() -> None:
    weekend = TimeInterval(weekdays=((6, 6),))
    night = TimeInterval(times=((0, 360),))
    assert is_in([weekend, night], at("2026-11-23T05:59"))
    assert not is_in([weekend, night], at("2026-11-23T06:00"))
    assert not is_in([], at("2026-11-23T06:00"))


@pytest.mark.parametrize(("machine", "expected"), [("UTC", False), ("Australia/Sydney", True)])
def test_local_is_the_zone_of_the_machine(
    monkeypatch: pytest.MonkeyPatch, machine: str, expected: bool
) -> None:
    friday = TimeInterval(weekdays=((5, 5),), location="Local")
    thursday_evening = datetime(2026, 1, 1, 20, 0, tzinfo=ZoneInfo("UTC"))
    with monkeypatch.context() as changed:
        changed.setenv("TZ", machine)
        time.tzset()
        assert contains(friday, thursday_evening.timestamp()) is expected
    time.tzset()


@pytest.mark.parametrize("location", ["Mars/Olympus", "Europe", "../etc/passwd", "/etc/localtime"])
def test_an_unknown_location_is_an_error_of_the_configuration(location: str) -> None:
    with pytest.raises(ConfigurationError, match="no time zone"):
        contains(TimeInterval(location=location), 0.0)
