"""State changes of Site24x7's monitors."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.site24x7 import parse

NOW_S = 1_763_800_000.0


def down(**fields: Any) -> dict[str, Any]:
    return {**sample("site24x7.down"), **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def test_a_down_and_its_up_are_one_alert() -> None:
    firing, resolved = read(sample("site24x7.down")), read(sample("site24x7.up"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert (firing.starts_at_s, resolved.ends_at_s) == (1_763_793_185, 1_763_793_485)


@pytest.mark.parametrize(
    ("word", "status", "severity"),
    [
        ("DOWN", "firing", "critical"),
        ("Critical", "firing", "critical"),
        ("TROUBLE", "firing", "warning"),
        ("up", "resolved", "info"),
    ],
)
def test_each_state_has_a_severity(word: str, status: str, severity: str) -> None:
    alert = read(down(STATUS=word))
    assert (alert.status, alert.severity) == (status, severity)


def test_the_identity_is_the_monitor_as_a_number_or_a_text() -> None:
    alert = read(down())
    assert alert.labels == {"alertname": "Shop checkout", "monitor_id": "285731000000025126"}
    assert read(down(MONITOR_ID="285731000000025126")).labels == alert.labels
    assert read(down(MONITOR_ID=1)).labels != alert.labels
    assert read(down(MONITORURL="https://b/", STATUS="TROUBLE")).labels == alert.labels


def test_a_form_is_read_too() -> None:
    alert = read(sample("site24x7.trouble"))
    assert alert.labels == {"alertname": "db-1.example.com", "monitor_id": "285731000000031007"}
    assert (alert.severity, alert.starts_at_s) == ("warning", 1_763_793_200)
    assert alert.annotations["summary"] == "Disk usage above 90 %"


def test_people_get_reason_tags_and_a_link() -> None:
    alert = read(down(NEW="kept"))
    assert alert.annotations["summary"] == "Service Unavailable"
    assert alert.annotations["description"] == "HTTP 503 from both locations"
    assert alert.annotations["tags"] == "shop, public"
    assert alert.annotations["group_tags"] == "web"
    assert alert.annotations["NEW"] == "kept"
    assert alert.url.endswith("/285731000000025126/Summary")


@pytest.mark.parametrize("word", ["MAINTENANCE", "suspended"])
def test_where_nobody_looks_nothing_is_over(word: str) -> None:
    assert parse(down(STATUS=word), NOW_S) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"STATUS": "ODD"}, "STATUS"),
        ({"STATUS": None}, "STATUS"),
        ({"MONITORNAME": ""}, "MONITORNAME"),
        ({"MONITOR_ID": None}, "MONITOR_ID"),
        ({"MONITOR_ID": True}, "MONITOR_ID"),
        ({"INCIDENT_TIME_ISO": "yesterday"}, "INCIDENT_TIME_ISO"),
        ({"INCIDENT_TIME_ISO": None, "OUTAGE_TIME_UNIX_FORMAT": []}, "OUTAGE_TIME_UNIX_FORMAT"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    (entry,) = parse(down(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"MONITOR_ID": 1}])
def test_a_body_that_is_no_news_of_a_monitor_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^site24x7: "):
        parse(payload, NOW_S)
