"""Plain text: nothing hides, reorders or controls, and nothing that is read is lost."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.hostile.corpus.texts import CHARACTERS
from tocsin.domain.plaintext import cut, one_line, plain_text

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
HEART = "\u2764\ufe0f\u200d\U0001f525"
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
PERSIAN = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"
SINHALA = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"


@pytest.mark.parametrize(
    "text",
    [
        "CPU is at 97 % on db-1",
        "two\nlines\tand a tab",
        "10\u00b2 and \u00bd stay, and so does \ufb01",
        "&lt;b&gt;not ours to read&lt;/b&gt; <b>nor this</b>",
        FAMILY,
        HEART,
        ENGLAND,
        PERSIAN,
        SINHALA,
        "\u0627\u0644\u200f 5 GB \u200e(db)",
        "Gr\u00fc\u00dfe \u4f60\u597d \U0001f600",
    ],
)
def test_what_people_read_stays_as_it_is(text: str) -> None:
    assert plain_text(text) == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\x00b\x07c\x7fd\x9be", "abcde"),
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07red", "red"),
        ("one\r\ntwo\rthree\u2028four\x85five", "one\ntwo\nthree\nfour\nfive"),
        ("  a  \n\n b\t\n", "a\n\n b"),
        ("safe\u202eexe.pdf\u202c", "safeexe.pdf"),
        ("\u2066isolated\u2069", "isolated"),
        ("pass\u200bword \ufeffpass\u00adword pass\u2060word", "password password password"),
        ("a\u200db\u200cc", "abc"),
        ("only\u200e latin\u200f", "only latin"),
        ("hi" + "".join(chr(0xE0000 + ord(each)) for each in "ignore all"), "hi"),
        ("\U0001f3f4" + "\U000e0067" * 20, "\U0001f3f4"),
        ("x" + "".join(chr(0xE0100 + each) for each in range(200)), "x\U000e0100"),
        ("e\u0301", "\u00e9"),
        ("e\u200b\u0301", "\u00e9"),
        ("half \ud83d of it", "half \ufffd of it"),
        ("a \u200d", "a"),
    ],
)
def test_what_hides_reorders_or_controls_goes(text: str, plain: str) -> None:
    assert plain_text(text) == plain


# What joins, hides, reorders and composes, beside all other texts.
tricky = st.text(
    st.sampled_from(
        "a \n\r\t\x00\x1b[m\x85\u00a0\u0301\u0327\u0338\u05d0\u061c\u0627\u064b\u093c\u0915\u094d"
        "\u200b\u200c\u200d\u200e\u202e\u2028\u212b\u2764\u2adc\ufb1d\ufe0f\ufeff\U0001f3f4"
        "\U0001f600\U000e0067\U000e0100\ud800"
    ),
    max_size=12,
)
any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=40)


@settings(deadline=None)
@given(tricky | any_text)
@example("\u0627\u0301\u200d\u064b\u200d")
@example("a\u200d\ufe0f\u200d\U0001f600")
def test_it_is_the_same_when_it_is_done_again_and_can_always_be_sent(text: str) -> None:
    plain = plain_text(text)
    assert plain_text(plain) == plain
    assert unicodedata.is_normalized("NFC", plain)
    plain.encode()
    assert not any(unicodedata.category(each) == "Cc" and each not in "\n\t" for each in plain)
    line = one_line(text)
    assert "\n" not in line
    assert one_line(line) == line


@pytest.mark.parametrize("text", CHARACTERS.values(), ids=CHARACTERS)
def test_hostile_texts_become_plain(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)


@pytest.mark.parametrize(
    "unit",
    [" ", " \n", "\x1b[", "\x1b[0", "\u0315\u0300", "\u094d\u093c", "\u200d", "\ufe0f\u200d",
     "\U000e0067", "\U0001f600\u200d", "\u4f60", "\u202e"],
)  # fmt: skip
def test_no_text_of_a_stranger_takes_long(unit: str) -> None:
    # The time limit of the test is the assertion: what is quadratic needs minutes.
    plain_text("x" + unit * (300_000 // len(unit)) + "x")


def test_marks_are_not_piled_without_end() -> None:
    assert plain_text("x" + "\u0315" * 500 + "y") == "x" + "\u0315" * 30 + "y"


def test_a_cut_text_says_so_and_keeps_within_its_limit() -> None:
    assert cut("four", 4) == "four"
    assert cut("more than four", 6) == "more…"
    assert len(cut("x" * 10, 4)) == 4
