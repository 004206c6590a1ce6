"""Matchers, as Alertmanager understands them."""

import pytest

from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import Matcher, match_all, parse_matcher


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
    ],
)
def test_parses_the_classic_syntax(text: str, name: str, operator: str, value: str) -> None:
    matcher = parse_matcher(text)
    assert (matcher.name, matcher.operator, matcher.value) == (name, operator, value)


@pytest.mark.parametrize("text", ["", "team", "=db", "1team=db", 'team="db', 'team="d"b"', "a-b=c"])
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
        ('a=~".*"', {"a": "line\nbreak"}, False),
        ('a!~"x.*"', {"a": "xyz"}, False),
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


def test_a_matcher_prints_as_it_is_parsed() -> None:
    matcher = Matcher("a", "=~", 'x"\\\n')
    assert parse_matcher(str(matcher)) == matcher


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not parse_matcher('a=~"(a+)+"').matches({"a": "a" * 100_000 + "!"})
