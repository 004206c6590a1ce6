"""Matchers, as Alertmanager understands them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import Matcher, match_all, parse_matcher

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
# What either syntax gives a meaning to.
SYNTAX = st.text(st.sampled_from("ab_:09 \t\n\"\\{}!=~,'`nxuU-.é🙂"), max_size=12)


@pytest.mark.parametrize(
    ("text", "name", "operator", "value"),
    [
        ('team="db"', "team", "=", "db"),
        ("team=db", "team", "=", "db"),
        (' team != "a b" ', "team", "!=", "a b"),
        ('team=~"db|web"', "team", "=~", "db|web"),
        ("team!~x.*", "team", "!~", "x.*"),
        (r'say="\"hi\"\n\\"', "say", "=", '"hi"\n\\'),
        ('empty=""', "empty", "=", ""),
        ("empty=", "empty", "=", ""),
        ("a:b=c", "a:b", "=", "c"),
        # A comma, a backslash that escapes nothing and a space are part of a bare value.
        ("team=db,os=x", "team", "=", "db,os=x"),
        (r"path=C:\temp", "path", "=", r"C:\temp"),
        ("path=a\\", "path", "=", "a\\"),
        (r"path=\"", "path", "=", '"'),
        ("team = the b team", "team", "=", "the b team"),
        ("tricky=~~~", "tricky", "=~", "~~"),
    ],
)
def test_parses_the_classic_syntax(text: str, name: str, operator: str, value: str) -> None:
    matcher = parse_matcher(text)
    assert (matcher.name, matcher.operator, matcher.value) == (name, operator, value)


@pytest.mark.parametrize(
    ("text", "name", "operator", "value"),
    [
        ("a-b=c", "a-b", "=", "c"),
        ("1team=db", "1team", "=", "db"),
        ("straße!=köln", "straße", "!=", "köln"),
        ('"a name"=~"a|b"', "a name", "=~", "a|b"),
        ('"foo"="bar",', "foo", "=", "bar"),
        ('a.b="x y"', "a.b", "=", "x y"),
        (r'"a\tb"="\xf0\x9f\x99\x82"', "a\tb", "=", "🙂"),
        (r'"a"="\U0001f642é\101"', "a", "=", "🙂éA"),
    ],
)
def test_parses_the_utf8_syntax(text: str, name: str, operator: str, value: str) -> None:
    matcher = parse_matcher(text)
    assert (matcher.name, matcher.operator, matcher.value) == (name, operator, value)


def test_the_classic_reading_wins_where_both_have_one() -> None:
    # To the UTF-8 syntax, `\t` is a tab.
    assert parse_matcher(r'foo="a\tb"').value == r"a\tb"
    assert parse_matcher(r'"foo"="a\tb"').value == "a\tb"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "team",
        "=db",
        'team="db',
        'team=db"',
        'team="d"b"',
        "{team=db}",
        "team=db}",
        '"a b"=c=d',
        '"a"=b,"c"=d',
        '"a"="\\w"',
        '"a"="\\xf0\\x9f"',
        '"a"="\\ud800"',
        '"a"="\\U00110000"',
        "\"a\"='b'",
        "a b=c",
        "a=\ud800",
    ],
)
def test_refuses_what_is_not_a_matcher(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_matcher(text)


def test_a_bad_pattern_is_refused_with_its_reason() -> None:
    with pytest.raises(InvalidInput, match="RE2"):
        parse_matcher('team=~"("')


@pytest.mark.parametrize(
    ("text", "labels", "expected"),
    [
        ('a=""', {}, True),
        ('a!=""', {}, False),
        ('a!="x"', {}, True),
        ('a!~"x"', {}, True),
        ('a=~"x"', {"a": "xx"}, False),
        ('a=~"x+"', {"a": "xx"}, True),
        ('a=~"x|y"', {"a": "xy"}, False),
        ('a=~"x|xy"', {"a": "xy"}, True),
        ('a=~".*"', {"a": "line\nbreak"}, False),
        ('a=~"line"', {"a": "line\n"}, False),
        ('a!~"x.*"', {"a": "xyz"}, False),
        ('"a b"="x"', {"a b": "x"}, True),
    ],
)
def test_a_missing_label_is_empty_and_patterns_are_anchored(
    text: str, labels: dict[str, str], expected: bool
) -> None:
    assert parse_matcher(text).matches(labels) is expected


def test_all_matchers_must_hold() -> None:
    matchers = (parse_matcher("a=1"), parse_matcher("b=2"))
    assert match_all(matchers, {"a": "1", "b": "2"})
    assert not match_all(matchers, {"a": "1"})
    assert match_all((), {"anything": "at all"})


@pytest.mark.parametrize(
    ("matcher", "text"),
    [
        (Matcher("a", "=~", 'x"\\\n\t'), 'a=~"x\\"\\\\\\n\t"'),
        (Matcher("a.b", "=", "x"), 'a.b="x"'),
        (Matcher("a b", "!=", "x\t\x01é\u2028🙂"), '"a b"!="x\\t\\x01é\\u2028🙂"'),
    ],
)
def test_a_matcher_prints_as_alertmanager_prints_it(matcher: Matcher, text: str) -> None:
    assert str(matcher) == text
    assert parse_matcher(text) == matcher


@given(TEXT | SYNTAX, st.sampled_from(["=", "!="]), TEXT | SYNTAX)
def test_whatever_is_printed_is_read_as_it_was(name: str, operator: str, value: str) -> None:
    matcher = Matcher(name, operator, value)
    assert parse_matcher(str(matcher)) == matcher


@given(SYNTAX)
def test_a_text_is_a_matcher_that_prints_the_same_or_bad_input(text: str) -> None:
    try:
        matcher = parse_matcher(text)
    except InvalidInput:
        return
    assert parse_matcher(str(matcher)) == matcher


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not parse_matcher('a=~"(a+)+"').matches({"a": "a" * 100_000 + "!"})
