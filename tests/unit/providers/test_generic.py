"""Plain JSON from anybody's script."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.providers.generic import parse

NOW_S = 1_763_793_300.0  # 2025-11-22T06:35:00Z


def read(**fields: Any) -> Alert:
    (entry,) = parse({"name": "A", **fields}, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def refused(**fields: Any) -> InvalidAlert:
    (entry,) = parse(fields, NOW_S)
    assert isinstance(entry, InvalidAlert)
    return entry


def test_the_sample_is_read() -> None:
    firing, resolved = parse(sample("generic"), NOW_S)
    assert isinstance(firing, Alert)
    assert isinstance(resolved, Alert)
    assert firing.labels == {"alertname": "BackupFailed", "host": "nas-1", "volume": "homes"}
    assert (firing.severity, firing.value) == ("high", 23.0)
    assert resolved.labels == {"alertname": "Queue is long", "queue": "mail", "env": "prod"}
    assert (resolved.status, resolved.severity) == ("resolved", "warning")
    assert resolved.ends_at_s == 1_763_793_600.0


def test_one_object_a_list_and_a_list_of_alerts_are_one_thing() -> None:
    one = {"name": "A", "host": "db-1"}
    assert parse(one, NOW_S) == parse([one], NOW_S) == parse({"alerts": [one]}, NOW_S)


def test_two_hosts_are_two_alerts() -> None:
    assert read(host="db-1").labels != read(host="db-2").labels


def test_what_changes_is_no_identity() -> None:
    firing = read(
        status="firing", severity="high", value=93, message="93 %", starts_at=1_763_793_000
    )
    resolved = read(status="ok", severity="low", value=12, message="fine", url="https://x/1")
    assert firing.labels == resolved.labels == {"alertname": "A"}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"title": "T"}, "T"),
        ({"name": "N", "title": "T"}, "N"),
        ({"alertname": "X", "name": "N"}, "X"),
        ({"name": "N", "labels": {"alertname": "L"}}, "L"),
        ({"name": 7}, "7"),
    ],
)
def test_the_name_is_also_the_label_alertname(fields: dict[str, Any], name: str) -> None:
    (entry,) = parse(fields, NOW_S)
    assert isinstance(entry, Alert)
    assert entry.name == entry.labels["alertname"] == name


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, "firing"),
        ({"status": "ALERTING"}, "firing"),
        ({"state": "problem"}, "firing"),
        ({"status": "critical"}, "firing"),
        ({"status": " Resolved "}, "resolved"),
        ({"state": "OK"}, "resolved"),
        ({"status": "recovered"}, "resolved"),
        ({"ends_at": "2025-11-22T06:35:00Z"}, "resolved"),
        ({"ends_at": "2025-11-22T06:36:00Z"}, "firing"),
        ({"status": "firing", "ends_at": "2025-11-22T06:30:00Z"}, "firing"),
    ],
)
def test_status_is_read_from_the_words_of_the_field(fields: dict[str, Any], status: str) -> None:
    assert read(**fields).status == status


def test_a_firing_alert_holds_until_the_end_it_names() -> None:
    assert read(endsAt="2025-11-22T06:36:00Z").holds_until_s == 1_763_793_360.0
    assert read(status="firing", ends_at="2025-11-22T06:30:00Z").holds_until_s is None


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severity": "page"}, "critical"),
        ({"level": "ERROR"}, "high"),
        ({"priority": 1}, "critical"),
        ({"priority": "4"}, "info"),
        ({"priority": "P2"}, "high"),
        ({"severity": "low", "priority": 1}, "low"),
        ({"labels": {"severity": "critical"}}, "critical"),
        ({"severity": 1}, "warning"),
        ({}, "warning"),
    ],
)
def test_severity_has_several_names(fields: dict[str, Any], severity: str) -> None:
    assert read(**fields).severity == severity


def test_numbers_and_booleans_in_labels_become_texts() -> None:
    labels = read(labels={"shard": 3, "primary": True, "ratio": 0.5, "none": None}).labels
    assert labels == {"alertname": "A", "shard": "3", "primary": "true", "ratio": "0.5"}


def test_tags_are_labels() -> None:
    tags = ["env:prod", "url=http://x", "canary"]
    assert read(tags=tags).labels == {
        "alertname": "A", "env": "prod", "url": "http://x", "canary": "true",
    }  # fmt: skip
    assert read(tags={"env": "prod"}, labels={"env": "dev"}).labels["env"] == "dev"


def test_texts_for_people_become_annotations() -> None:
    alert = read(title="T", message="M", annotations={"runbook_url": "https://r", "tries": 3})
    assert alert.annotations == {
        "summary": "T", "description": "M", "runbook_url": "https://r", "tries": "3",
    }  # fmt: skip
    assert read(description="D", message="M").annotations == {"description": "D"}
    assert read(message="M", annotations={"description": "D"}).annotations == {"description": "D"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": {}}, "name"),
        ({"name": "A", "labels": {"a": {}}}, "labels.a"),
        ({"name": "A", "labels": "a=b"}, "labels"),
        ({"name": "A", "labels": {"": "x"}}, "labels.''"),
        ({"name": "A", "tags": [1]}, "tags[0]"),
        ({"name": "A", "tags": "env:prod"}, "tags"),
        ({"name": "A", "annotations": []}, "annotations"),
        ({"name": "A", "message": {}}, "message"),
        ({"name": "A", "status": "sideways"}, "status"),
        ({"name": "A", "state": True}, "state"),
        ({"name": "A", "severity": []}, "severity"),
        ({"name": "A", "startsAt": "noon"}, "startsAt"),
        ({"name": "A", "ends_at": []}, "ends_at"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(fields: dict[str, Any], path: str) -> None:
    assert refused(**fields).path == path
    (entry,) = parse({"alerts": [fields]}, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == f"alerts[0].{path}"


def test_nothing_to_do_is_an_empty_list() -> None:
    assert parse([], NOW_S) == parse({"alerts": []}, NOW_S) == []


@pytest.mark.parametrize("payload", [None, "x", 1, {"alerts": {}}, {"alerts": None}])
def test_a_body_that_makes_no_sense_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^generic: "):
        parse(payload, NOW_S)
