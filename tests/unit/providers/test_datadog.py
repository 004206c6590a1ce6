"""Datadog monitors, with the payload that the page gives, the default one and others."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.datadog import parse
from tocsin.providers.datadog_title import Title, read_title, tags_of

NOW_S = 1_763_793_300.0
TRIGGERED_AT_S = 1_763_793_185.0


def event(**fields: Any) -> dict[str, Any]:
    return {"alert_id": "7", "alert_transition": "Triggered", "alert_title": "CPU", **fields}


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def identity(payload: Any) -> str:
    return fingerprint("acme", read(payload).labels)


@pytest.mark.parametrize("form", ["", "default-"])
def test_a_trigger_and_its_recovery_are_one_alert(form: str) -> None:
    firing = read(sample(f"datadog.{form}triggered"))
    resolved = read(sample(f"datadog.{form}recovered"))
    assert (firing.status, resolved.status) == ("firing", "resolved")
    assert fingerprint("acme", firing.labels) == fingerprint("acme", resolved.labels)
    assert firing.severity == resolved.severity
    assert firing.starts_at_s == firing.observed_at_s == TRIGGERED_AT_S
    assert resolved.ends_at_s == resolved.observed_at_s == 1_763_793_665.0


@pytest.mark.parametrize("kind", ["warn", "no-data", "renotify"])
def test_every_change_is_of_the_same_alert(kind: str) -> None:
    changed = sample(f"datadog.{kind}")
    assert read(changed).status == "firing"
    assert identity(changed) == identity(sample("datadog.triggered"))


def test_labels_are_monitor_organization_and_scope() -> None:
    alert = read(sample("datadog.triggered"))
    assert alert.name == "Disk almost full"
    assert alert.labels == {
        "alertname": "",
        "monitor_id": "1234567",
        "org_id": "415600",
        "host": "web-1.example.com",
        "device": "/data",
    }
    assert read(sample("datadog.default-triggered")).labels == {
        "alertname": "CPU busy",
        "org_id": "415600",
        "host": "web-1.example.com",
    }


def test_a_changing_title_is_no_other_alert_but_another_monitor_or_group_is() -> None:
    first = identity(event(alert_scope="host:a,role:b", alert_title="CPU at 91 %"))
    assert identity(event(alert_scope="role:b, host:a", alert_title="CPU at 95 %")) == first
    assert identity(event(alert_scope="host:b,role:b")) != first
    assert identity(event(alert_scope="host:a,role:b", alert_id="8")) != first
    assert identity(event(alert_scope="host:a,role:b", org_id="9")) != first


def test_without_a_scope_the_key_of_the_events_counts() -> None:
    assert identity(event(aggreg_key="a")) != identity(event(aggreg_key="b"))
    assert read(event(aggreg_key="a", alert_scope="")).labels == {
        "alertname": "",
        "monitor_id": "7",
    }


def test_a_tag_cannot_take_the_place_of_the_monitor() -> None:
    labels = read(event(alert_scope="monitor_id:x,alertname:y")).labels
    assert (labels["monitor_id"], labels["tag_monitor_id"]) == ("7", "x")
    assert (labels["alertname"], labels["tag_alertname"]) == ("", "y")


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"alert_priority": "P1"}, "critical"),
        ({"alert_priority": "P2"}, "high"),
        ({"alert_priority": "P3"}, "warning"),
        ({"alert_priority": "P4"}, "info"),
        ({"alert_priority": "P5"}, "low"),
        ({"severity": "P1"}, "critical"),
        ({"priority": "normal", "alert_type": "error"}, "high"),
        ({"alert_type": "warning"}, "warning"),
        ({"alert_type": "info"}, "info"),
        ({}, "warning"),
        ({"alert_transition": "Warn", "alert_priority": "P1"}, "warning"),
        ({"alert_transition": "Warn", "alert_priority": "P5"}, "low"),
        ({"alert_transition": "Renotify", "alert_priority": "P1", "alert_type": "warning"},
         "warning"),
        ({"alert_transition": "No Data", "alert_priority": "P1"}, "critical"),
    ],
)  # fmt: skip
def test_severity_is_the_priority_of_the_monitor_or_the_type(
    fields: dict[str, Any], severity: str
) -> None:
    assert read(event(**fields)).severity == severity


def test_other_names_of_the_same_fields_are_read() -> None:
    payload = {
        "monitor_id": 7,
        "transition": "recovered",
        "title": "CPU",
        "scopes": "host:a",
        "last_updated": 1_763_793_665_000,
        "url": "https://app.datadoghq.com/monitors/7",
        "org": {"id": 1, "name": "Example"},
    }
    alert = read(payload)
    assert alert.labels == {"alertname": "", "monitor_id": "7", "org_id": "1", "host": "a"}
    assert alert.ends_at_s == 1_763_793_665.0
    assert alert.url == "https://app.datadoghq.com/monitors/7"
    assert alert.annotations["organization"] == "Example"


def test_people_get_texts_and_what_else_was_sent() -> None:
    annotations = read(sample("datadog.triggered")).annotations
    assert annotations["summary"] == "Disk almost full"
    assert annotations["description"] == "Disk /data of web-1 is at 93 %."
    assert annotations["transition"] == "triggered"
    assert annotations["alert_metric"] == "system.disk.in_use"
    assert "alert_cycle_key" not in annotations


def test_a_test_is_another_alert_and_ends_by_itself() -> None:
    test = read(sample("datadog.test"))
    assert test.labels["test"] == "true"
    assert test.holds_until_s is not None
    assert identity(sample("datadog.test")) != identity(sample("datadog.triggered"))


def test_muting_is_neither_new_nor_over() -> None:
    assert parse(event(alert_transition="Muted"), NOW_S) == []


def test_repeats_do_not_move_the_beginning() -> None:
    for word in ("Re-Triggered", "Re-Warn", "Re-No Data", "Renotify"):
        assert read(event(alert_transition=word, date="1763793485000")).starts_at_s is None


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("[Triggered] CPU", Title("CPU", "Triggered")),
        ("[P1] [Re-Warn on {host:a,role:b}] CPU", Title("CPU", "Re-Warn", "host:a,role:b")),
        ("[Triggered] [TEST] [db] CPU", Title("[db] CPU", "Triggered", "", is_test=True)),
        ("[No Data on {host:a}] [P2] CPU", Title("CPU", "No Data", "host:a")),
        ("[db] [Triggered] CPU", Title("[db] [Triggered] CPU")),
        ("", Title("")),
    ],
)
def test_a_title_is_taken_apart(title: str, parts: Title) -> None:
    assert read_title(title) == parts


def test_tags_are_labels_in_any_order() -> None:
    assert tags_of("b:2, a:1:x,c,b:1,*,", ()) == {"a": "1:x", "b": "1,2", "c": "true"}


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"alert_transition": "Exploded"}, "alert_transition"),
        ({"alert_transition": "$ALERT_TRANSITION"}, "alert_transition"),
        ({"alert_transition": 7}, "alert_transition"),
        ({"alert_transition": None}, "title"),
        ({"date": "yesterday"}, "date"),
        ({"alert_scope": ["host:a"]}, "alert_scope"),
        ({"alert_id": None, "alert_title": "[Triggered]"}, "alert_id"),
    ],
)
def test_an_event_that_cannot_be_read_is_named_by_its_path(
    fields: dict[str, Any], path: str
) -> None:
    (entry,) = parse(event(**fields), NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], "x", {}, {"body": "hello"}])
def test_a_body_that_is_no_event_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^datadog: "):
        parse(payload, NOW_S)
