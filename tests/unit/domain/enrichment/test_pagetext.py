"""Words of strangers, made fit to be shown."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.enrichment.pagetext import brief, cleaned

HIDDEN = "\x00\x07\x1b[31m\x85\u200b\u202e\u2066\ufeff\U000e0041\ud800\ue000\u2028"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Restart it: see https://evil.example/a?b=c.", "Restart it: see ."),
        ("Read [the book](https://evil.example/) now", "Read the book now"),
        ("![a picture](http://evil.example/x.png 'title') here", "a picture here"),
        ("<https://evil.example/> and www.evil.example", "and"),
        ("https<www.a>://evil.example/", "https ://evil.example/"),
        ("ht[tp](x)s://evil.example/ book", "book"),
        ("javascript:alert(1) mailto:a@b.example data:text/html,x", "(1)"),
        ("tag\u202eged \u200bword\U000e0041s", "tagged words"),
        ("a\r\n\r\n\t b\u00a0 c", "a\nb c"),
        ("Time: 10:30, ratio 3:1, note: data: none", "Time: 10:30, ratio 3:1, note: data: none"),
    ],
)
def test_links_and_invisible_characters_go_and_words_stay(text, shown):
    assert cleaned(text) == shown


def test_a_short_text_is_kept_and_a_long_one_ends_between_words():
    assert brief("One\ntwo", 7) == "One two"
    assert brief("One two three", 9) == "One two…"
    assert brief("x" * 50, 10) == "x" * 9 + "…"


@given(
    st.text(
        alphabet=st.one_of(st.characters(), st.sampled_from(HIDDEN + "[](:/<>.wa")), max_size=80
    )
)
def test_nothing_invisible_and_no_scheme_is_left(text):
    shown = brief(text, 60)
    assert len(shown) <= 60
    assert not re.search(r"[A-Za-z][A-Za-z0-9+.-]*://", shown)
    assert not {unicodedata.category(each) for each in shown} & {"Cc", "Cs"}


@pytest.mark.parametrize(
    "text",
    ["a" * 65_536, "[" * 65_536, "[](" * 21_845, "[a](b " * 10_922, "www." * 16_384, "a+" * 32_768,
     " \n" * 32_768, "http://" * 9362, "www" + "." * 65_000],
)  # fmt: skip
@pytest.mark.timeout(20)
def test_hostile_texts_are_cleaned_in_linear_time(text):
    cleaned(text)
