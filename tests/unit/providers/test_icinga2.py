"""Notifications of Icinga 2, from the script of docs/providers/icinga2.md."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.icinga2 import parse

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def refused(payload: Any) -> InvalidAlert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert), entry
    return entry


def problem(**fields: Any) -> dict[str, Any]:
    return {**sample("icinga2.service-problem"), **fields}


@pytest.mark.parametrize("what", ["service", "host"])
def test_a_problem_and_its_recovery_are_one_alert(what: str) -> None:
    firing = read(sample(f"icinga2.{what}-problem"))
    resolved = read(sample(f"icinga2.{what}-recovery"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert (firing.severity, resolved.severity) == ("critical", "info")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.observed_at_s == 1_763_793_185
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_793_485


def test_the_identity_is_host_service_and_site() -> None:
    labels = {"alertname": "disk /var", "host": "web-1.example.com", "service": "disk /var"}
    assert read(problem()).labels == labels
    assert read(problem(site="north")).labels == {**labels, "site": "north"}
    assert read(sample("icinga2.host-problem")).labels == {
        "alertname": "Host check",
        "host": "web-1.example.com",
    }


def test_people_get_the_output_and_the_other_fields() -> None:
    alert = read(problem(groups="linux", comment="again"))
    assert alert.annotations["summary"].startswith("DISK CRITICAL")
    assert alert.annotations["host_display_name"] == "Web 1"
    assert alert.annotations["groups"] == "linux"
    assert alert.annotations["comment"] == "again"
    assert alert.url.startswith("https://icinga.example.com/")


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        ("CRITICAL", "critical"), ("Down", "critical"), ("WARNING", "warning"),
        ("UNKNOWN", "warning"), ("UNREACHABLE", "warning"), ("odd", "warning"),
    ],
)  # fmt: skip
def test_severity_is_the_state(state: str, severity: str) -> None:
    assert read(problem(state=state)).severity == severity


@pytest.mark.parametrize(
    "word", ["ACKNOWLEDGEMENT", "CUSTOM", "DOWNTIMESTART", "FLAPPINGSTART", "Custom"]
)
def test_what_neither_begins_nor_ends_a_problem_is_left_alone(word: str) -> None:
    assert parse(problem(notification_type=word), NOW_S) == []
    assert parse(problem(notification_type=word, state="OK"), NOW_S) == []


@pytest.mark.parametrize("word", ["DOWNTIMEEND", "DOWNTIMECANCELLED", "FLAPPINGEND"])
def test_what_ends_a_silence_closes_what_is_well(word: str) -> None:
    resolved = read(problem(notification_type=word, state="OK"))
    assert (resolved.status, resolved.labels) == ("resolved", read(problem()).labels)
    assert parse(problem(notification_type=word), NOW_S) == []


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"notification_type": "UNKNOWN_NOTIFICATION"}, "notification_type"),
        ({"notification_type": None}, "notification_type"),
        ({"state": ""}, "state"),
        ({"host": None}, "host"),
        ({"service": {}}, "service"),
        ({"timestamp": "soon"}, "timestamp"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    assert refused(problem(**fields)).path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"host": "a", "state": "DOWN"}])
def test_a_body_that_is_no_notification_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^icinga2: "):
        parse(payload, NOW_S)
