import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.flag import place

NAMES = st.text(max_size=20)


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        (("new-checks", "acme", "HighCPU"), 53.55),
        (("stage-rules", "acme", "acme"), 19.64),
    ],
)
def test_a_place_is_the_same_in_every_release(named, expected):
    assert place(*named) == expected


@given(NAMES, NAMES, NAMES)
def test_a_place_is_below_a_hundred(flag, tenant, unit):
    assert 0.0 <= place(flag, tenant, unit) < 100.0


def test_a_percentage_is_of_all_units_nearly():
    places = [place("new-checks", "acme", f"rule-{number}") for number in range(10_000)]
    for percent in (1, 10, 50, 90, 99):
        chosen = sum(each < percent for each in places)
        assert chosen == pytest.approx(100 * percent, abs=150)


def test_no_flag_chooses_the_units_of_another():
    units = [f"rule-{number}" for number in range(2_000)]
    first = {unit for unit in units if place("first", "acme", unit) < 50}
    second = {unit for unit in units if place("second", "acme", unit) < 50}
    elsewhere = {unit for unit in units if place("first", "globex", unit) < 50}
    assert len(first & second) == pytest.approx(500, abs=100)
    assert len(first & elsewhere) == pytest.approx(500, abs=100)


def test_where_one_name_ends_and_the_next_begins_counts():
    assert place("ab", "c", "d") != place("a", "bc", "d")
