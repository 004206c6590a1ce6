"""Lists of matchers, as routes and amtool have them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.errors import InvalidInput
from tocsin.domain.matchers import Matcher, parse_matchers

Triples = list[tuple[str, str, str]]
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
MATCHERS = st.lists(st.builds(Matcher, TEXT, st.sampled_from(["=", "!="]), TEXT), max_size=4)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("{}", []),
        ("{foo=bar}", [("foo", "=", "bar")]),
        ("{foo=bar,}", [("foo", "=", "bar")]),
        ("foo=bar,dings!=bums", [("foo", "=", "bar"), ("dings", "!=", "bums")]),
        ('{foo = "bar", dings != "bums", }', [("foo", "=", "bar"), ("dings", "!=", "bums")]),
        ('{foo="bar,quux", job="job1"}', [("foo", "=", "bar,quux"), ("job", "=", "job1")]),
        ('{foo="bar", instance=~"a.*"}', [("foo", "=", "bar"), ("instance", "=~", "a.*")]),
        (
            r'{quote="She said: \"Hi, ladies! That\'s gender-neutral…\""}'.replace("\\'", "'"),
            [("quote", "=", 'She said: "Hi, ladies! That\'s gender-neutral…"')],
        ),
        (
            r'contains_quote != "\"" , contains_comma !~ "foo,bar" , ',
            [("contains_quote", "!=", '"'), ("contains_comma", "!~", "foo,bar")],
        ),
        # The classic syntax takes one brace of each end, in a pair or not.
        ("{foo=bar}}", [("foo", "=", "bar}")]),
        ("{foo=", [("foo", "=", "")]),
        ("{foo=}b", [("foo", "=", "}b")]),
        ("job=", [("job", "=", "")]),
        (r"trickier==\\=\=\"", [("trickier", "=", '=\\=\\="')]),
        (r'a="\d\\",b=c', [("a", "=", "\\d\\"), ("b", "=", "c")]),
        # Only the UTF-8 syntax has these.
        ('{name-with-dashes = "bar"}', [("name-with-dashes", "=", "bar")]),
        ('{"foo"="bar",bär!=baz}', [("foo", "=", "bar"), ("bär", "!=", "baz")]),
        ('"a,b"=c', [("a,b", "=", "c")]),
    ],
)
def test_lists_are_read_as_alertmanager_reads_them(text: str, expected: Triples) -> None:
    found = [(matcher.name, matcher.operator, matcher.value) for matcher in parse_matchers(text)]
    assert found == expected


@pytest.mark.parametrize(
    "text",
    [
        ",",
        "{,}",
        'job="value',
        'job=value"',
        'trickier==\\\\=\\=\\""',
        'contains_unescaped_quote = foo"bar',
        '{foo=~"invalid[regexp"}',
        '"{foo=\\"bar"}',
        '"foo=\\"bar\\""',
        "{{foo=",
        '{"foo"=bar',
        '"foo"=bar}',
        '{"foo"=bar}}',
        '"foo"=bar "b"=c',
        '"foo"=bar,,"b"=c',
        '{"foo"=:"bar"}',
        # To the classic syntax, the second quote is escaped: the comma does not end that.
        r'foo="a\,",bar=b',
    ],
)
def test_other_lists_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_matchers(text)


@given(MATCHERS)
def test_printed_lists_are_read_as_they_were(matchers: list[Matcher]) -> None:
    printed = ",".join(map(str, matchers))
    assert parse_matchers(printed) == tuple(matchers)
    assert parse_matchers("{" + printed + "}") == tuple(matchers)
