"""Dynatrace problems, with a full and with a short payload."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.dynatrace import parse

NOW_S = 1_763_793_800.0


def problem(**fields: Any) -> dict[str, Any]:
    return {**sample("dynatrace.open"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


@pytest.mark.parametrize("form", ["", "short-"])
def test_a_problem_and_its_end_are_one_alert(form: str) -> None:
    firing = read(sample(f"dynatrace.{form}open"))
    resolved = read(sample(f"dynatrace.{form}resolved"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity


def test_the_problem_is_the_identity_since_its_title_and_entities_change() -> None:
    assert read(sample("dynatrace.resolved")).labels == {
        "alertname": "",
        "problem": "-7373417867425632415_1763793120000V2",
    }
    assert read(problem(PID="2")).labels["problem"] == "2"


@pytest.mark.parametrize(
    ("link", "environment"),
    [
        ("https://abc12345.live.dynatrace.com/#problems;pid=1", "abc12345.live.dynatrace.com"),
        ("https://abc12345.apps.dynatrace.com/ui/apps/x?e=1", "abc12345.apps.dynatrace.com"),
        ("https://dynatrace.example.com/e/0a1b/#problems", "dynatrace.example.com/e/0a1b"),
        ("https://dynatrace.example.com/e", "dynatrace.example.com"),
        ("", None),
    ],
)
def test_the_number_of_a_problem_is_of_its_environment(link: str, environment: str | None) -> None:
    labels = read(problem(PID="", ProblemURL=link)).labels
    assert labels["problem"] == "P-25111234"
    assert labels.get("environment") == environment


def test_times_are_in_the_details() -> None:
    firing, resolved = read(sample("dynatrace.open")), read(sample("dynatrace.resolved"))
    assert (firing.starts_at_s, firing.ends_at_s) == (1_763_793_120.0, None)
    assert (resolved.starts_at_s, resolved.ends_at_s) == (1_763_793_120.0, 1_763_793_660.0)
    first_version = problem(
        ProblemDetailsJSONv2=None, ProblemDetailsJSON={"startTime": 1_763_793_120_000}
    )
    assert read(first_version).starts_at_s == 1_763_793_120.0
    assert read(sample("dynatrace.short-open")).starts_at_s is None


def test_people_get_texts_entities_and_a_link() -> None:
    alert = read(sample("dynatrace.open"))
    assert alert.name == alert.annotations["summary"] == "Host or monitoring unavailable"
    assert alert.annotations["description"].startswith("OPEN Problem P-25111234")
    assert alert.annotations["ImpactedEntityNames"] == "shop-1.example.com"
    assert alert.annotations["ProblemID"] == "P-25111234"
    assert alert.url.startswith("https://abc12345.live.dynatrace.com/#problems/")
    assert read(problem(ProblemTitle=None)).name.startswith("Dynatrace problem -7373417867")


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"ProblemSeverity": "AVAILABILITY"}, "critical"),
        ({"ProblemSeverity": "ERROR"}, "high"),
        ({"ProblemSeverity": "PERFORMANCE"}, "warning"),
        ({"ProblemSeverity": "RESOURCE_CONTENTION"}, "warning"),
        ({"ProblemSeverity": "CUSTOM_ALERT"}, "warning"),
        ({"ProblemSeverity": None}, "warning"),
        ({"ProblemSeverity": "ERROR", "severity": "critical"}, "critical"),
        ({"ProblemSeverity": "ERROR", "severity": ""}, "high"),
    ],
)
def test_severity_is_the_level_or_what_the_payload_was_given(
    fields: dict[str, Any], severity: str
) -> None:
    assert read(problem(**fields)).severity == severity


def test_a_test_ends_by_itself() -> None:
    assert read(sample("dynatrace.open")).holds_until_s is None
    assert read(sample("dynatrace.test")).holds_until_s is not None


def test_a_merged_problem_goes_on_as_another() -> None:
    assert parse(problem(State="MERGED"), NOW_S) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"State": "UNKNOWN"}, "State"),
        ({"State": "{State}"}, "State"),
        ({"State": 1}, "State"),
        ({"PID": None, "ProblemID": None}, "ProblemID"),
        ({"PID": {}}, "PID"),
        ({"ProblemDetailsJSONv2": {"startTime": "x"}}, "ProblemDetailsJSONv2.startTime"),
    ],
)
def test_a_problem_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(problem(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"ProblemID": "1"}])
def test_a_body_that_is_no_problem_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^dynatrace: "):
        parse(payload, NOW_S)
