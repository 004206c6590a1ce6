"""Coralogix' generic outbound webhook."""

from typing import Any

import pytest

from tests.unit.providers.samples import sample
from tocsin.domain.alert import Alert
from tocsin.domain.errors import InvalidAlert, InvalidPayload
from tocsin.domain.fingerprint import fingerprint
from tocsin.providers.coralogix import parse

NOW_S = 1_763_800_000.0


def read(payload: Any) -> Alert:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, Alert), entry
    return entry


def webhook(fields: dict[str, Any] | None = None, **body: Any) -> dict[str, Any]:
    listed = [{"key": key, "value": value} for key, value in (fields or {}).items()]
    return {"alert_action": "trigger", "name": "a", "alert_id": "1", "fields": listed, **body}


def test_an_alert_and_its_end_are_one() -> None:
    first, last = read(sample("coralogix.trigger")), read(sample("coralogix.resolve"))
    assert (first.status, last.status) == ("firing", "resolved")
    assert fingerprint("acme", first.labels) == fingerprint("acme", last.labels)
    assert first.starts_at_s == 1_763_793_185.123
    assert (last.starts_at_s, first.value, last.value) == (None, 7.0, 0.0)


def test_people_get_texts_and_a_link_and_no_unfilled_placeholders() -> None:
    alert = read(sample("coralogix.trigger"))
    assert alert.annotations["summary"] == "payment took 30 s"
    assert alert.annotations["application"] == "shop"
    assert not [text for text in alert.annotations.values() if text.startswith("$")]
    assert alert.url.startswith("https://example.app.coralogix.com/#/insights")


def test_a_text_about_money_is_no_placeholder() -> None:
    alert = read(webhook({"text": "$100 lost"}, description="$5"))
    assert alert.annotations["summary"] == "$100 lost"
    assert alert.annotations["description"] == "$5"


def test_without_a_key_the_alert_and_its_groups_are_identity() -> None:
    group = {"alertUniqueIdentifier": "u", "Group-by Field1": "host", "Group-by Value1": "a"}
    assert read(webhook({**group, "dedupKey": "$DEDUP_KEY"})).labels == {
        "alertname": "a", "alert": "u", "host": "a",
    }  # fmt: skip
    assert read(webhook({**group, "Group-by Value1": "b"})).labels["host"] == "b"
    assert read(webhook()).labels == {"alertname": "a", "alert": "1"}


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"priority": "P1", "severity": "INFO"}, "critical"),
        ({"priority": "P5"}, "low"),
        ({"priority": "$ALERT_PRIORITY", "severity": "ERROR"}, "high"),
        ({"severity": "Critical"}, "critical"),
        ({}, "warning"),
    ],
)
def test_severity_is_the_priority_or_else_the_severity(
    fields: dict[str, Any], severity: str
) -> None:
    assert read(webhook(fields)).severity == severity


@pytest.mark.parametrize(
    ("word", "status"),
    [("trigger", "firing"), ("TRIGGERED", "firing"), ("resolve", "resolved"),
     ("Resolved", "resolved")],
)  # fmt: skip
def test_actions(word: str, status: str) -> None:
    assert read(webhook(alert_action=word)).status == status


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        (webhook(alert_action="snooze"), "alert_action"),
        (webhook(alert_action="$ALERT_ACTION"), "alert_action"),
        (webhook(alert_action=None), "alert_action"),
        (webhook(name=""), "name"),
        ({**webhook(), "fields": {}}, "fields"),
        (webhook({"timestampMs": "now"}), "fields.timestampMs"),
    ],
)
def test_what_cannot_be_read_is_named_by_its_path(payload: Any, path: str) -> None:
    (entry,) = parse(payload, NOW_S)
    assert isinstance(entry, InvalidAlert)
    assert entry.path == path


@pytest.mark.parametrize("payload", [None, [], {}, {"name": "a"}])
def test_a_body_of_another_kind_is_refused_by_name(payload: Any) -> None:
    with pytest.raises(InvalidPayload, match=r"^coralogix: "):
        parse(payload, NOW_S)
