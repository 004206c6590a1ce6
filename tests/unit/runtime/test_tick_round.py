"""Which round of the rules a tick starts."""

from typing import Any

import pytest

from tests.builders import T0
from tocsin.runtime.tick import _round

MINUTE = T0 // 60 * 60
MEANT = "2025-11-22T05:40:00Z"


@pytest.mark.parametrize(
    ("event", "now_s", "expected"),
    [
        ({}, MINUTE + 59.9, (MINUTE, 60.0)),
        ({"scheduled_at": "<aws.scheduler.scheduled-time>"}, MINUTE + 1, (MINUTE, 60.0)),
        # It comes late, and is meant for the time at which it should have come.
        ({"scheduled_at": MEANT}, MINUTE + 45, (MINUTE, 60.0)),
        ({"scheduled_at": MEANT}, MINUTE + 145, (MINUTE, 60.0)),
        ({"scheduled_at": "2025-11-22T05:40:37Z"}, MINUTE + 39, (MINUTE + 37, 60.0)),
        # No rule is evaluated as of a time that is far from here.
        ({"scheduled_at": MEANT}, MINUTE - 1, (MINUTE, 60.0)),
        ({"scheduled_at": MEANT}, MINUTE - 6, (MINUTE - 60, 60.0)),
        ({"scheduled_at": 7}, MINUTE, (MINUTE, 60.0)),
        ({"every_s": 3.0}, MINUTE + 4.5, (MINUTE + 3, 3.0)),
        ({"every_s": 0}, MINUTE + 4.5, (MINUTE + 4, 1.0)),
        ({"every_s": "often"}, MINUTE + 4.5, (MINUTE, 60.0)),
    ],
)
def test_the_time_that_was_meant(event: dict[str, Any], now_s: float, expected: Any) -> None:
    assert _round(event, now_s) == expected
