"""Sumo Logic monitors: each trigger fires and is resolved on its own."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.sumologic import parse

NOW_S = 1_763_794_100.0


def monitor(**fields: Any) -> dict[str, Any]:
    return {**sample("sumologic.critical"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_an_alert_and_its_recovery_are_one() -> None:
    firing = read(sample("sumologic.critical"))
    resolved = read(sample("sumologic.resolved-critical"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity == "critical"
    assert firing.starts_at_s == firing.observed_at_s == 1_763_793_185.0
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_794_085.0


def test_labels_are_monitor_incident_and_trigger() -> None:
    assert read(sample("sumologic.critical")).labels == {
        "alertname": "High 5xx rate",
        "monitor": "00000000000468D5",
        "incident": "00000000000468D5-7c1f3b2a",
        "trigger": "critical",
    }
    assert read(sample("sumologic.default")).labels == {
        "alertname": "High 5xx rate",
        "monitor": "00000000000468D5",
        "trigger": "critical",
    }


def test_triggers_monitors_and_groups_are_separate() -> None:
    labels = read(monitor()).labels
    for other in (
        sample("sumologic.warning"),
        sample("sumologic.missing-data"),
        monitor(id="2"),
        monitor(incidentKey="2"),
    ):
        assert read(other).labels != labels


@pytest.mark.parametrize(
    ("word", "status", "severity", "trigger"),
    [
        ("Critical", "firing", "critical", "critical"),
        ("Warning", "firing", "warning", "warning"),
        ("Missing Data", "firing", "warning", "missingdata"),
        ("MissingData", "firing", "warning", "missingdata"),
        ("ResolvedCritical", "resolved", "critical", "critical"),
        ("ResolvedWarning", "resolved", "warning", "warning"),
        ("ResolvedMissingData", "resolved", "warning", "missingdata"),
    ],
)
def test_the_trigger_type_is_status_and_severity(
    word: str, status: str, severity: str, trigger: str
) -> None:
    alert = read(monitor(triggerType=word))
    assert (alert.status, alert.severity, alert.labels["trigger"]) == (status, severity, trigger)


def test_normal_is_neither_an_alert_nor_a_recovery() -> None:
    assert parse(monitor(triggerType="Normal"), NOW_S) == []


def test_variables_are_read_in_any_case() -> None:
    payload = {
        "Name": "High 5xx rate",
        "Id": "00000000000468D5",
        "trigger_type": "Critical",
        "IncidentKey": "00000000000468D5-7c1f3b2a",
    }
    assert read(payload).labels == read(monitor()).labels


def test_people_get_texts_value_and_a_link() -> None:
    alert = read(monitor())
    assert alert.annotations["summary"] == "Greater than 5.0 in the last 15 minutes"
    assert alert.annotations["description"] == "More than 5 % of requests fail"
    assert "shop-1.example.com" in alert.annotations["results"]
    assert alert.annotations["query"].startswith("_sourceCategory=prod/shop")
    assert alert.annotations["numQueryResults"] == "1"
    assert alert.value == 12.0
    assert alert.url.endswith("/alert/00000000000A11CE")
    assert read(monitor(alertResponseUrl="")).url.endswith("/search/abc")
    assert read(monitor(triggerValue="")).value is None


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"triggerType": "Exploded"}, "triggerType"),
        ({"triggerType": "{{TriggerType}}"}, "triggerType"),
        ({"triggerType": 7}, "triggerType"),
        ({"name": ""}, "name"),
        ({"id": {}}, "id"),
        ({"incidentKey": []}, "incidentKey"),
        ({"triggerTimeEnd": "late"}, "triggerTimeEnd"),
    ],
)
def test_an_alert_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(monitor(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"name": "a"}])
def test_a_body_that_is_no_alert_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^sumologic: "):
        parse(payload, NOW_S)
