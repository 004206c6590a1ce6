"""Time intervals in words."""

from collections.abc import Callable

import pytest

from tocsin.domain.errors import InvalidInput
from tocsin.domain.time_interval import Span, TimeInterval
from tocsin.domain.time_words import (
    parse_clock,
    parse_days_of_month,
    parse_months,
    parse_times,
    parse_weekdays,
    parse_years,
    written,
)

Read = Callable[[str], Span]


@pytest.mark.parametrize(
    ("read", "text", "span"),
    [
        (parse_weekdays, "monday:friday", (1, 5)),
        (parse_weekdays, "Sunday", (0, 0)),
        (parse_weekdays, "sunday:Saturday", (0, 6)),
        (parse_months, "1:3", (1, 3)),
        (parse_months, "May:8", (5, 8)),
        (parse_months, "december", (12, 12)),
        (parse_years, "2020:2022", (2020, 2022)),
        (parse_years, "2030", (2030, 2030)),
        (parse_days_of_month, "1:5", (1, 5)),
        (parse_days_of_month, "-3:-1", (-3, -1)),
        (parse_days_of_month, "-1", (-1, -1)),
        (parse_days_of_month, "15:-1", (15, -1)),
        (parse_days_of_month, "1:31", (1, 31)),
    ],
)
def test_reads_one_and_the_first_and_last(read: Read, text: str, span: Span) -> None:
    assert read(text) == span


@pytest.mark.parametrize(
    ("read", "text", "reason"),
    [
        (parse_weekdays, "mon", "not a day of the week: 'mon'"),
        (parse_weekdays, "friday:monday", "a week begins on sunday"),
        (parse_weekdays, "monday:tuesday:friday", "the first and the last"),
        (parse_weekdays, "1:5", "not a day of the week: '1'"),
        (parse_months, "maius", "not a month: 'maius'"),
        (parse_months, "0", "there is no month 0"),
        (parse_months, "13", "there is no month 13"),
        (parse_months, "may:march", "a year begins in january"),
        (parse_years, "2022:2020", "years rise"),
        (parse_years, "MMXX", "not a whole number: 'mmxx'"),
        (parse_days_of_month, "0", "there is no day 0"),
        (parse_days_of_month, "32", "there is no day 32"),
        (parse_days_of_month, "-32:-1", "there is no day -32"),
        (parse_days_of_month, "-5:5", "must end with a negative day"),
        (parse_days_of_month, "10:-20", "in any month"),
        (parse_days_of_month, "-1:-2", "in any month"),
        (parse_days_of_month, "", "not a whole number: ''"),
    ],
)
def test_says_what_is_wrong(read: Read, text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(text)


def test_times_of_day_go_up_to_midnight() -> None:
    assert parse_clock("00:00") == 0
    assert parse_times("09:30", "24:00") == (570, 1440)


@pytest.mark.parametrize("text", ["9:00", "24:01", "12:60", "12", "", "12:00:00", "12:00\n"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a time of day"):
        parse_clock(text)


@pytest.mark.parametrize(("start", "end"), [("17:00", "09:00"), ("09:00", "09:00")])
def test_times_end_after_they_start(start: str, end: str) -> None:
    with pytest.raises(InvalidInput, match="passes midnight"):
        parse_times(start, end)


def test_an_interval_is_written_as_it_is_read() -> None:
    interval = TimeInterval(
        times=((540, 1440),),
        weekdays=((1, 5), (0, 0)),
        days_of_month=((-3, -1),),
        months=((5, 8), (12, 12)),
        years=((2026, 2026),),
        location="Europe/Berlin",
    )
    assert written(interval) == {
        "times": [{"start_time": "09:00", "end_time": "24:00"}],
        "weekdays": ["monday:friday", "sunday"],
        "days_of_month": ["-3:-1"],
        "months": ["may:august", "december"],
        "years": ["2026"],
        "location": "Europe/Berlin",
    }
    assert written(TimeInterval()) == {}
