"""Dead letters as lines of text."""

import pytest

from cli.deadletters.text import age, letter_line
from tocsin.domain.deadletter import Letter

AT_S = 1_763_790_000.0


def test_a_row_cannot_steer_the_terminal():
    letter = Letter(
        queue="enrich",
        id="\x1b[2Jid",
        tenant="",
        error="E",
        reason="r\x9b0m",
        alerts=2,
        sent_at_s=AT_S,
        receives=3,
        message_id="m",
        body="",
    )
    line = letter_line(letter, AT_S + 7200)
    row = "2025-11-22T05:40:00.000Z  enrich   [2Jid  -  E  2 alerts{}  2 h old  received 3x  r 0m"
    assert line == row.format("")
    assert letter_line(letter, AT_S + 7200, "a\x1bb") == row.format(" (a b)")


@pytest.mark.parametrize(
    ("seconds", "text"), [(-1, "0 s"), (59, "59 s"), (60, "1 min"), (7199, "1 h"), (172_800, "2 d")]
)
def test_an_age_is_in_its_largest_unit(seconds, text):
    assert age(seconds) == text
