import pytest

from tocsin.configuration import ConfigurationErrors
from tocsin.configuration.rulefiles.loading import load_rules
from tocsin.configuration.rulefiles.notation import read_series, read_spans, read_values
from tocsin.domain.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("10", [10]),
        ("10 -3 4.5 1e3 .5", [10, -3, 4.5, 1000, 0.5]),
        # The examples of Prometheus' documentation.
        ("-2+4x3", [-2, 2, 6, 10]),
        ("1-2x4", [1, -1, -3, -5, -7]),
        ("1x4", [1, 1, 1, 1, 1]),
        ("4+0x4", [4, 4, 4, 4, 4]),
        ("1 _x3 stale", [1, None, None, None, None]),
        ("_ 2", [None, 2]),
        ("Inf", [float("inf")]),
        ("", []),
    ],
)
def test_values(text, values):
    assert read_values(text) == values


@pytest.mark.parametrize("text", ["x", "1+2", "1x", "_x", "1x9999999", "1x99999 1x99999", "1e999"])
def test_what_is_no_value(text):
    with pytest.raises(InvalidInput):
        read_values(text)


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("up", ("up", ())),
        ("up{}", ("up", ())),
        ('cpu{host="a", env="b"}', ("cpu", (("env", "b"), ("host", "a")))),
        ('{job="a,b}"}', ("", (("job", "a,b}"),))),
        ("AWS/SQS Sent", ("AWS/SQS Sent", ())),
    ],
)
def test_series(text, series):
    assert read_series(text) == series


@pytest.mark.parametrize("text", ["", "  ", "up{", 'up{a!="b"}', 'up{a="b",a="c"}', "1up"])
def test_what_is_no_series(text):
    with pytest.raises(InvalidInput):
        read_series(text)


def test_spans():
    assert read_spans("0m-2m 5m") == [(0, 120), (300, None)]
    assert read_spans("") == []


@pytest.mark.parametrize("text", ["1m 2m", "2m-1m", "1m-2m 2m", "x", "1m-"])
def test_what_are_no_spans(text):
    with pytest.raises(InvalidInput):
        read_spans(text)


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ("series: {'m{a=\"1\"}': '1 x'}", "series.m{a=\"1\"}: not a value: 'x'"),
        ("series: {'m{a=~\"1\"}': '1'}", "a series has values for its labels, not patterns"),
        ("series: {m: 0x30}", "series.m: must be text; put it in quotes"),
        ("answers: {up: {'': '1'}}", "answers.up.: must not be empty"),
        ("alerts: {A: '5m-3m'}", "alerts.A: each time must be after the one before"),
        ("alerts: {A: 'soon'}", "'soon' is not FROM or FROM-UNTIL, such as 5m-7m"),
    ],
)
def test_notation_that_cannot_be_read(block, problem):
    rule = "rules:\n  - {name: R, metric: m, op: absent}\n"
    text = f"{rule}tests:\n  - name: t\n    {block}\n    quiet: [R]\n"
    with pytest.raises(ConfigurationErrors) as refused:
        load_rules(text, "r.yaml", {})
    found = str(refused.value)
    assert found.startswith("r.yaml:5: tests[0].")
    assert problem in found
