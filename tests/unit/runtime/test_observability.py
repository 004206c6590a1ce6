"""The metrics line: the embedded metric format, with few and bounded dimensions.

The format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/
CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
from typing import Any

import pytest

from tocsin.runtime.facets import Facet
from tocsin.runtime.observability import flush_counts


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def _metrics(line: dict[str, Any]) -> dict[tuple[tuple[str, ...], str], Any]:
    """Return the values of a line as CloudWatch reads them, by dimensions and name."""
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            for metric in directive["Metrics"]:
                value = line[metric["Name"]]
                value = value[0] if isinstance(value, list) else value
                found[tuple(line[name] for name in names), metric["Name"]] = value
    return found


def test_counts_are_one_line_by_service(capsys: pytest.CaptureFixture[str]) -> None:
    flush_counts({"accepted": 3})
    (line,) = _lines(capsys)
    assert _metrics(line) == {(("test",), "invocations"): 1, (("test",), "accepted"): 3}
    assert line["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Tocsin"


def test_the_counts_of_one_provider_are_on_the_same_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    flush_counts({"accepted": 3}, {"datadog": {"provider_accepted": 3}})
    (line,) = _lines(capsys)
    assert _metrics(line) == {
        (("test",), "invocations"): 1,
        (("test",), "accepted"): 3,
        (("test", "datadog"), "provider_accepted"): 3,
    }


def test_each_further_provider_has_a_line_that_repeats_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    flush_counts({}, {"datadog": {"d": 1}, "zabbix": {"d": 2}, "sentry": {"d": 3}})
    lines = _lines(capsys)
    assert len(lines) == 3
    found = [pair for line in lines for pair in _metrics(line).items()]
    assert len(found) == len(dict(found))
    assert dict(found) == {
        (("test",), "invocations"): 1,
        (("test", "datadog"), "d"): 1,
        (("test", "zabbix"), "d"): 2,
        (("test", "sentry"), "d"): 3,
    }


def test_unknown_providers_count_together(capsys: pytest.CaptureFixture[str]) -> None:
    flush_counts({}, {f"made-up-{number}": {"d": 1} for number in range(500)})
    (line,) = _lines(capsys)
    assert _metrics(line)[("test", "generic"), "d"] == 500


@pytest.mark.parametrize(("duplicates", "percent"), [(0, 0), (5, 12.5), (40, 100)])
def test_the_share_of_duplicates_is_a_metric(
    capsys: pytest.CaptureFixture[str], duplicates: int, percent: float
) -> None:
    flush_counts({"alerts": 40, "duplicates": duplicates})
    (line,) = _lines(capsys)
    assert _metrics(line)[("test",), "duplicate_percent"] == percent


def test_no_share_is_said_of_no_alerts(capsys: pytest.CaptureFixture[str]) -> None:
    flush_counts({"alerts": 0, "duplicates": 0})
    (line,) = _lines(capsys)
    assert "duplicate_percent" not in line


def test_nothing_is_carried_to_the_next_line(capsys: pytest.CaptureFixture[str]) -> None:
    flush_counts({"accepted": 3}, {"datadog": {"provider_accepted": 3}})
    flush_counts({"refused": 1})
    assert _metrics(_lines(capsys)[1]) == {
        (("test",), "invocations"): 1,
        (("test",), "refused"): 1,
    }


def test_what_was_measured_is_told_value_by_value_and_by_priority(
    capsys: pytest.CaptureFixture[str],
) -> None:
    waits = {"urgent": {"w_ms": [float(value) for value in range(250)]}, "normal": {"w_ms": [7.0]}}
    kinds = {"slack": {"attempts": 2}, "webhook": {"attempts": 1}}
    facets = [Facet("receiver_kind", kinds), Facet("priority", waits, "Milliseconds")]
    flush_counts({}, facets=facets)
    lines = _lines(capsys)
    told: dict[str, list[float]] = {"urgent": [], "normal": []}
    for line in lines:
        # More than 100 values in a list, and CloudWatch takes none of them.
        assert len(line["w_ms"]) <= 100
        told[line["priority"]] += line["w_ms"]
        (unit,) = [
            metric["Unit"]
            for directive in line["_aws"]["CloudWatchMetrics"]
            for metric in directive["Metrics"]
            if metric["Name"] == "w_ms"
        ]
        assert unit == "Milliseconds"
    assert told == {name: each["w_ms"] for name, each in waits.items()}
    assert [line.get("receiver_kind") for line in lines] == ["slack", "webhook", None, None]
    assert [line.get("attempts") for line in lines] == [2, 1, None, None]
