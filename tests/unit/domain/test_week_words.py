"""Hours of the week and local times as people write them."""

import pytest

from tocsin.domain.errors import InvalidInput
from tocsin.domain.week_words import moment_text, parse_local, parse_moment, week_spans

HOUR_S, DAY_S = 3600, 86_400


def test_a_moment_is_a_time_of_day_or_of_the_week() -> None:
    assert parse_moment("09:30") == (None, 9 * HOUR_S + 1800)
    assert parse_moment("Friday 17:00") == (4, 17 * HOUR_S)
    assert parse_moment("sunday 24:00") == (6, DAY_S)


@pytest.mark.parametrize("text", ["", "9", "noon", "fryday 09:00", "monday:friday 09:00", "25:00"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_moment(text)


def test_hours_hold_on_each_day_and_may_run_into_the_next_one_and_the_next_week() -> None:
    assert week_spans("09:00", "17:00", ("monday",)) == [(9 * HOUR_S, 17 * HOUR_S)]
    nights = week_spans("20:00", "08:00", ("sunday",))
    assert nights == [(6 * DAY_S + 20 * HOUR_S, 8 * HOUR_S)]
    assert len(week_spans("09:00", "17:00", ())) == 7
    assert week_spans("00:00", "24:00", ("monday",)) == [(0, DAY_S)]


def test_a_span_of_the_week_may_pass_its_end() -> None:
    weekend = week_spans("friday 17:00", "monday 09:00", ())
    assert weekend == [(4 * DAY_S + 17 * HOUR_S, 9 * HOUR_S)]
    assert week_spans("saturday 00:00", "sunday 24:00", ()) == [(5 * DAY_S, 0)]


@pytest.mark.parametrize(
    "given",
    [
        ("friday 17:00", "09:00", ()),
        ("friday 17:00", "monday 09:00", ("monday",)),
        ("friday 17:00", "friday 17:00", ()),
    ],
)
def test_spans_that_say_nothing_clear_are_refused(given: tuple[str, str, tuple[str, ...]]) -> None:
    with pytest.raises(InvalidInput):
        week_spans(*given)


def test_a_local_time_has_no_offset_and_no_seconds() -> None:
    assert parse_local("2026-01-05 09:00") == "2026-01-05T09:00"
    for text in ("2026-01-05", "2026-01-05T09:00Z", "2026-02-30T09:00", "2026-01-05T09:00:30"):
        with pytest.raises(InvalidInput):
            parse_local(text)


def test_a_second_of_the_week_is_written_as_it_is_read() -> None:
    for day in range(7):
        (span,) = week_spans(f"{moment_text(day * DAY_S + 60)}", "wednesday 12:00", ())
        assert span[0] == day * DAY_S + 60
