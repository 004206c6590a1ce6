import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.duration import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("30s", 30.0),
        ("5m", 300.0),
        ("1h30m", 5400.0),
        ("1d", 86400.0),
        ("2w", 1209600.0),
        ("1y", 31536000.0),
        ("250ms", 0.25),
        ("1m1ms", 60.001),
    ],
)
def test_prometheus_durations_are_read(text, seconds):
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "5", "5 m", "m5", "1m1h", "5m5m", "-5m", "1.5h", "5M", "٣s"])
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match="not a duration"):
        parse_duration(text)


@given(st.integers(min_value=0, max_value=10**11))
def test_what_is_written_is_read_again(milliseconds):
    seconds = milliseconds / 1000
    assert parse_duration(format_duration(seconds)) == pytest.approx(seconds)


def test_a_duration_is_written_in_its_largest_units():
    assert format_duration(5400.0) == "1h30m"
    assert format_duration(0.0) == "0"
