"""Single values of foreign JSON."""

from typing import Any

import pytest

from tocsin.domain.errors import InvalidAlert
from tocsin.providers.reading import moment, number, quoted, rfc3339, web_link

NOON = 1_763_812_800.0
LAST = 253_402_300_799.999


@pytest.mark.parametrize(
    ("text", "at_s"),
    [
        ("2025-11-22T12:00:00Z", NOON),
        ("2025-11-22t12:00:00z", NOON),
        ("2025-11-22 12:00:00Z", NOON),
        ("2025-11-22T12:00:00", NOON),
        ("2025-11-22T13:00:00+01:00", NOON),
        ("2025-11-22T12:00:00.250Z", NOON + 0.25),
        ("2025-11-22T12:00:00.250000000Z", NOON + 0.25),
        ("2025-11-22T12:00:00.250+0000", NOON + 0.25),
        ("9999-12-31T23:59:59.9999999Z", LAST),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00.000Z", None),
        ("0001-01-01T00:00:00+03:00", None),
        ("", None),
        (None, None),
    ],
)
def test_times_are_read_as_epoch_seconds(text: str | None, at_s: float | None) -> None:
    assert rfc3339(text, "at") == at_s


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "2025-11-22",
        "2025-W47-6T12:00:00Z",
        "2025-13-01T00:00:00Z",
        "2025-11-22T24:61:00Z",
        "9999-12-31T23:59:59-01:00",
        "0002-01-01T00:00:00\0",
        "2025-11-22T12:00:00Z" * 100,
        1_763_812_800,
        True,
        [],
        {},
    ],
)
def test_what_is_not_a_time_is_refused_with_its_path(value: Any) -> None:
    with pytest.raises(InvalidAlert) as caught:
        rfc3339(value, "startsAt")
    assert caught.value.path == "startsAt"
    assert len(caught.value.message) < 200


@pytest.mark.parametrize(
    ("value", "at_s"),
    [
        (1_763_812_800, NOON),
        (1_763_812_800.25, NOON + 0.25),
        (1_763_812_800_250, NOON + 0.25),
        ("1763812800", NOON),
        ("1763812800250", NOON + 0.25),
        ("2025-11-22T12:00:00Z", NOON),
        (253_402_300_799_999.9, LAST),
        (0, None),
    ],
)
def test_moments_may_be_numbers(value: Any, at_s: float | None) -> None:
    assert moment(value, "at") == at_s


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 10**400, -1e18, True, "12:00"])
def test_a_number_that_is_no_time_is_refused(value: Any) -> None:
    with pytest.raises(InvalidAlert):
        moment(value, "at")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3.0),
        (-0.5, -0.5),
        ("91.5", 91.5),
        ("30.10 %", None),
        ("NaN", None),
        ("inf", None),
        ("9" * 1000, None),
        (10**400, None),
        (True, None),
        (None, None),
        ([1], None),
    ],
)
def test_a_value_is_a_finite_number_or_nothing(value: Any, expected: float | None) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("https://example.com/a?b=c d#e", "https://example.com/a?b=c d#e"),
        ("http://example.com", "http://example.com"),
        ("javascript:alert(1)", ""),
        ("/graph", ""),
        ("https://example.com/\n", ""),
        ("https://example.com/" + "a" * 9000, ""),
        (7, ""),
    ],
)
def test_only_links_that_are_safe_to_show_are_kept(value: Any, link: str) -> None:
    assert web_link(value) == link


def test_an_error_repeats_little_of_the_sender_and_no_control_characters() -> None:
    assert len(quoted("x" * 1_000_000)) < 80
    assert quoted("a\nb") == r"'a\nb'"
