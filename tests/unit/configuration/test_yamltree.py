import pytest

from tocsin.configuration.problems import ConfigurationErrors
from tocsin.configuration.yamltree import TEXT_LIMIT_BYTES, read


def test_every_value_knows_its_line():
    tree = read("a: 1\nb:\n  - x\n  - c: true\n", "f", {})
    assert tree.value == {"a": 1, "b": ["x", {"c": True}]}
    assert tree.lines["b",] == 2
    assert tree.lines["b", 0] == 3
    assert tree.lines["b", 1, "c"] == 4


def test_aliases_stand_for_their_values():
    assert read("a: &x [1]\nb: *x\n", "f", {}).value == {"a": [1], "b": [1]}


def test_dates_stay_text():
    assert read("a: 2025-01-01", "f", {}).value == {"a": "2025-01-01"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: 1\nb: 2\na: 3\n", "f:3: a: given twice; first on line 1"),
        ("x:\n  ? [k]\n  : 1\n", "f:2: x: a key must be text; put it in quotes"),
        ("1: x\n", "f:1: a key must be text; put it in quotes"),
        ("a:\n  - !python/object:os.system x\n", "f:2: a[0]: this YAML tag has no meaning here"),
        ("a: ${GONE}\n", "f:1: a: the environment variable GONE is not set"),
    ],
)
def test_what_cannot_be_meant_is_a_problem(text, problem):
    assert [str(found) for found in read(text, "f", {}).problems] == [problem]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "f:1: the file is empty"),
        ("a: 1\nb: [", "f:2: not YAML: "),
        ("a: 1\n---\nb: 2\n", "f:2: not YAML: "),
        ("a: 1\nb: \x01", "f:2: not YAML: "),
        ("a: *x", "f:1: not YAML: found undefined alias; a text that begins with * needs quotes"),
        ("a: !x!y z", "f:1: not YAML: found undefined tag handle; a text that begins with !"),
        ("&a [*a]", "f:1: too many or too deeply nested values"),
        ("[" * 2000, "f:1: nested too deeply"),
        ("#" + "x" * TEXT_LIMIT_BYTES, "f:1: more than"),
    ],
)
def test_what_is_not_one_document_is_refused_with_its_line(text, message):
    with pytest.raises(ConfigurationErrors) as refused:
        read(text, "f", {})
    assert str(refused.value).startswith(message)


@pytest.mark.parametrize(
    "text", ["a: !!int s3cret", "a: !!bool s3cret", "a: !!int ''", "a: *s3cret"]
)
def test_what_cannot_be_read_is_not_quoted(text):
    try:
        problems = read(text, "f", {}).problems
    except ConfigurationErrors as errors:
        problems = errors.problems
    (problem,) = problems
    assert problem.line == 1
    assert "s3cret" not in str(problem)


def test_aliases_cannot_blow_up():
    layers = ["a0: &a0 [x, x]"]
    layers += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 30)]
    with pytest.raises(ConfigurationErrors, match="too many"):
        read("\n".join(layers), "f", {})
