"""Alerts of LibreNMS."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.librenms import parse

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def refused(payload: Any) -> InvalidAlert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert), entry
    return entry


def alert(**fields: Any) -> dict[str, Any]:
    return {**sample("librenms.alert"), **fields}


def test_an_alert_and_its_recovery_are_one_alert() -> None:
    firing, resolved = read(sample("librenms.alert")), read(sample("librenms.recovered"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert (firing.severity, resolved.severity) == ("critical", "info")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)


def test_the_identity_is_the_device_and_the_rule() -> None:
    labels = {
        "alertname": "Port status down",
        "hostname": "sw-1.example.com",
        "device_id": "12",
        "rule_id": "13",
    }
    assert read(alert()).labels == labels
    for field in ("device_id", "rule_id", "hostname", "name"):
        assert read(alert(**{field: "7"})).labels != labels
    for field in ("id", "uid", "alert_id", "timestamp", "title"):
        assert read(alert(**{field: "7"})).labels == labels


@pytest.mark.parametrize("state", [1, 3, 4, 5, "1", "3"])
def test_worse_better_and_changed_are_the_same_alert(state: Any) -> None:
    firing = read(alert(state=state))
    assert (firing.status, firing.labels) == ("firing", read(alert()).labels)


@pytest.mark.parametrize("state", [2, "2"])
def test_an_acknowledgement_is_no_news(state: Any) -> None:
    assert parse(alert(state=state), NOW_S) == []


def test_the_test_of_a_transport_is_no_alert() -> None:
    assert parse(sample("librenms.test"), NOW_S) == []


def test_a_time_without_a_zone_is_not_read() -> None:
    firing = read(alert())
    assert (firing.starts_at_s, firing.observed_at_s) == (None, None)
    assert firing.annotations["timestamp"] == "2025-11-22 06:33:05"


def test_people_get_the_title_the_message_and_the_other_fields() -> None:
    annotations = read(alert(new_field="kept")).annotations
    assert annotations["summary"].startswith("Port status down")
    assert "Gi1/0/7" in annotations["description"]
    assert annotations["location"] == "Hall 1"
    assert annotations["new_field"] == "kept"
    assert "builder" not in annotations


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"state": 6}, "state"),
        ({"state": None}, "state"),
        ({"state": True}, "state"),
        ({"name": ""}, "name"),
        ({"device_id": None}, "device_id"),
        ({"rule_id": []}, "rule_id"),
        ({"hostname": {}}, "hostname"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    assert refused(alert(**fields)).path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"device_id": 1, "state": 1}])
def test_a_body_that_is_no_alert_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^librenms: "):
        parse(payload, NOW_S)
