"""Splunk Observability Cloud: one alert for each incident of a detector."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.signalfx import parse

NOW_S = 1_763_793_800.0


def incident(**fields: Any) -> dict[str, Any]:
    return {**sample("signalfx.anomalous"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


@pytest.mark.parametrize("end", ["ok", "manually-resolved"])
def test_an_incident_and_its_end_are_one_alert(end: str) -> None:
    firing, resolved = read(sample("signalfx.anomalous")), read(sample(f"signalfx.{end}"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity == "critical"
    assert firing.starts_at_s == firing.observed_at_s == 1_763_793_185.0
    assert (firing.ends_at_s, resolved.starts_at_s) == (None, None)
    assert resolved.ends_at_s == resolved.observed_at_s


def test_the_incident_is_the_identity() -> None:
    assert read(sample("signalfx.ok")).labels == {
        "alertname": "",
        "incident": "GcAbC34AAAA",
        "detector": "FbXyZ12AAAA",
    }
    assert read(incident(incidentId="other")).labels != read(incident()).labels
    assert read(incident(rule="renamed", inputs={})).labels == read(incident()).labels


@pytest.mark.parametrize(
    ("status", "extended", "becomes"),
    [
        ("anomalous", "anomalous", "firing"),
        ("ok", "ok", "resolved"),
        ("ok", "manually resolved", "resolved"),
        ("ok", "stopped", "resolved"),
        ("anomalous", None, "firing"),
        ("ok", "a word of tomorrow", "resolved"),
        (None, "anomalous", "firing"),
    ],
)
def test_the_extended_status_counts_and_the_older_one_where_it_says_nothing(
    status: Any, extended: Any, becomes: str
) -> None:
    assert read(incident(status=status, statusExtended=extended)).status == becomes


@pytest.mark.parametrize(
    ("word", "severity"),
    [
        ("Critical", "critical"),
        ("Major", "high"),
        ("Minor", "warning"),
        ("Warning", "warning"),
        ("Info", "info"),
        (None, "warning"),
    ],
)
def test_severity_is_that_of_the_rule(word: Any, severity: str) -> None:
    assert read(incident(severity=word)).severity == severity


def test_people_get_texts_dimensions_value_and_a_link() -> None:
    alert = read(sample("signalfx.anomalous"))
    assert alert.name == "Memory nearly full"
    assert alert.annotations["summary"].startswith("Critical alert: Memory nearly full")
    assert alert.annotations["description"].startswith("Rule")
    assert alert.annotations["host"] == "shop-1.example.com"
    assert alert.annotations["runbookUrl"] == "https://wiki.example.com/runbooks/memory"
    assert alert.value == 93.25
    assert alert.url.startswith("https://app.eu0.signalfx.com/#/detector/")
    several = {name: {"dimensions": {"dc": name}, "value": 1} for name in ("a", "b")}
    assert read(incident(inputs=several)).value is None
    assert read(incident(rule="", detector="")).name == "SignalFx incident GcAbC34AAAA"


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"status": None, "statusExtended": "lost"}, "statusExtended"),
        ({"status": None, "statusExtended": 7}, "statusExtended"),
        ({"incidentId": None}, "incidentId"),
        ({"incidentId": ["x"]}, "incidentId"),
        ({"detectorId": {}}, "detectorId"),
        ({"timestamp": "20122-10-25T21:19:38Z"}, "timestamp"),
    ],
)
def test_an_incident_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(incident(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"incidentId": "1"}])
def test_a_body_that_is_no_incident_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^signalfx: "):
        parse(payload, NOW_S)
