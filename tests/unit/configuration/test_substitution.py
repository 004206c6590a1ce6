import pytest

from tocsin.configuration.substitution import substitute, variables

ENVIRON = {"TOKEN": "s3cret", "EMPTY": "", "NESTED": "${TOKEN}"}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("plain $ text$", "plain $ text$"),
        ("https://h/${TOKEN}/x", "https://h/s3cret/x"),
        ("${TOKEN}${TOKEN}", "s3crets3cret"),
        ("${UNSET:-http://127.0.0.1:1/x}", "http://127.0.0.1:1/x"),
        ("${UNSET:-}", ""),
        ("${EMPTY:-default}", "default"),
        ("${TOKEN:-default}", "s3cret"),
        ("${EMPTY}", ""),
        ("$${TOKEN}", "${TOKEN}"),
        ("${NESTED}", "${TOKEN}"),
    ],
)
def test_references_are_replaced_once(text, result):
    assert substitute(text, ENVIRON) == result


def test_an_unset_variable_is_named():
    with pytest.raises(ValueError, match="UNSET is not set"):
        substitute("${TOKEN}${UNSET}", ENVIRON)


@pytest.mark.parametrize("text", ["${", "${}", "${1X}", "${A B}", "${TOKEN:default}"])
def test_a_malformed_reference_is_refused(text):
    with pytest.raises(ValueError, match="malformed"):
        substitute(text, ENVIRON)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("plain $${NO}", ()),
        ("${A}/${B:-${C}}/${A}", ("A", "B")),
        ("${", ()),
    ],
)
def test_the_variables_of_a_text_are_named_once(text, names):
    assert variables(text) == names
