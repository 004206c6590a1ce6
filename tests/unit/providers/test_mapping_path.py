"""The language of paths and templates."""

import pytest

from tocsin.providers.mapping_path import is_template, parse_path, parse_template

BODY = {
    "a": {"b": [{"c": 1}, {"c": None}, {"d": 3}, {"c": False}]},
    "a.b": "dotted",
    "@timestamp": "at",
    "$ref": "ref",
    "list": [[1, 2], [3]],
}
ALERT = {"host": "db-1", "tags": ["x", "y"]}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("host", "db-1"),
        ("tags[1]", "y"),
        ("tags[2]", None),
        ("host[0]", None),
        ("host.name", None),
        ("@", ALERT),
        ("@.host", "db-1"),
        ('@["host"]', "db-1"),
        ("$.a.b[0].c", 1),
        ("$.a.b[1].c", None),
        ("$.a.b[3].c", False),
        ('$["a.b"]', "dotted"),
        ("$.a", BODY["a"]),
        ("$", BODY),
        ("$.@timestamp", "at"),
        ("$.$ref", "ref"),
    ],
)
def test_a_path_leads_to_one_value_or_to_none(path: str, value: object) -> None:
    found = parse_path(path)
    assert not found.is_many
    assert found.find(BODY, ALERT) == value


def test_at_and_dollar_are_names_unless_they_stand_alone() -> None:
    assert parse_path("@timestamp").find(None, {"@timestamp": 1}) == 1
    assert parse_path("$ref.x").find(None, {"$ref": {"x": 2}}) == 2


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("tags[*]", [("x", "tags[0]"), ("y", "tags[1]")]),
        ("$.a.b[*].c", [(1, "$.a.b[0].c"), (False, "$.a.b[3].c")]),
        ("$.list[*][*]", [(1, "$.list[0][0]"), (2, "$.list[0][1]"), (3, "$.list[1][0]")]),
        ("host[*]", []),
        ("missing[*].x", []),
        ("host", [("db-1", "host")]),
    ],
)
def test_a_star_is_every_element_and_each_says_where_it_lies(
    path: str, found: list[object]
) -> None:
    assert list(parse_path(path).find_all(BODY, ALERT)) == found


@pytest.mark.parametrize(
    "path",
    ["", " ", ".a", "a.", "a..b", "a b", "a[", "a[]", "a[-1]", "a[b]", "a]", '[""]', "a{b", "$.",
     "$a[", "a[1234567]", "x" * 513],
)  # fmt: skip
def test_what_is_no_path_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        parse_path(path)


def test_a_template_is_texts_and_paths() -> None:
    parts = parse_template("disk {{ host }} of {{$.a.b[0].c}}")
    assert [part if isinstance(part, str) else part.text for part in parts] == [
        "disk ", "host", " of ", "$.a.b[0].c",
    ]  # fmt: skip
    assert is_template("{{ a }}")
    assert not is_template("a.b")


@pytest.mark.parametrize(
    "text", ["{{ a", "{{ a }} }}", "{{ }}", "{{ a b }}", "{{ {{ a }} }}", "{{ a }}" + "x" * 2048]
)
def test_what_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"path|template"):
        parse_template(text)
